package dev.reeve.manifest.rollback;

/// A piece of a text.
///
/// @param start index of its first character
/// @param end index after its last one
record Region(int start, int end) {
  String of(String text) {
    return text.substring(start, end);
  }
}
