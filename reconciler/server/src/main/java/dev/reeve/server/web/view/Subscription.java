package dev.reeve.server.web.view;

/// Ends with `close`, after which the listener is not called any more.
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}
