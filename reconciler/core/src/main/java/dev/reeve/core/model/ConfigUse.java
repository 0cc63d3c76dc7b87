package dev.reeve.core.model;

/// A ConfigMap or Secret that pods use, at one content. For a Secret `hash` is keyed, so that it
/// says nothing of the value; the values themselves never enter the core.
public record ConfigUse(ObjectKey key, String hash) implements Comparable<ConfigUse> {
  @Override
  public int compareTo(ConfigUse other) {
    return key.compareTo(other.key);
  }
}
