package dev.reeve.bench.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An engine's API with nothing in between: a socket and what is written on it. Safe for many
/// threads.
public record EngineApi(Path socket) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String AS_JSON = "application/json";

  public JsonNode get(String path) throws IOException {
    try (var answer = answer("GET", path, AS_JSON, new byte[0])) {
      return JSON.readTree(answer);
    }
  }

  /// What the engine goes on saying, until it is closed.
  InputStream follow(String path) throws IOException {
    return answer("GET", path, AS_JSON, new byte[0]);
  }

  public JsonNode post(String path, JsonNode body) throws IOException {
    return post(path, AS_JSON, JSON.writeValueAsBytes(body));
  }

  public JsonNode post(String path) throws IOException {
    return post(path, AS_JSON, new byte[0]);
  }

  JsonNode post(String path, String type, byte[] body) throws IOException {
    try (var answer = answer("POST", path, type, body)) {
      return JSON.readTree(answer);
    }
  }

  public void delete(String path) throws IOException {
    answer("DELETE", path, AS_JSON, new byte[0]).close();
  }

  /// Those that run, or all; with these labels, each `key` or `key=value`.
  public List<JsonNode> containers(boolean all, String... labels) throws IOException {
    var found = new ArrayList<JsonNode>();
    get("/containers/json?all=" + all + "&filters=" + filter("label", labels)).forEach(found::add);
    return found;
  }

  /// The engine's `filters`, as they stand in an address.
  public static String filter(String name, String... values) {
    var all = JSON.createObjectNode();
    var array = all.putArray(name);
    List.of(values).forEach(array::add);
    return URLEncoder.encode(all.toString(), StandardCharsets.UTF_8);
  }

  private InputStream answer(String method, String path, String type, byte[] body)
      throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      // Of 1.0, so that the answer comes as it is and ends with the connection.
      var head =
          "%s %s HTTP/1.0\r\nHost: engine\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(method, path, type, body.length);
      write(channel, head.getBytes(StandardCharsets.US_ASCII));
      write(channel, body);
      var answer = Channels.newInputStream(channel);
      int status = Integer.parseInt(line(answer).split(" ")[1]);
      while (!line(answer).isEmpty()) {
        // The headers say nothing that is needed.
      }
      if (status >= 300 && status != 304) {
        throw new IOException(
            "%s %s: %d %s"
                .formatted(
                    method,
                    path,
                    status,
                    new String(answer.readAllBytes(), StandardCharsets.UTF_8).strip()));
      }
      return answer;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void write(SocketChannel channel, byte[] bytes) throws IOException {
    var buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
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
