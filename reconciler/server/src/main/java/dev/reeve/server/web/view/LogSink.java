package dev.reeve.server.web.view;

/// Where a log goes. Called by one thread at a time; never waits for the reader.
public interface LogSink {
  /// The next bytes. False: the reader is gone or too slow, and nothing more is wanted.
  boolean chunk(byte[] bytes);

  /// That was all.
  void end();

  /// It cannot be read, or not any further; the message is for people.
  void failed(String message);
}
