package dev.reeve.manifest.text;

/// Something to say about a place in a file whose path is not known here.
///
/// @param subject the object that it is about, where the place does not tell; else empty
public record Finding(Position at, String subject, String message) {
  public Finding(Position at, String message) {
    this(at, "", message);
  }
}
