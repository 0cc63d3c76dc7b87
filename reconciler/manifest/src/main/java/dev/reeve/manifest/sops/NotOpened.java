package dev.reeve.manifest.sops;

import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;

/// Why a file is not decrypted. Caught by [SopsFile], never beyond; its message holds no value.
final class NotOpened extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Finding finding;

  NotOpened(Position at, String message) {
    super(message, null, false, false);
    this.finding = new Finding(at, message);
  }

  Finding finding() {
    return finding;
  }
}
