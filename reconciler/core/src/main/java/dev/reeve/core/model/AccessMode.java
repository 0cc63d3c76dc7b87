package dev.reeve.core.model;

/// How many may use a volume at a time, as Kubernetes' `accessModes` have it.
public enum AccessMode {
  /// All pods of one node.
  READ_WRITE_ONCE("ReadWriteOnce"),
  READ_ONLY_MANY("ReadOnlyMany"),
  READ_WRITE_MANY("ReadWriteMany"),
  /// One pod.
  READ_WRITE_ONCE_POD("ReadWriteOncePod");

  private final String word;

  AccessMode(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /// @throws IllegalArgumentException if no mode is called so
  public static AccessMode of(String word) {
    for (AccessMode mode : values()) {
      if (mode.word.equals(word)) {
        return mode;
      }
    }
    throw new IllegalArgumentException("no access mode: " + word);
  }
}
