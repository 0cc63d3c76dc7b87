package dev.reeve.git.render;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.TreeFile;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.render.Kustomization;
import dev.reeve.manifest.render.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Follows what kustomizations name through a repository. Nothing is read that is not in it, and
/// nothing that is named from outside of it.
///
/// Confined to one thread, for one commit.
final class InputReader {
  private static final List<String> INDIRECT = List.of("generators", "transformers", "validators");

  private final SourceTree tree;
  private final Limits limits;
  private final Map<String, Kustomization> parsed = new HashMap<>();

  InputReader(SourceTree tree, Limits limits) {
    this.tree = tree;
    this.limits = limits;
  }

  Kustomization kustomization(TreeFile head) {
    return parsed.computeIfAbsent(head.path(), _ -> Kustomization.parse(bytes(head)));
  }

  /// Folders that a kustomization names.
  SortedSet<String> named(TreeFile head) {
    var named = new TreeSet<String>();
    for (Reference each : kustomization(head).references()) {
      if (each.isFolderToo() && !each.isRemote()) {
        Paths.resolve(Paths.folderOf(head.path()), each.path()).ifPresent(named::add);
      }
    }
    return named;
  }

  /// What a chart is made of: all that is in its folder.
  Inputs chart(TreeFile description) {
    var gathered = new Gathered(description);
    for (TreeFile file : tree.files(gathered.folder)) {
      switch (file.kind()) {
        case REGULAR -> gathered.files.put(file.path(), file);
        case SYMLINK ->
            gathered.problems.add(
                new Problem(file.path(), 1, 1, "a symbolic link is not read as a part of a chart"));
        case SUBMODULE ->
            gathered.problems.add(
                new Problem(file.path(), 1, 1, "a submodule is not read as a part of a chart"));
      }
    }
    gathered.secretive.addAll(gathered.files.keySet());
    return gathered.inputs(false);
  }

  /// What a kustomization is made of: what it names, and what is named by those it names.
  Inputs folder(TreeFile head) {
    var gathered = new Gathered(head);
    gathered.visit(head);
    return gathered.inputs(kustomization(head).takesOrigins());
  }

  byte[] bytes(TreeFile file) {
    return tree.content(file, limits.input()).map(Bytes::toArray).orElse(new byte[0]);
  }

  private final class Gathered {
    private final TreeFile head;
    private final String folder;
    private final SortedMap<String, TreeFile> files = new TreeMap<>();
    private final SortedSet<String> visited = new TreeSet<>();
    private final SortedSet<String> secretive = new TreeSet<>();
    private final List<Problem> problems = new ArrayList<>();

    Gathered(TreeFile head) {
      this.head = head;
      this.folder = Paths.folderOf(head.path());
    }

    Inputs inputs(boolean takesOrigins) {
      long size = files.values().stream().mapToLong(TreeFile::size).sum();
      if (size > limits.input() || files.size() > limits.files()) {
        problems.add(
            new Problem(
                head.path(),
                1,
                1,
                "%d files of %d MiB are too much to render: at most %d and %d MiB"
                    .formatted(files.size(), size >> 20, limits.files(), limits.input() >> 20)));
      }
      return new Inputs(folder, head, files, problems, takesOrigins, secretive);
    }

    private void visit(TreeFile kustomization) {
      var here = Paths.folderOf(kustomization.path());
      if (!visited.add(here)) {
        return;
      }
      var below = new TreeMap<String, TreeFile>();
      tree.files(here).forEach(file -> below.put(file.path(), file));
      // Of two, kustomize takes neither: it is to see both.
      for (String name : Kustomization.NAMES) {
        take(here, name, below);
      }
      var parsed = kustomization(kustomization);
      parsed.problems().forEach(it -> problems.add(Problem.of(kustomization.path(), it)));
      parsed.mentioned().forEach(it -> take(here, it, below));
      for (Reference each : parsed.references()) {
        follow(kustomization, each, below);
      }
      if (parsed.hidesValues()) {
        secretive.addAll(files.keySet().stream().filter(it -> Paths.isBelow(it, here)).toList());
      }
    }

    private Optional<TreeFile> take(
        String here, String mentioned, SortedMap<String, TreeFile> below) {
      var found =
          Paths.resolve(here, mentioned)
              .flatMap(it -> Optional.ofNullable(below.get(it)))
              .filter(it -> it.kind() == TreeFile.Kind.REGULAR);
      found.ifPresent(it -> files.put(it.path(), it));
      return found;
    }

    private void follow(TreeFile from, Reference reference, SortedMap<String, TreeFile> below) {
      var here = Paths.folderOf(from.path());
      var target = Paths.resolve(here, reference.path());
      if (reference.isRemote()) {
        refuse(from, reference, "is not in the repository, and nothing is fetched: commit it");
      } else if (target.isEmpty()) {
        refuse(from, reference, "leaves the repository");
      } else if (below.containsKey(target.get())) {
        var file = below.getOrDefault(target.get(), from);
        if (file.kind() != TreeFile.Kind.REGULAR) {
          refuse(from, reference, "is a link or a submodule, which is not followed");
        } else if (INDIRECT.contains(reference.field())) {
          Kustomization.mentionedBy(bytes(file)).forEach(it -> take(here, it, below));
        }
      } else if (reference.isFolderToo() && !reference.path().startsWith("{")) {
        enter(from, reference, target.get());
      } else if (!reference.path().startsWith("{")) {
        refuse(from, reference, "is no file in or below the kustomization's folder");
      }
    }

    private void enter(TreeFile from, Reference reference, String target) {
      var inside = tree.files(target);
      var heads = new TreeMap<Integer, TreeFile>();
      for (TreeFile file : inside) {
        int rank = Kustomization.NAMES.indexOf(Paths.nameOf(file.path()));
        if (rank >= 0 && Paths.folderOf(file.path()).equals(target)) {
          heads.put(rank, file);
        }
      }
      if (inside.isEmpty()) {
        refuse(from, reference, "is not in the repository");
      } else if (inside.getFirst().path().equals(target)) {
        refuse(from, reference, "is no file in or below the kustomization's folder");
      } else if (heads.isEmpty()) {
        refuse(from, reference, "is a folder without a kustomization.yaml");
      } else if (heads.firstEntry().getValue().kind() != TreeFile.Kind.REGULAR) {
        refuse(from, reference, "has a link for its kustomization, which is not followed");
      } else {
        visit(heads.firstEntry().getValue());
      }
    }

    private void refuse(TreeFile from, Reference reference, String why) {
      problems.add(
          new Problem(
              from.path(),
              reference.at().line(),
              reference.at().column(),
              "%s: %s %s".formatted(reference.field(), reference.path(), why)));
    }
  }
}
