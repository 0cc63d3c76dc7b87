package dev.reeve.agent.node;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// Asks a server for its health by gRPC's own protocol for that, `grpc.health.v1.Health/Check`: one
/// connection, one request over HTTP/2 without TLS, as the kubelet does. The answer's one number is
/// in the data; headers and trailers are not looked at, so nothing here unpacks them.
final class GrpcKnock {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int LONGEST_FRAME = 16_384;
  private static final int LONGEST_ANSWER = 1_024;
  private static final int STREAM = 1;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;

  private static final int ACK = 0x1;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int PADDED = 0x8;

  private static final int SERVING = 1;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final long until;

  private GrpcKnock(Socket socket, long until) throws IOException {
    this.socket = socket;
    this.until = until;
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /// @param service what is asked about; empty for the server as a whole
  /// @return what is wrong, or nothing
  static Optional<String> check(String host, int port, String service, Duration limit) {
    long until = System.nanoTime() + limit.toNanos();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), Math.clamp(limit.toMillis(), 1, 600_000));
      var knock = new GrpcKnock(socket, until);
      knock.ask(host + ":" + port, service);
      return knock.answer();
    } catch (SocketTimeoutException e) {
      return Optional.of("timeout: no answer within " + limit.toSeconds() + " s");
    } catch (EOFException e) {
      return Optional.of("the server closed the connection without an answer");
    } catch (IOException e) {
      return Optional.of(
          "failed to ask %s:%d for its health: %s".formatted(host, port, OneLine.of(e)));
    }
  }

  private void ask(String authority, String service) throws IOException {
    out.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
    var headers = new ByteArrayOutputStream();
    // By their places in HPACK's fixed table; what has a value of its own is not to be remembered.
    headers.write(0x83); // :method POST
    headers.write(0x86); // :scheme http
    headers.write(0x04);
    text(headers, "/grpc.health.v1.Health/Check"); // :path
    headers.write(0x01);
    text(headers, authority); // :authority
    headers.write(new byte[] {0x0f, 0x10});
    text(headers, "application/grpc"); // content-type
    headers.write(new byte[] {0x0f, 0x2b});
    text(headers, "reeve-probe/1"); // user-agent
    headers.write(0x00);
    text(headers, "te");
    text(headers, "trailers");
    frame(HEADERS, END_HEADERS, STREAM, headers.toByteArray());
    var message = new ByteArrayOutputStream();
    if (!service.isEmpty()) {
      var name = service.getBytes(StandardCharsets.UTF_8);
      message.write(0x0a);
      varint(message, name.length);
      message.writeBytes(name);
    }
    var data = new ByteArrayOutputStream();
    data.write(0);
    new DataOutputStream(data).writeInt(message.size());
    message.writeTo(data);
    frame(DATA, END_STREAM, STREAM, data.toByteArray());
    out.flush();
  }

  private static void text(ByteArrayOutputStream into, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 126) {
      throw new IllegalArgumentException("too long for one byte of length: " + text);
    }
    into.write(bytes.length);
    into.writeBytes(bytes);
  }

  private static void varint(ByteArrayOutputStream into, int number) {
    int left = number;
    while (left > 0x7f) {
      into.write(left & 0x7f | 0x80);
      left >>>= 7;
    }
    into.write(left);
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeInt(payload.length << 8 | type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  private Optional<String> answer() throws IOException {
    var message = new ByteArrayOutputStream();
    while (true) {
      socket.setSoTimeout(left());
      int head = in.readInt();
      int length = head >>> 8;
      int type = head & 0xff;
      int flags = in.readUnsignedByte();
      int stream = in.readInt() & Integer.MAX_VALUE;
      if (length > LONGEST_FRAME) {
        return Optional.of("the answer is not HTTP/2");
      }
      var payload = new byte[length];
      in.readFully(payload);
      switch (type) {
        case SETTINGS -> acknowledge(SETTINGS, flags, new byte[0]);
        case PING -> acknowledge(PING, flags, payload);
        case GOAWAY -> {
          return Optional.of("the server went away without an answer");
        }
        case DATA -> {
          if (stream == STREAM && message.size() < LONGEST_ANSWER) {
            message.writeBytes(unpadded(payload, flags));
          }
        }
        default -> {
          // What else there is says nothing of health.
        }
      }
      if (isWhole(message.toByteArray())) {
        return verdict(message.toByteArray());
      }
      boolean isOver =
          type == RST_STREAM || (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
      if (stream == STREAM && isOver) {
        return Optional.of(
            "no health was told: the server may not implement grpc.health.v1.Health, or not know the"
                + " service");
      }
    }
  }

  private void acknowledge(int type, int flags, byte[] payload) throws IOException {
    if ((flags & ACK) == 0) {
      frame(type, ACK, 0, payload);
      out.flush();
    }
  }

  private static byte[] unpadded(byte[] payload, int flags) throws IOException {
    if ((flags & PADDED) == 0) {
      return payload;
    }
    int padding = payload.length == 0 ? 0 : payload[0] & 0xff;
    if (padding >= payload.length) {
      throw new IOException("a frame has more padding than bytes");
    }
    return Arrays.copyOfRange(payload, 1, payload.length - padding);
  }

  /// A message has five bytes before it: whether it is compressed, and its length.
  private static boolean isWhole(byte[] message) {
    return message.length >= 5 && message.length - 5 >= ByteBuffer.wrap(message, 1, 4).getInt();
  }

  /// An answer is empty, which stands for UNKNOWN, or its first field, a small number.
  private static Optional<String> verdict(byte[] message) {
    int status = message.length >= 7 && message[5] == 0x08 ? message[6] : 0;
    return status == SERVING
        ? Optional.empty()
        : Optional.of(
            "service unhealthy (responded with \"%s\")"
                .formatted(
                    switch (status) {
                      case 2 -> "NOT_SERVING";
                      case 3 -> "SERVICE_UNKNOWN";
                      default -> "UNKNOWN";
                    }));
  }

  private int left() throws SocketTimeoutException {
    long left = (until - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("no time is left");
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }
}
