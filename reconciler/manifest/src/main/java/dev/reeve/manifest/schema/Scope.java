package dev.reeve.manifest.schema;

/// Where a rule stands: it can look further in, and say something about that place.
final class Scope {
  private final Checker checker;
  private final Path path;

  Scope(Checker checker, Path path) {
    this.checker = checker;
    this.path = path;
  }

  Scope at(String... fields) {
    Path to = path;
    for (String field : fields) {
      to = to.field(field);
    }
    return new Scope(checker, to);
  }

  Scope key(String name) {
    return new Scope(checker, path.key(name));
  }

  Scope at(int index) {
    return new Scope(checker, path.item(index));
  }

  /// Whether the text has the field, also where it was refused and is not in the JSON.
  boolean isWritten(String field) {
    return checker.isWritten(path.field(field));
  }

  /// `message` follows the path: "must be …".
  void refuse(String message) {
    checker.refuse(path, path.isRoot() ? message : path + " " + message);
  }

  void warn(String message) {
    checker.warn(path, message);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
