package dev.reeve.manifest.schema;

import java.util.Optional;
import java.util.regex.Pattern;

/// The way from an object's root to a value, in both of its spellings: `spec.ports[0].name` for
/// people, a hash of `/spec/ports/0/name` for [Positions].
final class Path {
  private static final Pattern ITEM = Pattern.compile("\\[[0-9]+\\]");

  static final Path ROOT = new Path(Optional.empty(), "", Positions.ROOT);

  private final Optional<Path> parent;
  private final String step;
  private final long pointer;

  private Path(Optional<Path> parent, String step, long pointer) {
    this.parent = parent;
    this.step = step;
    this.pointer = pointer;
  }

  Path field(String name) {
    return new Path(Optional.of(this), "." + name, Positions.step(pointer, name));
  }

  /// A key that somebody chose, which may hold dots of its own.
  Path key(String name) {
    return name.indexOf('.') < 0 && name.indexOf('/') < 0
        ? field(name)
        : new Path(Optional.of(this), "[" + name + "]", Positions.step(pointer, name));
  }

  Path item(int index) {
    return new Path(
        Optional.of(this), "[" + index + "]", Positions.step(pointer, Integer.toString(index)));
  }

  Optional<Path> parent() {
    return parent;
  }

  long pointer() {
    return pointer;
  }

  boolean isRoot() {
    return parent.isEmpty();
  }

  /// For what holds of every item of a list alike: `spec.ports[].name`.
  String ofEveryItem() {
    return ITEM.matcher(toString()).replaceAll("[]");
  }

  @Override
  public String toString() {
    String front = parent.map(Path::toString).orElse("");
    return front.isEmpty() && step.startsWith(".") ? step.substring(1) : front + step;
  }
}
