package dev.reeve.cli;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.git.Trailers;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// The commits of a record branch, read as what they say, and the config commits behind them.
final class RecordLog {
  private static final String SKIP = " [skip ci]";
  private static final int SHORT = 7;

  private final Git git;
  private final String branch;
  private final Map<String, ConfigCommit> commits = new TreeMap<>();

  /// One decision, or several of one cause.
  ///
  /// @param subject without the `[skip ci]` that every subject ends with
  /// @param lines the body; `+ pod on node` and `- pod on node` among it
  /// @param commit the config commit it follows from; empty where none does
  record Entry(
      String sha,
      Instant at,
      String subject,
      List<String> lines,
      List<ObjectKey> resources,
      String commit,
      String reason) {
    Entry {
      lines = List.copyOf(lines);
      resources = List.copyOf(resources);
    }
  }

  /// A commit of the tracked branch.
  ///
  /// @param author `Name <mail>`
  record ConfigCommit(String sha, String author, String subject) {
    /// `1a2b3c4 "Five copies" by A <a@example.org>`.
    @Override
    public String toString() {
      return author.isEmpty()
          ? shortened(sha)
          : shortened(sha) + " \"" + subject + "\" by " + author;
    }

    String name() {
      return author.replaceAll(" <.*", "");
    }
  }

  /// @param branch a ref of the clone
  RecordLog(Git git, String branch) {
    this.git = git;
    this.branch = branch;
  }

  static String shortened(String sha) {
    return sha.substring(0, Math.min(SHORT, sha.length()));
  }

  /// Newest first: all, or those that changed a file.
  List<Entry> of(String path) {
    return entries(List.of("--", path));
  }

  /// Newest first: those whose message has a line that matches.
  List<Entry> saying(String pattern) {
    return entries(List.of("-E", "--grep=" + pattern));
  }

  private List<Entry> entries(List<String> which) {
    var words = new ArrayList<>(List.of("log", "-z", "--format=%H%n%cI%n%B", branch));
    words.addAll(which);
    var ran = git.run(Map.of(), new byte[0], words);
    if (!ran.isOk()) {
      throw new CommandFailed("git log: " + ran.why());
    }
    var entries = new ArrayList<Entry>();
    for (String text : ran.text().split("\0")) {
      if (!text.isBlank()) {
        entries.add(entry(text));
      }
    }
    return entries;
  }

  private static Entry entry(String text) {
    var parts = text.split("\n", 3);
    var message = parts[2];
    var trailers = Trailers.parse(message);
    var lines = message.lines().toList();
    var subject = lines.isEmpty() ? "" : lines.getFirst();
    return new Entry(
        parts[0],
        OffsetDateTime.parse(parts[1]).toInstant(),
        subject.endsWith(SKIP) ? subject.substring(0, subject.length() - SKIP.length()) : subject,
        lines.stream().skip(1).filter(it -> !it.isBlank() && !it.startsWith("Reeve-")).toList(),
        trailers.values("Reeve-Resource").stream().map(ObjectKey::parse).toList(),
        trailers.values("Reeve-Config-Commit").stream().findFirst().orElse(""),
        trailers.values("Reeve-Reason").stream().findFirst().orElse(""));
  }

  /// What is known of config commits is asked for at once.
  void know(Collection<String> shas) {
    var unknown = new TreeSet<>(shas);
    unknown.remove("");
    unknown.removeAll(commits.keySet());
    if (unknown.isEmpty()) {
      return;
    }
    var words =
        new ArrayList<>(
            List.of(
                "log",
                "-z",
                "--no-walk=unsorted",
                "--ignore-missing",
                "--format=%H%n%an <%ae>%n%s"));
    words.addAll(unknown);
    for (String text : git.run(Map.of(), new byte[0], words).text().split("\0")) {
      var parts = text.strip().split("\n", 3);
      if (parts.length == 3) {
        commits.put(parts[0], new ConfigCommit(parts[0], parts[1], parts[2]));
      }
    }
  }

  /// One that this clone does not have is known by its name only.
  ConfigCommit commit(String sha) {
    know(List.of(sha));
    return Optional.ofNullable(commits.get(sha)).orElseGet(() -> new ConfigCommit(sha, "", ""));
  }
}
