package dev.reeve.bench.fleet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/// The frames of a WebSocket as its client writes and reads them (RFC 6455).
///
/// Confined to one thread.
final class Frames {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int LAST = 0x80;
  private static final int MASKED = 0x80;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;
  private static final int LONGEST_HEADER = 14;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer unread = NOTHING;
  private ByteBuffer fragments = NOTHING;

  /// Takes whole messages.
  interface Reader {
    void text(String message) throws IOException;

    void ping(byte[] payload) throws IOException;
  }

  static ByteBuffer text(String message) {
    return frame(TEXT, message.getBytes(StandardCharsets.UTF_8));
  }

  static ByteBuffer ping() {
    return frame(PING, new byte[0]);
  }

  static ByteBuffer pong(byte[] payload) {
    return frame(PONG, payload);
  }

  private static ByteBuffer frame(int kind, byte[] payload) {
    var frame = ByteBuffer.allocate(LONGEST_HEADER + payload.length).put((byte) (LAST | kind));
    if (payload.length < TWO_BYTES) {
      frame.put((byte) (MASKED | payload.length));
    } else if (payload.length <= 0xffff) {
      frame.put((byte) (MASKED | TWO_BYTES)).putShort((short) payload.length);
    } else {
      frame.put((byte) (MASKED | EIGHT_BYTES)).putLong(payload.length);
    }
    int mask = ThreadLocalRandom.current().nextInt();
    frame.putInt(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask >> 24 - 8 * (i & 3)));
    }
    return frame.flip();
  }

  /// Reads on in what the other side says.
  void read(ByteBuffer bytes, Reader reader) throws IOException {
    var all = joined(unread, bytes);
    while (readOne(all, reader)) {
      // Until what is left is not a whole frame.
    }
    unread = copy(all);
  }

  private static ByteBuffer joined(ByteBuffer one, ByteBuffer other) {
    return one.hasRemaining()
        ? ByteBuffer.allocate(one.remaining() + other.remaining()).put(one).put(other).flip()
        : other;
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return bytes.hasRemaining()
        ? ByteBuffer.allocate(bytes.remaining()).put(bytes).flip()
        : NOTHING;
  }

  private boolean readOne(ByteBuffer all, Reader reader) throws IOException {
    if (all.remaining() < 2) {
      return false;
    }
    int start = all.position();
    int first = all.get() & 0xff;
    int length = all.get() & 0x7f;
    int more = length == TWO_BYTES ? 2 : length == EIGHT_BYTES ? 8 : 0;
    if (all.remaining() >= more) {
      length =
          switch (more) {
            case 2 -> all.getShort() & 0xffff;
            case 8 -> Math.toIntExact(all.getLong());
            default -> length;
          };
      if (all.remaining() >= length) {
        var payload = all.slice(all.position(), length);
        all.position(all.position() + length);
        whole(first & 0xf, (first & LAST) != 0, payload, reader);
        return true;
      }
    }
    all.position(start);
    return false;
  }

  private void whole(int kind, boolean isLast, ByteBuffer payload, Reader reader)
      throws IOException {
    switch (kind) {
      case PING -> {
        var said = new byte[payload.remaining()];
        payload.get(said);
        reader.ping(said);
      }
      case PONG -> {
        // That it came says all.
      }
      case CLOSE -> throw new IOException("the other side has closed the socket");
      default -> {
        var message = joined(fragments, payload);
        if (isLast) {
          fragments = NOTHING;
          reader.text(StandardCharsets.UTF_8.decode(message).toString());
        } else {
          fragments = copy(message);
        }
      }
    }
  }
}
