package dev.reeve.git.render;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A repository that a test writes.
final class MemoryTree implements SourceTree {
  private final TreeMap<String, String> texts = new TreeMap<>();
  private final TreeMap<String, TreeFile.Kind> odd = new TreeMap<>();

  MemoryTree with(String path, String text) {
    texts.put(path, text);
    return this;
  }

  MemoryTree with(String path, TreeFile.Kind kind) {
    odd.put(path, kind);
    return with(path, "");
  }

  ReeveIgnore.Selection under(String path) {
    return ReeveIgnore.of(path, new TreeMap<>()).select(files(""));
  }

  @Override
  public List<TreeFile> files(String folder) {
    return texts.entrySet().stream()
        .filter(it -> Paths.isBelow(it.getKey(), folder) || it.getKey().equals(folder))
        .map(it ->
            new TreeFile(
                it.getKey(),
                Integer.toHexString(it.getValue().hashCode()),
                odd.getOrDefault(it.getKey(), TreeFile.Kind.REGULAR),
                it.getValue().getBytes(StandardCharsets.UTF_8).length))
        .toList();
  }

  @Override
  public Optional<Bytes> content(TreeFile file, long limit) {
    return Optional.ofNullable(texts.get(file.path())).map(Bytes::utf8);
  }
}
