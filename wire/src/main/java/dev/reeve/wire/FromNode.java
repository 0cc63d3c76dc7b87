package dev.reeve.wire;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.protocol.Report;

/// What a node says to the control plane.
public sealed interface FromNode {

  record Tell(Report report) implements FromNode {}

  /// A sign of life, every two seconds.
  record Heartbeat() implements FromNode {}

  /// The last order, or the last routes, cannot be followed: all is wanted anew.
  record AskFullOrder() implements FromNode {}

  /// Part of a log. `end` says that no more follows; then `error` may say why.
  record LogChunk(long id, Bytes bytes, boolean end, String error) implements FromNode {}
}
