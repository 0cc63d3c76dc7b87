package dev.reeve.server.images;

import java.time.Duration;

/// A registry did not tell what it was asked. The message holds no secret.
final class RegistryFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final Duration pause;

  RegistryFailure(String message) {
    this(message, Duration.ZERO);
  }

  /// @param pause how long the registry wants to be left alone
  RegistryFailure(String message, Duration pause) {
    super(message, null, false, false);
    this.pause = pause;
  }

  Duration pause() {
    return pause;
  }
}
