package dev.reeve.server.measure;

import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Measurements as the core asks for them, one after the other.
final class Asking implements AutoCloseable {
  private static final ObjectKey ROLLOUT = ObjectKey.parse("Rollout/default/web");

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Map<ObjectKey, Map<String, byte[]>> secrets = new TreeMap<>();
  private final Measurements measurements =
      new Measurements(it -> secrets.getOrDefault(it, Map.of()), events::add);
  private long id;

  Asking with(String secret, String key, String value) {
    secrets.put(ObjectKey.parse(secret), Map.of(key, value.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  Answer answer(String query) throws InterruptedException {
    send(query);
    return next();
  }

  void send(String query) {
    measurements.send(
        new Request.Measure(++id, ROLLOUT, "canary", "rate", Bytes.utf8(query), "fresh", "proven"));
  }

  /// An autoscaler's query of a Prometheus.
  Answer samples(String address, String query) throws InterruptedException {
    measurements.send(
        new Request.Query(
            ++id,
            ObjectKey.parse("HorizontalPodAutoscaler/default/web"),
            "queue",
            Bytes.utf8(
                "{\"prometheus\":{\"address\":\"%s\",\"query\":\"%s\"}}"
                    .formatted(address, query))));
    return next();
  }

  Answer next() throws InterruptedException {
    var event = events.poll(70, TimeUnit.SECONDS);
    return ((Event.Answered) Objects.requireNonNull(event, "no answer")).answer();
  }

  boolean isSilent() {
    return events.isEmpty();
  }

  @Override
  public void close() {
    measurements.close();
  }
}
