package dev.reeve.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// Asks an engine without a program in between, which on a busy machine takes its time to start.
final class EngineSocket {
  private EngineSocket() {}

  /// What `GET path` answers, as long as the engine goes on with it; empty when there is no such
  /// thing.
  static Optional<InputStream> open(Path socket, String path) throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      // Of 1.0, so that the answer comes as it is and ends with the connection.
      var request = "GET " + path + " HTTP/1.0\r\nHost: engine\r\n\r\n";
      var bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      var answer = Channels.newInputStream(channel);
      var status = line(answer);
      while (!line(answer).isEmpty()) {
        // The headers say nothing that is needed.
      }
      if (status.contains(" 404 ")) {
        answer.close();
        return Optional.empty();
      }
      if (!status.contains(" 200 ")) {
        throw new IOException(
            path
                + ": "
                + status
                + ": "
                + new String(answer.readAllBytes(), StandardCharsets.UTF_8));
      }
      return Optional.of(answer);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String line(InputStream answer) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int each = answer.read(); each != '\n'; each = answer.read()) {
      if (each < 0) {
        throw new IOException("the engine hung up");
      }
      line.write(each);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
