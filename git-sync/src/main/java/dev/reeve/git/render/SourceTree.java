package dev.reeve.git.render;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.TreeFile;
import java.util.List;
import java.util.Optional;

/// A repository as it is at one moment. Paths go from its root.
public interface SourceTree {
  /// Every file in a folder and below it; none where there is no such folder. The root is the empty
  /// path.
  List<TreeFile> files(String folder);

  /// Empty where it is larger than the limit.
  Optional<Bytes> content(TreeFile file, long limit);
}
