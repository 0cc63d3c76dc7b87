package dev.reeve.bench.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.state.Root;
import dev.reeve.manifest.Catalog;
import dev.reeve.server.web.Settings;
import dev.reeve.server.web.StatusWeb;
import dev.reeve.server.web.view.ClusterInfo;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.CommitLine;
import dev.reeve.server.web.view.HappenedEvent;
import dev.reeve.server.web.view.LogRequest;
import dev.reeve.server.web.view.LogSink;
import dev.reeve.server.web.view.LogStream;
import dev.reeve.server.web.view.Published;
import dev.reeve.server.web.view.RecordedDecision;
import dev.reeve.server.web.view.Subscription;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// The web side of a control plane over the state of a [Town], and who asks it, over HTTP.
final class Readers implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final View view;
  private final StatusWeb web;
  private final HttpClient client = HttpClient.newHttpClient();

  Readers(Root first) {
    view = new View(first);
    web = StatusWeb.start(Settings.local(0), view);
  }

  void publish(Root root) {
    view.publish(root);
  }

  /// A part of a list of pods.
  ///
  /// @param next where it goes on; empty after the last part
  /// @param millis from the request until all of it was there
  record Page(int pods, String version, String next, double millis) {}

  Page page(int limit, String after) throws IOException, InterruptedException {
    long from = System.nanoTime();
    var answer =
        client.send(
            HttpRequest.newBuilder(
                    uri("?limit=" + limit + (after.isEmpty() ? "" : "&continue=" + after)))
                .build(),
            BodyHandlers.ofByteArray());
    double millis = (System.nanoTime() - from) / 1e6;
    JsonNode list = JSON.readTree(answer.body());
    if (answer.statusCode() != 200) {
      throw new IOException("pods cannot be listed: " + list);
    }
    return new Page(
        list.path("items").size(),
        list.path("metadata").path("resourceVersion").asText(),
        list.path("metadata").path("continue").asText(),
        millis);
  }

  /// Begins to watch all pods from where a list ended.
  Watched watch(String version) throws IOException, InterruptedException {
    var answer =
        client.send(
            HttpRequest.newBuilder(uri("?watch=true&resourceVersion=" + version)).build(),
            BodyHandlers.ofInputStream());
    return new Watched(answer.body());
  }

  /// What a watch has told.
  static final class Watched implements AutoCloseable {
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final InputStream stream;
    private final AtomicLong events = new AtomicLong();
    private volatile long firstAt;
    private volatile long lastAt;

    private Watched(InputStream stream) {
      this.stream = stream;
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      var buffer = new byte[1 << 16];
      try {
        for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
          lastAt = System.nanoTime();
          firstAt = events.get() == 0 ? lastAt : firstAt;
          for (int i = 0; i < read; i++) {
            if (buffer[i] == '\n') {
              events.incrementAndGet();
            }
          }
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    /// Waits for so many events.
    void await(long least) throws InterruptedException {
      long from = System.nanoTime();
      while (events.get() < least) {
        if (System.nanoTime() - from > PATIENCE_NANOS) {
          throw new IllegalStateException("the watch told of " + events.get() + " changes");
        }
        Thread.sleep(1);
      }
    }

    /// As `System.nanoTime` counts.
    long firstAt() {
      return firstAt;
    }

    long lastAt() {
      return lastAt;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  private URI uri(String query) {
    return URI.create("http://127.0.0.1:" + web.port() + "/api/v1/pods" + query);
  }

  @Override
  public void close() {
    client.close();
    web.close();
  }

  private static final class View implements ClusterView {
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Published published;

    View(Root first) {
      published = new Published(first, Catalog.empty(), 1, Instant.now());
    }

    void publish(Root root) {
      published = new Published(root, Catalog.empty(), published.number() + 1, Instant.now());
      listeners.forEach(Runnable::run);
    }

    @Override
    public Published published() {
      return published;
    }

    @Override
    public Subscription onChange(Runnable listener) {
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }

    @Override
    public List<HappenedEvent> events() {
      return List.of();
    }

    @Override
    public List<CommitLine> commits() {
      return new ArrayList<>();
    }

    @Override
    public ClusterInfo info() {
      var root = published.root();
      return new ClusterInfo(
          Town.CLUSTER, "", "main", "", "", "", root.startedAt(), "", root.epoch());
    }

    @Override
    public LogStream openLog(LogRequest request, LogSink sink) {
      throw new UnsupportedOperationException("simulated pods say nothing");
    }

    @Override
    public List<RecordedDecision> history(ObjectKey key) {
      return List.of();
    }

    @Override
    public Optional<String> diff(List<ObjectKey> objects, String from, String to) {
      return Optional.empty();
    }

    @Override
    public void lookAtGit() {}
  }
}
