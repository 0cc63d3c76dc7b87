package dev.reeve.server.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Reads what a client sends, and no more of it than wanted, whatever it says of its length.
final class Bodies {
  private Bodies() {}

  /// Empty where there is more than that.
  static Optional<byte[]> read(InputStream in, int max) throws IOException {
    byte[] bytes = in.readNBytes(max + 1);
    return bytes.length > max ? Optional.empty() : Optional.of(bytes);
  }
}
