package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.TreeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The user's own `git` in one folder: credential helpers, signing and hooks are as they have set
/// them up.
final class Git {
  /// What git calls a branch that is not what it was: here, there, and in newer versions.
  private static final List<String> RACES =
      List.of(
          "fetch first",
          "non-fast-forward",
          "cannot lock ref",
          "failed to update ref",
          "incorrect old value",
          "reference already exists");

  private final Path folder;

  /// What a run came to.
  ///
  /// @param complaint what stood on stderr
  record Ran(int code, Bytes output, String complaint) {
    boolean isOk() {
      return code == 0;
    }

    String text() {
      return output.toUtf8();
    }

    /// The words that matter, in one line.
    String why() {
      var lines = complaint.lines().map(String::strip).filter(it -> !it.isEmpty()).toList();
      return lines.stream()
          .filter(it -> it.startsWith("fatal: ") || it.startsWith("error: "))
          .findFirst()
          .or(() -> lines.stream().findFirst())
          .map(it -> Addresses.withoutPassword(it.replaceFirst("^(fatal|error): ", "")))
          .orElse("git ended with " + code);
    }
  }

  /// What became of a push.
  sealed interface Pushed {
    record Done() implements Pushed {}

    /// The branch has moved meanwhile.
    record Lost() implements Pushed {}

    /// @param why in the remote's words
    record Refused(String why) implements Pushed {}
  }

  Git(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /// What it prints; what it complains about becomes the line that the user reads.
  String ask(String... words) {
    var ran = run(words);
    if (!ran.isOk()) {
      throw new CommandFailed("git " + words[0] + ": " + ran.why());
    }
    return ran.text().strip();
  }

  /// What it prints, if it prints anything and all is well.
  Optional<String> find(String... words) {
    var ran = run(words);
    return Optional.of(ran.text().strip()).filter(it -> ran.isOk() && !it.isEmpty());
  }

  Ran run(String... words) {
    return run(Map.of(), new byte[0], List.of(words));
  }

  Ran run(Map<String, String> variables, byte[] input, List<String> words) {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(words);
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    // What is looked for in its answers must not be translated.
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(variables);
    try {
      var process = builder.start();
      var complaint = new ByteArrayOutputStream();
      var complaining = Thread.ofVirtual().start(() -> copy(process.getErrorStream(), complaint));
      var asking = Thread.ofVirtual().start(() -> give(input, process.getOutputStream()));
      var output = Bytes.of(process.getInputStream().readAllBytes());
      asking.join();
      complaining.join();
      return new Ran(process.waitFor(), output, complaint.toString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new CommandFailed(
          "the program 'git' cannot be started: install it, or add it to PATH", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", e);
    }
  }

  private static void copy(InputStream from, OutputStream to) {
    try (from) {
      from.transferTo(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// One that ends early has read all that it wanted.
  private static void give(byte[] input, OutputStream to) {
    try (to) {
      to.write(input);
    } catch (IOException e) {
      // Said by its exit code.
    }
  }

  Pushed push(String remote, String commit, String branch) {
    var ran = run("push", "--porcelain", remote, commit + ":refs/heads/" + branch);
    if (ran.isOk()) {
      return new Pushed.Done();
    }
    var summary = ran.text().lines().filter(it -> it.startsWith("!")).findFirst().orElse("");
    if (RACES.stream().anyMatch(summary::contains)) {
      return new Pushed.Lost();
    }
    // First what the remote's hooks say, then how git sums it up.
    return ran.complaint()
        .lines()
        .filter(it -> it.startsWith("remote:"))
        .map(it -> it.substring("remote:".length()).strip())
        .filter(it -> !it.isEmpty())
        .findFirst()
        .or(() ->
            Optional.of(summary.replaceAll("^.*\\((.*)\\)$", "$1")).filter(it -> !it.isEmpty()))
        .<Pushed>map(Pushed.Refused::new)
        .orElseGet(() -> new Pushed.Refused(ran.why()));
  }

  /// The contents of objects, named in any way that git knows; what is not there is left out.
  SortedMap<String, byte[]> contents(Collection<String> names) {
    var asked = List.copyOf(names);
    var input = String.join("\n", asked) + "\n";
    var ran = run(Map.of(), input.getBytes(StandardCharsets.UTF_8), List.of("cat-file", "--batch"));
    SortedMap<String, byte[]> contents = new TreeMap<>();
    if (asked.isEmpty()) {
      return contents;
    }
    byte[] output = ran.output().toArray();
    int at = 0;
    for (String name : asked) {
      int end = at;
      while (end < output.length && output[end] != '\n') {
        end++;
      }
      var header = new String(output, at, end - at, StandardCharsets.UTF_8);
      at = end + 1;
      if (header.endsWith(" missing") || header.endsWith(" ambiguous") || header.isEmpty()) {
        continue;
      }
      int size = Integer.parseInt(header.substring(header.lastIndexOf(' ') + 1));
      contents.put(name, Arrays.copyOfRange(output, at, at + size));
      at += size + 1;
    }
    return contents;
  }

  /// Every file of a commit.
  List<TreeFile> files(String commit) {
    var ran = run("ls-tree", "-r", "-z", "-l", "--full-tree", commit);
    if (!ran.isOk()) {
      throw new CommandFailed("git ls-tree: " + ran.why());
    }
    var files = new ArrayList<TreeFile>();
    // Mode, type, id and size, a tab, and the path.
    for (String line : ran.text().split("\0")) {
      int tab = line.indexOf('\t');
      if (tab < 0) {
        continue;
      }
      var words = line.substring(0, tab).split(" +");
      var kind =
          switch (words[0]) {
            case "120000" -> TreeFile.Kind.SYMLINK;
            case "160000" -> TreeFile.Kind.SUBMODULE;
            default -> TreeFile.Kind.REGULAR;
          };
      long size = words[3].equals("-") ? 0 : Long.parseLong(words[3]);
      files.add(new TreeFile(line.substring(tab + 1), words[2], kind, size));
    }
    return files;
  }

  boolean has(String commit) {
    return run("cat-file", "-e", commit + "^{commit}").isOk();
  }
}
