package dev.reeve.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Git's own HTTP server, `git http-backend`, on a free port of loopback.
final class GitHttpBackend implements AutoCloseable {
  private final Path root;
  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  GitHttpBackend(Path root) throws IOException {
    this.root = root;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.setExecutor(workers);
    server.start();
  }

  RemoteRepository remote(String name) {
    return new RemoteRepository("http://127.0.0.1:" + server.getAddress().getPort() + "/" + name);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var builder = new ProcessBuilder("git", "http-backend");
      Map<String, String> environment = builder.environment();
      environment.put("GIT_PROJECT_ROOT", root.toString());
      environment.put("GIT_HTTP_EXPORT_ALL", "1");
      environment.put("REMOTE_USER", "ada");
      environment.put("REQUEST_METHOD", exchange.getRequestMethod());
      environment.put("PATH_INFO", exchange.getRequestURI().getPath());
      environment.put(
          "QUERY_STRING", Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""));
      header(exchange, "Content-Type", environment, "CONTENT_TYPE");
      header(exchange, "Content-Encoding", environment, "HTTP_CONTENT_ENCODING");
      header(exchange, "Git-Protocol", environment, "GIT_PROTOCOL");
      Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var body = process.getOutputStream()) {
        exchange.getRequestBody().transferTo(body);
      }
      var answer = new BufferedInputStream(process.getInputStream());
      int status = 200;
      for (String line = line(answer); !line.isEmpty(); line = line(answer)) {
        int colon = line.indexOf(':');
        String value = line.substring(colon + 1).strip();
        if (line.startsWith("Status:")) {
          status = Integer.parseInt(value.substring(0, 3));
        } else {
          exchange.getResponseHeaders().add(line.substring(0, colon), value);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      answer.transferTo(exchange.getResponseBody());
    }
  }

  private static void header(
      HttpExchange exchange, String name, Map<String, String> environment, String variable) {
    String value = exchange.getRequestHeaders().getFirst(name);
    if (value != null) {
      environment.put(variable, value);
    }
  }

  private static String line(InputStream input) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = input.read(); b >= 0 && b != '\n'; b = input.read()) {
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    server.stop(0);
    workers.close();
  }
}
