package dev.reeve.manifest.sops;

import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.util.List;
import java.util.Optional;

/// What came of decrypting a file.
public sealed interface Opening {
  /// Every value is as it was encrypted, and none is missing or was added.
  record Decrypted(List<Document> documents) implements Opening {
    public Decrypted {
      documents = List.copyOf(documents);
    }
  }

  /// A document without its `sops`.
  ///
  /// @param hidden the first value below its top level that was encrypted
  record Document(Tree tree, Optional<Position> hidden) {}

  /// None of the keys that there are opens it. Another one may.
  record Locked(Finding why) implements Opening {}

  /// It is not as SOPS wrote it.
  record Broken(List<Finding> problems) implements Opening {
    public Broken {
      problems = List.copyOf(problems);
    }
  }
}
