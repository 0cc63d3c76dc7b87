package dev.reeve.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// A real Prometheus on loopback, of the distribution's package.
public final class PrometheusServer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/prometheus");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final String address;

  private PrometheusServer(Process process, Path log, String address) {
    this.process = process;
    this.log = log;
    this.address = address;
  }

  /// Starts it, and waits until it answers queries.
  ///
  /// @param dir for its data, its configuration and its log
  /// @param targets `host:port` of what it scrapes, at `/metrics`
  public static PrometheusServer start(Path dir, List<String> targets, Duration scrapeInterval) {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IllegalStateException(
          PROGRAM + " is missing: install it with apt-get install prometheus, or run script/test");
    }
    try {
      Files.createDirectories(dir);
      var config = dir.resolve("prometheus.yml");
      Files.writeString(config, config(targets, scrapeInterval));
      var log = dir.resolve("prometheus.log");
      var listens = "127.0.0.1:" + freePort();
      var process =
          new ProcessBuilder(
                  PROGRAM.toString(),
                  "--config.file=" + config,
                  "--storage.tsdb.path=" + dir.resolve("data"),
                  "--web.listen-address=" + listens,
                  "--log.level=warn")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      var server = new PrometheusServer(process, log, "http://" + listens);
      try {
        server.awaitReady();
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
      return server;
    } catch (IOException e) {
      throw new IllegalStateException("Prometheus cannot be started", e);
    }
  }

  /// Where it answers, without a slash at the end.
  public String address() {
    return address;
  }

  private static String config(List<String> targets, Duration scrapeInterval) {
    return """
    global:
      scrape_interval: %1$dms
      scrape_timeout: %1$dms
    scrape_configs:
      - job_name: lab
        static_configs:
          - targets: [%2$s]
    """
        .formatted(
            scrapeInterval.toMillis(),
            targets.stream().map(it -> "'" + it + "'").collect(Collectors.joining(", ")));
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() {
    var request =
        HttpRequest.newBuilder(URI.create(address + "/-/ready"))
            .timeout(Duration.ofSeconds(5))
            .build();
    var until = Instant.now().plus(PATIENCE);
    try (var client = HttpClient.newHttpClient()) {
      while (Instant.now().isBefore(until) && process.isAlive()) {
        try {
          if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // It does not listen yet.
        }
        Thread.sleep(50);
      }
      throw new IllegalStateException("Prometheus does not get ready: " + Files.readString(log));
    } catch (IOException e) {
      throw new IllegalStateException("Prometheus does not get ready", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
