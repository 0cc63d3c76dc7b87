package dev.reeve.server.web.view;

/// A log being read. `close` stops it; its sink is told nothing more.
public interface LogStream extends AutoCloseable {
  @Override
  void close();
}
