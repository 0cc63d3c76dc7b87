package dev.reeve.bench.fleet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/// TLS on a channel that never waits. Between two looks it holds only what it could neither read
/// nor send to its end.
///
/// Confined to the thread of its selector.
final class TlsChannel {
  private static final byte[] NOTHING = {};
  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final SelectionKey key;
  private final SSLEngine engine;
  private final Buffers buffers;
  private byte[] unread = NOTHING;
  private byte[] unsent = NOTHING;

  /// Where all channels of one thread unwrap and wrap.
  record Buffers(ByteBuffer incoming, ByteBuffer plain, ByteBuffer outgoing) {
    private static final int SIZE = 128 << 10;

    /// More than the longest record.
    private static final int RECORD = 17 << 10;

    static Buffers make() {
      return new Buffers(
          ByteBuffer.allocateDirect(SIZE),
          ByteBuffer.allocateDirect(SIZE),
          ByteBuffer.allocateDirect(SIZE));
    }
  }

  /// Takes what was said, all of it.
  interface Reader {
    void read(ByteBuffer plain) throws IOException;
  }

  TlsChannel(SocketChannel channel, SelectionKey key, SSLEngine engine, Buffers buffers) {
    this.channel = channel;
    this.key = key;
    this.engine = engine;
    this.buffers = buffers;
  }

  /// For when the channel is connected.
  void begin() throws IOException {
    engine.beginHandshake();
    advance(NO_BYTES.duplicate(), _ -> {});
  }

  boolean isSecured() {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  /// For when something can be read.
  void read(Reader reader) throws IOException {
    var in = buffers.incoming().clear().put(unread);
    int count = channel.read(in);
    in.flip();
    advance(in, reader);
    unread = rest(in);
    if (count < 0) {
      throw new EOFException("the other side has closed");
    }
  }

  private static byte[] rest(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return NOTHING;
    }
    var rest = new byte[buffer.remaining()];
    buffer.get(rest);
    return rest;
  }

  private void advance(ByteBuffer in, Reader reader) throws IOException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          for (var task = engine.getDelegatedTask();
              task != null;
              task = engine.getDelegatedTask()) {
            task.run();
          }
        }
        case NEED_WRAP -> send(NO_BYTES.duplicate());
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {
          if (!in.hasRemaining() || unwrap(in, reader) == Status.BUFFER_UNDERFLOW) {
            return;
          }
        }
      }
    }
  }

  private Status unwrap(ByteBuffer in, Reader reader) throws IOException {
    var plain = buffers.plain().clear();
    var status = engine.unwrap(in, plain).getStatus();
    if (status == Status.CLOSED) {
      throw new EOFException("the other side has closed");
    }
    if (plain.flip().hasRemaining()) {
      reader.read(plain);
    }
    return status;
  }

  void send(ByteBuffer plain) throws IOException {
    do {
      var out = buffers.outgoing().clear();
      do {
        engine.wrap(plain, out);
      } while (plain.hasRemaining() && out.remaining() > Buffers.RECORD);
      write(out.flip());
    } while (plain.hasRemaining());
  }

  private void write(ByteBuffer out) throws IOException {
    if (unsent.length == 0) {
      channel.write(out);
    }
    if (out.hasRemaining()) {
      int from = unsent.length;
      unsent = Arrays.copyOf(unsent, from + out.remaining());
      out.get(unsent, from, out.remaining());
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  /// For when something can be written.
  void flush() throws IOException {
    var out = ByteBuffer.wrap(unsent);
    channel.write(out);
    unsent = rest(out);
    if (unsent.length == 0) {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  boolean isFlushed() {
    return unsent.length == 0;
  }
}
