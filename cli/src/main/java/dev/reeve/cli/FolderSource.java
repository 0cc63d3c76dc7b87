package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.SourceTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A folder on disk to render from, with the repository around it: a kustomization may name what
/// lies beside the folder. Without a repository there is nothing beside it.
///
/// @param root of the repository
/// @param folder as it was given
/// @param below where that is in the repository; empty for its root
record FolderSource(Path root, Path folder, String below) implements SourceTree {

  static FolderSource around(Path folder) throws IOException {
    var real = folder.toRealPath();
    var root = real;
    for (var each = real; each != null; each = each.getParent()) {
      if (Files.exists(each.resolve(".git"))) {
        root = each;
        break;
      }
    }
    return new FolderSource(root, folder, root.relativize(real).toString());
  }

  /// Files of the given folder, as the repository calls them.
  List<TreeFile> inRepository(List<TreeFile> files) {
    return files.stream()
        .map(it -> new TreeFile(prefix() + it.path(), it.id(), it.kind(), it.size()))
        .toList();
  }

  /// A path of the repository, as whoever named the folder would write it.
  String asGiven(String path) {
    return path.startsWith(prefix())
        ? folder.resolve(path.substring(prefix().length())).toString()
        : root.resolve(path).toString();
  }

  private String prefix() {
    return below.isEmpty() ? "" : below + "/";
  }

  @Override
  public List<TreeFile> files(String path) {
    try {
      var place = root.resolve(path);
      if (!place.toRealPath().equals(place)) {
        return List.of();
      }
      if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)) {
        return List.of(new TreeFile(path, "", TreeFile.Kind.REGULAR, Files.size(place)));
      }
      var start = path.isEmpty() ? "" : path + "/";
      return WorkTree.entries(place).stream()
          .map(it -> new TreeFile(start + it.path(), "", it.kind(), it.size()))
          .toList();
    } catch (IOException notThere) {
      return List.of();
    }
  }

  @Override
  public Optional<Bytes> content(TreeFile file, long limit) {
    try {
      var place = root.resolve(file.path());
      return Files.size(place) > limit
          ? Optional.empty()
          : Optional.of(Bytes.of(Files.readAllBytes(place)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.path(), e);
    }
  }
}
