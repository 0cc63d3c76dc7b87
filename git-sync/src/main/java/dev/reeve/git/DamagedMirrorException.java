package dev.reeve.git;

/// An object that must be in the mirror is not, or cannot be read: somebody or something damaged
/// the folder. The next [ConfigMirror#fetch] makes the mirror anew.
public final class DamagedMirrorException extends RuntimeException {
  DamagedMirrorException(String message, Throwable cause) {
    super(message, cause);
  }
}
