package dev.reeve.bench.fleet;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;

/// One WebSocket over TLS to the control plane, from dialling on.
///
/// Confined to the thread of its selector.
final class Line {
  private static final String END_OF_HEADERS = "\r\n\r\n";

  private enum Stage {
    CONNECTS,
    SECURES,
    UPGRADES,
    OPEN
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final TlsChannel tls;
  private final URI server;
  private final Listener listener;
  private final Frames frames = new Frames();
  private final StringBuilder answer = new StringBuilder();
  private Stage stage = Stage.CONNECTS;

  /// Hears what comes.
  interface Listener extends Frames.Reader {
    void opened() throws IOException;
  }

  private Line(
      SocketChannel channel, SelectionKey key, TlsChannel tls, URI server, Listener listener) {
    this.channel = channel;
    this.key = key;
    this.tls = tls;
    this.server = server;
    this.listener = listener;
  }

  /// @param attachment of the selector's key
  static Line dial(
      URI server,
      Selector selector,
      Object attachment,
      SSLEngine engine,
      TlsChannel.Buffers buffers,
      Listener listener)
      throws IOException {
    var channel = SocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(new InetSocketAddress(server.getHost(), server.getPort()));
      var key = channel.register(selector, SelectionKey.OP_CONNECT, attachment);
      return new Line(
          channel, key, new TlsChannel(channel, key, engine, buffers), server, listener);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  boolean isOpen() {
    return stage == Stage.OPEN;
  }

  /// Whether it takes more without keeping it.
  boolean isFlushed() {
    return tls.isFlushed();
  }

  /// Does what its channel is ready for.
  ///
  /// @return whether something was heard
  boolean ready() throws IOException {
    if (key.isConnectable() && channel.finishConnect()) {
      key.interestOps(SelectionKey.OP_READ);
      stage = Stage.SECURES;
      tls.begin();
    }
    if (key.isWritable()) {
      tls.flush();
    }
    boolean isHeard = key.isReadable();
    if (isHeard) {
      tls.read(this::read);
      if (stage == Stage.SECURES && tls.isSecured()) {
        stage = Stage.UPGRADES;
        tls.send(ByteBuffer.wrap(request().getBytes(StandardCharsets.US_ASCII)));
      }
    }
    return isHeard;
  }

  private String request() {
    return """
    GET /agent HTTP/1.1\r
    Host: %s:%d\r
    Connection: Upgrade\r
    Upgrade: websocket\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    \r
    """
        .formatted(server.getHost(), server.getPort());
  }

  private void read(ByteBuffer plain) throws IOException {
    while (stage != Stage.OPEN && plain.hasRemaining()) {
      answer.append((char) plain.get());
      if (answer.indexOf(END_OF_HEADERS) >= 0) {
        if (!answer.toString().startsWith("HTTP/1.1 101 ")) {
          throw new IOException("not let in: " + answer.toString().lines().findFirst().orElse(""));
        }
        answer.setLength(0);
        answer.trimToSize();
        stage = Stage.OPEN;
        listener.opened();
      }
    }
    frames.read(plain, listener);
  }

  void send(ByteBuffer frame) throws IOException {
    tls.send(frame);
  }

  /// At once, without a word.
  void cut() {
    key.cancel();
    try {
      channel.close();
    } catch (IOException e) {
      // Then it is closed all the more.
    }
  }
}
