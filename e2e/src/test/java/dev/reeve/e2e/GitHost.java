package dev.reeve.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.reeve.lab.Shell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;

/// A Git server as others run one: git's own `http-backend` behind HTTP, with a hook that can hold
/// up pushes of the record.
final class GitHost implements AutoCloseable {
  private final Path folder;
  private final HttpServer http;
  private volatile boolean losesNextAnswer;

  private GitHost(Path folder, HttpServer http) {
    this.folder = folder;
    this.http = http;
  }

  /// With one empty bare repository.
  static GitHost start(Path folder) throws IOException {
    Files.createDirectories(folder);
    var bare = folder.resolve("config.git");
    Shell.run("git", "init", "-q", "--bare", "-b", "main", bare.toString());
    Shell.run("git", "-C", bare.toString(), "config", "http.receivepack", "true");
    var hook = bare.resolve("hooks/update");
    // A push that was held up has nobody left to answer to, and is refused.
    Files.writeString(
        hook,
        """
        #!/bin/sh
        if [ $1 = refs/heads/main ] && [ -e %1$s/protect ] && [ -n "$GIT_PROJECT_ROOT" ]; then
          echo "main is protected: open a pull request" >&2
          exit 1
        fi
        if [ $1 = refs/heads/main ] && [ -e %1$s/hold-main ] && [ -n "$GIT_PROJECT_ROOT" ]; then
          : >%1$s/held-main
          while [ -e %1$s/hold-main ]; do sleep 0.05; done
          rm %1$s/held-main
          exit 1
        fi
        case $1 in refs/heads/reeve/*) ;; *) exit 0 ;; esac
        [ -e %1$s/refuse ] && exit 1
        [ -e %1$s/hold ] || exit 0
        : >%1$s/held
        while [ -e %1$s/hold ]; do sleep 0.05; done
        rm %1$s/held
        exit 1
        """
            .formatted(folder));
    Shell.run("chmod", "755", hook.toString());
    var answered = bare.resolve("hooks/post-receive");
    // What was pushed is there, and who pushed it hears nothing of it.
    Files.writeString(
        answered,
        """
        #!/bin/sh
        [ -e %1$s/silent ] || exit 0
        grep -q refs/heads/reeve/ || exit 0
        : >%1$s/unanswered
        while [ -e %1$s/silent ]; do sleep 0.05; done
        rm -f %1$s/unanswered
        """
            .formatted(folder));
    Shell.run("chmod", "755", answered.toString());
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var host = new GitHost(folder, http);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/", host::answer);
    http.start();
    return host;
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/config.git";
  }

  /// The same repository, for those who need not come by HTTP.
  String path() {
    return folder.resolve("config.git").toString();
  }

  /// The next push is taken, and who pushed hears nothing of it.
  void loseNextAnswer() {
    losesNextAnswer = true;
  }

  /// Whether pushes of the record are refused from now on.
  void refuseTheRecord(boolean pushes) throws IOException {
    if (pushes) {
      Files.writeString(folder.resolve("refuse"), "");
    } else {
      Files.delete(folder.resolve("refuse"));
    }
  }

  /// From now on `main` takes no push by HTTP.
  void protectMain() throws IOException {
    Files.writeString(folder.resolve("protect"), "");
  }

  /// From now on a push of the record gets no answer.
  void holdTheRecord() throws IOException {
    Files.writeString(folder.resolve("hold"), "");
  }

  /// From now on a push of the record arrives, and its answer does not.
  void keepAnswers() throws IOException {
    Files.writeString(folder.resolve("silent"), "");
  }

  boolean isKeepingOne() {
    return Files.exists(folder.resolve("unanswered"));
  }

  void letAnswersGo(Duration patience) throws Exception {
    Files.deleteIfExists(folder.resolve("silent"));
    Program.await("nothing is kept back", patience, () -> !isKeepingOne());
  }

  /// From now on a push to `main` by HTTP gets no answer.
  void holdMain() throws IOException {
    Files.writeString(folder.resolve("hold-main"), "");
  }

  boolean isHoldingMain() {
    return Files.exists(folder.resolve("held-main"));
  }

  void letMainGo(Duration patience) throws Exception {
    Files.delete(folder.resolve("hold-main"));
    Program.await("the push to main is over", patience, () -> !isHoldingMain());
  }

  boolean isHoldingOne() {
    return Files.exists(folder.resolve("held"));
  }

  /// What is held up now comes to nothing; what comes after is taken.
  void letTheRecordGo(Duration patience) throws Exception {
    Files.delete(folder.resolve("hold"));
    Program.await("the push that was held up is over", patience, () -> !isHoldingOne());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var backend = new ProcessBuilder("git", "http-backend");
      var environment = backend.environment();
      environment.put("GIT_PROJECT_ROOT", folder.toString());
      environment.put("GIT_HTTP_EXPORT_ALL", "1");
      environment.put("REQUEST_METHOD", exchange.getRequestMethod());
      environment.put("PATH_INFO", exchange.getRequestURI().getPath());
      environment.put("QUERY_STRING", header(exchange.getRequestURI().getRawQuery()));
      environment.put(
          "CONTENT_TYPE", header(exchange.getRequestHeaders().getFirst("Content-Type")));
      environment.put(
          "HTTP_CONTENT_ENCODING",
          header(exchange.getRequestHeaders().getFirst("Content-Encoding")));
      environment.put(
          "GIT_PROTOCOL", header(exchange.getRequestHeaders().getFirst("Git-Protocol")));
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
        boolean isPush =
            exchange.getRequestMethod().equals("POST")
                && exchange.getRequestURI().getPath().endsWith("/git-receive-pack");
        if (isPush && losesNextAnswer) {
          losesNextAnswer = false;
          output.readAllBytes();
          return;
        }
        exchange.sendResponseHeaders(status, 0);
        output.transferTo(exchange.getResponseBody());
      }
    }
  }

  private static String header(@org.jspecify.annotations.Nullable String value) {
    return value == null ? "" : value;
  }

  private static String line(InputStream output) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int each = output.read(); each >= 0 && each != '\n'; each = output.read()) {
      line.write(each);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() throws IOException {
    for (String file : new String[] {"hold", "hold-main", "silent"}) {
      Files.deleteIfExists(folder.resolve(file));
    }
    http.stop(0);
  }
}
