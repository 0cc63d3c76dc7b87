package dev.reeve.manifest.age;

/// Why a file is none of age's, or not as it was written. Caught by [AgeFile], never beyond.
final class Malformed extends Exception {
  private static final long serialVersionUID = 1;

  Malformed(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
