package dev.reeve.cli;

import dev.reeve.core.model.DesiredState;
import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.Renderer;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.age.Identities;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Commits of a clone, read as the control plane reads them, but for the hashes of Secrets: two
/// commits can be held against each other, and not against what a control plane says.
final class CommitTree {
  private static final byte[] HASHING_KEY = {1};

  private final Clone clone;
  private final Identities identities;
  private final Map<String, ManifestFile> parsed = new HashMap<>();
  private final Renderer renderer = Renderer.onPath();

  /// @param identities what decrypts files
  CommitTree(Clone clone, Identities identities) {
    this.clone = clone;
    this.identities = identities;
  }

  /// What a commit says; the reasons where it says nothing that can be used.
  Reading read(String commit, Optional<Catalog> lastAccepted) {
    var problems = new ArrayList<Problem>();
    var files = files(commit, problems);
    if (!problems.isEmpty()) {
      return new Reading.Refused(problems, 0);
    }
    return Manifests.read(clone.cluster(), text(commit), files, HASHING_KEY, lastAccepted);
  }

  /// What files on disk say, as if they were a commit.
  Reading read(WorkTree tree, Optional<Catalog> lastAccepted) {
    if (!tree.problems().isEmpty()) {
      return new Reading.Refused(tree.problems().stream().sorted().toList(), 0);
    }
    var text = new CommitText("0".repeat(40), "files that are not committed", "");
    return Manifests.read(clone.cluster(), text, tree.files(), HASHING_KEY, lastAccepted);
  }

  /// One that was good once; empty when it is no longer to be had.
  Optional<DesiredState> state(String commit) {
    if (!clone.git().has(commit)) {
      clone.git().run("fetch", "-q", clone.remote(), commit);
    }
    if (!clone.git().has(commit)) {
      return Optional.empty();
    }
    return read(commit, Optional.empty()) instanceof Reading.Accepted(var state, var _)
        ? Optional.of(state)
        : Optional.empty();
  }

  private CommitText text(String commit) {
    var lines = clone.git().ask("log", "-1", "--format=%s%n%an <%ae>", commit).lines().toList();
    return new CommitText(commit, lines.getFirst(), lines.getLast());
  }

  private SortedMap<String, ManifestFile> files(String commit, List<Problem> problems) {
    var all = clone.git().files(commit);
    var ignoreFiles = new TreeMap<String, String>();
    var ignoring = new TreeMap<String, String>();
    ReeveIgnore.ignoreFiles(all).forEach(file -> ignoring.put(file.id(), file.path()));
    clone
        .git()
        .contents(ignoring.keySet())
        .forEach((id, bytes) ->
            ignoreFiles.put(
                ignoring.getOrDefault(id, ""), new String(bytes, StandardCharsets.UTF_8)));
    var selection = ReeveIgnore.of(clone.path(), ignoreFiles).select(all);
    var rendering = renderer.render(new CloneSource(clone.git(), all), selection);
    problems.addAll(rendering.problems());
    var wanted = new TreeMap<String, TreeFile>();
    for (TreeFile file : selection.files()) {
      switch (file.kind()) {
        case SYMLINK ->
            problems.add(
                new Problem(file.path(), 1, 1, "a symbolic link is not read as a manifest"));
        case SUBMODULE -> problems.add(new Problem(file.path(), 1, 1, "a submodule is not read"));
        case REGULAR -> wanted.put(file.path(), file);
      }
    }
    var files = parse(wanted);
    files.putAll(rendering.files());
    return files;
  }

  private SortedMap<String, ManifestFile> parse(SortedMap<String, TreeFile> wanted) {
    var missing =
        wanted.values().stream()
            .filter(it -> !parsed.containsKey(key(it)))
            .map(TreeFile::id)
            .distinct()
            .toList();
    var contents = clone.git().contents(missing);
    var files = new TreeMap<String, ManifestFile>();
    wanted.forEach((path, file) ->
        Format.of(path)
            .ifPresent(format -> {
              var bytes = contents.getOrDefault(file.id(), new byte[0]);
              files.put(
                  path,
                  parsed.computeIfAbsent(
                      key(file), key -> ManifestFile.parse(bytes, format, identities)));
            }));
    return files;
  }

  private static String key(TreeFile file) {
    return Format.of(file.path()) + file.id();
  }
}
