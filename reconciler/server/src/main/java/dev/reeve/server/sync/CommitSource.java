package dev.reeve.server.sync;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.Blob;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.SourceTree;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A commit to render from, as it would be with other contents of some of its files.
record CommitSource(ConfigMirror mirror, String commit, SortedMap<String, Bytes> changes)
    implements SourceTree {

  @Override
  public List<TreeFile> files(String folder) {
    var files = mirror.files(commit, folder).orElse(List.of());
    if (changes.isEmpty()) {
      return files;
    }
    var byPath = new TreeMap<String, TreeFile>();
    files.forEach(file -> byPath.put(file.path(), file));
    changes.forEach((path, bytes) -> {
      if (folder.isEmpty() || path.startsWith(folder + "/")) {
        // Without an id: no such blob is in the repository.
        byPath.put(path, new TreeFile(path, "", TreeFile.Kind.REGULAR, bytes.size()));
      }
    });
    return List.copyOf(byPath.values());
  }

  @Override
  public Optional<Bytes> content(TreeFile file, long limit) {
    var changed = Optional.ofNullable(changes.get(file.path()));
    return changed.isPresent()
        ? changed
        : switch (mirror.blob(file.id(), limit)) {
          case Blob.Content(var bytes) -> Optional.of(bytes);
          case Blob.TooLarge _ -> Optional.empty();
        };
  }
}
