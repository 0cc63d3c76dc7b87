package dev.reeve.bench.stage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// A Git server as others run one: git's own `http-backend` behind HTTP, on loopback.
public final class GitHost implements AutoCloseable {
  private static final String REPOSITORY = "config.git";

  private final Path folder;
  private final HttpServer http;
  private final ExecutorService threads;

  /// Of the notes, when they were last read.
  private String notesAt = "";

  private GitHost(Path folder, HttpServer http, ExecutorService threads) {
    this.folder = folder;
    this.http = http;
    this.threads = threads;
  }

  /// With one empty bare repository.
  public static GitHost start(Path folder) throws IOException {
    Shell.need("git", "git");
    var bare = Files.createDirectories(folder).resolve(REPOSITORY).toString();
    Shell.run("git", "init", "-q", "--bare", "-b", "main", bare);
    Shell.run("git", "-C", bare, "config", "http.receivepack", "true");
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var host = new GitHost(folder, http, Executors.newVirtualThreadPerTaskExecutor());
    http.setExecutor(host.threads);
    http.createContext("/", host::answer);
    http.start();
    return host;
  }

  /// The repository on this host's own disk.
  public Path repository() {
    return folder.resolve(REPOSITORY);
  }

  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/" + REPOSITORY;
  }

  /// What was noted on a commit; empty where nothing was, or nothing since the last look.
  Optional<String> newNote(String cluster, String commit) throws IOException {
    var ref = repository().resolve("refs/notes/reeve-" + cluster);
    if (!Files.exists(ref)) {
      return Optional.empty();
    }
    var now = Files.readString(ref);
    if (now.equals(notesAt)) {
      return Optional.empty();
    }
    notesAt = now;
    var bare = repository().toString();
    var notes = "--ref=reeve-" + cluster;
    var noted = Shell.run("git", "-C", bare, "notes", notes, "list");
    return noted.contains(commit)
        ? Optional.of(Shell.run("git", "-C", bare, "notes", notes, "show", commit))
        : Optional.empty();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var backend = new ProcessBuilder("git", "http-backend");
      var headers = exchange.getRequestHeaders();
      backend
          .environment()
          .putAll(
              Map.of(
                  "GIT_PROJECT_ROOT", folder.toString(),
                  "GIT_HTTP_EXPORT_ALL", "1",
                  "REQUEST_METHOD", exchange.getRequestMethod(),
                  "PATH_INFO", exchange.getRequestURI().getPath(),
                  "QUERY_STRING", orEmpty(exchange.getRequestURI().getRawQuery()),
                  "CONTENT_TYPE", orEmpty(headers.getFirst("Content-Type")),
                  "HTTP_CONTENT_ENCODING", orEmpty(headers.getFirst("Content-Encoding")),
                  "GIT_PROTOCOL", orEmpty(headers.getFirst("Git-Protocol"))));
      var process = backend.redirectError(folder.resolve("backend.log").toFile()).start();
      try (var input = process.getOutputStream()) {
        exchange.getRequestBody().transferTo(input);
      }
      try (var output = process.getInputStream()) {
        int status = 200;
        for (var line = line(output); !line.isEmpty(); line = line(output)) {
          int colon = line.indexOf(':');
          var value = line.substring(colon + 1).strip();
          if (line.startsWith("Status:")) {
            status = Integer.parseInt(value.substring(0, 3));
          } else {
            exchange.getResponseHeaders().add(line.substring(0, colon), value);
          }
        }
        exchange.sendResponseHeaders(status, 0);
        output.transferTo(exchange.getResponseBody());
      }
    }
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static String line(InputStream output) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int each = output.read(); each >= 0 && each != '\n'; each = output.read()) {
      line.write(each);
    }
    return line.toString(java.nio.charset.StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }
}
