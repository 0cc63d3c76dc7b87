package dev.reeve.git;

import dev.reeve.core.model.Bytes;

/// The content of a file, or that it is too large to be read.
public sealed interface Blob {
  record Content(Bytes bytes) implements Blob {}

  /// Said without loading it.
  record TooLarge(long size, long limit) implements Blob {}
}
