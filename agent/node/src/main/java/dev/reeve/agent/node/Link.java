package dev.reeve.agent.node;

import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;

/// The line to the control plane, which comes and goes.
public interface Link extends AutoCloseable {

  /// Begins to connect, and tells the listener of what happens from now on.
  void open(Listener listener);

  /// Sent in order; dropped while there is no connection. Never waits.
  void send(FromNode message);

  @Override
  void close();

  /// Called from one thread at a time.
  interface Listener {
    void linked();

    void unlinked();

    void received(ToNode message);
  }
}
