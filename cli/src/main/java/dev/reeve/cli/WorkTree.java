package dev.reeve.cli;

import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.Renderer;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.age.Identities;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Files on disk, read as the control plane would read them from a commit: which of a folder's
/// files are manifests is for [ReeveIgnore] to say.
final class WorkTree {
  private static final long FILE_LIMIT = 1 << 20;

  private final SortedMap<String, ManifestFile> files = new TreeMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private final Identities identities;
  private final Renderer renderer;

  /// @param identities what decrypts files
  WorkTree(Identities identities) {
    this(identities, Renderer.onPath());
  }

  WorkTree(Identities identities, Renderer renderer) {
    this.identities = identities;
    this.renderer = renderer;
  }

  /// By path.
  SortedMap<String, ManifestFile> files() {
    return files;
  }

  /// What keeps a file from being read at all.
  List<Problem> problems() {
    return problems;
  }

  /// A file is read whatever it is called, since somebody named it.
  void add(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new CommandFailed(path + " does not exist");
    }
    if (Files.isDirectory(path)) {
      addFolder(path);
    } else {
      read(path, Format.of(path.toString()).orElse(Format.YAML));
    }
  }

  /// Whether anything in the folder would be looked at.
  static boolean holdsManifests(Path folder) throws IOException {
    return !select(folder).isEmpty();
  }

  private static ReeveIgnore.Selection select(Path folder) throws IOException {
    var all = entries(folder.toRealPath());
    SortedMap<String, String> ignoreFiles = new TreeMap<>();
    for (TreeFile file : ReeveIgnore.ignoreFiles(all)) {
      ignoreFiles.put(
          file.path(),
          new String(Files.readAllBytes(folder.resolve(file.path())), StandardCharsets.UTF_8));
    }
    return ReeveIgnore.of("", ignoreFiles).select(all);
  }

  private void addFolder(Path folder) throws IOException {
    var selection = select(folder);
    render(folder, selection);
    for (TreeFile file : selection.files()) {
      var path = folder.resolve(file.path());
      switch (file.kind()) {
        case SYMLINK -> refuse(path, "a symbolic link is not read as a manifest");
        case SUBMODULE -> refuse(path, "a submodule is not read");
        case REGULAR -> read(path, Format.of(file.path()).orElseThrow());
      }
    }
  }

  private void render(Path folder, ReeveIgnore.Selection selection) throws IOException {
    var source = FolderSource.around(folder);
    var rendering =
        renderer.render(
            source,
            new ReeveIgnore.Selection(
                List.of(),
                source.inRepository(selection.kustomizations()),
                source.inRepository(selection.charts())));
    rendering.files().forEach((path, file) -> files.put(source.asGiven(path), file));
    for (Problem each : rendering.problems()) {
      problems.add(
          new Problem(
              source.asGiven(each.path()),
              each.line(),
              each.column(),
              each.subject(),
              each.message()));
    }
  }

  private void read(Path path, Format format) throws IOException {
    long size = Files.size(path);
    if (size > FILE_LIMIT) {
      refuse(path, "larger than 1 MiB (" + size + " bytes); split the file");
    } else {
      files.put(path.toString(), ManifestFile.parse(Files.readAllBytes(path), format, identities));
    }
  }

  private void refuse(Path path, String message) {
    problems.add(new Problem(path.toString(), 1, 1, message));
  }

  /// As Git would list them, in order. Folders that are never read are not walked.
  static List<TreeFile> entries(Path root) throws IOException {
    var entries = new ArrayList<TreeFile>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean isDotFolder = String.valueOf(folder.getFileName()).startsWith(".");
            boolean isRepository = Files.exists(folder.resolve(".git"));
            return !folder.equals(root) && (isDotFolder || isRepository)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink() || attributes.isRegularFile()) {
              entries.add(
                  new TreeFile(
                      root.relativize(file).toString(),
                      "",
                      attributes.isSymbolicLink() ? TreeFile.Kind.SYMLINK : TreeFile.Kind.REGULAR,
                      attributes.size()));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return entries.stream().sorted(Comparator.comparing(TreeFile::path)).toList();
  }
}
