package dev.reeve.core.model;

/// An image of a repository.
///
/// @param digest of what the tag names; empty where that is not looked at
public record ImageTag(String tag, String digest) {

  /// Whether one that is named by its tag alone, or by this digest too, is this one.
  public boolean isMeantBy(ImageTag other) {
    return tag.equals(other.tag) && (other.digest.isEmpty() || other.digest.equals(digest));
  }

  /// As it stands behind the name of an image and a colon.
  @Override
  public String toString() {
    return digest.isEmpty() ? tag : tag + "@" + digest;
  }
}
