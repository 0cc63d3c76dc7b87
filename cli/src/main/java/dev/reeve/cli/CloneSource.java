package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.SourceTree;
import java.util.List;
import java.util.Optional;

/// A commit of a clone to render from.
///
/// @param all files of the commit
record CloneSource(Git git, List<TreeFile> all) implements SourceTree {

  @Override
  public List<TreeFile> files(String folder) {
    return all.stream()
        .filter(it ->
            folder.isEmpty() || it.path().equals(folder) || it.path().startsWith(folder + "/"))
        .toList();
  }

  @Override
  public Optional<Bytes> content(TreeFile file, long limit) {
    return file.size() > limit
        ? Optional.empty()
        : Optional.ofNullable(git.contents(List.of(file.id())).get(file.id())).map(Bytes::of);
  }
}
