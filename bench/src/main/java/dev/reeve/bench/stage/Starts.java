package dev.reeve.bench.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// When containers start on an engine, by its event stream.
public final class Starts implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 60;

  private final InputStream stream;
  private final BlockingQueue<Long> heard = new LinkedBlockingQueue<>();

  private Starts(InputStream stream) {
    this.stream = stream;
    Thread.ofVirtual().name("starts").start(this::listen);
  }

  public static Starts of(EngineApi api) throws IOException {
    return new Starts(api.follow("/events?filters=" + EngineApi.filter("event", "start")));
  }

  private void listen() {
    try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = JSON.readTree(line);
        if (event.path("Type").asText().equals("container")) {
          heard.add(System.nanoTime());
        }
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  /// What was heard so far does not count.
  public void forget() {
    heard.clear();
  }

  /// When the next one starts, in the time of [System#nanoTime].
  public long next() throws IOException, InterruptedException {
    var at = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (at == null) {
      throw new IOException("nothing was started within " + PATIENCE_SECONDS + " s");
    }
    return at;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
