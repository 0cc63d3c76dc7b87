package dev.reeve.agent.node.network;

/// The node's network could not be made as it should be; the message says what and why.
public final class NetworkException extends Exception {
  public NetworkException(String message) {
    super(message);
  }

  NetworkException(String message, Throwable cause) {
    super(message, cause);
  }
}
