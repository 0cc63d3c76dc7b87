package dev.reeve.manifest.age;

/// A file of keys that holds something else. Its message never quotes the file.
public final class KeyNotReadable extends Exception {
  private static final long serialVersionUID = 1;

  KeyNotReadable(String why) {
    super(why, null, false, false);
  }
}
