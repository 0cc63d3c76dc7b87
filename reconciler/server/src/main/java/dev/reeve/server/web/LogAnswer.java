package dev.reeve.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.server.web.kubernetes.Refusal;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.LogRequest;
import dev.reeve.server.web.view.LogSink;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// `pods/NAME/log`: a container's log, as its node sends it.
final class LogAnswer {
  /// Chunks that may wait for the reader before it is cut off.
  private static final int WAITING_MAX = 256;

  private final ClusterView view;
  private final LiveStreams streams;

  LogAnswer(ClusterView view, LiveStreams streams) {
    this.view = view;
    this.streams = streams;
  }

  private sealed interface Piece {
    record Chunk(Bytes bytes) implements Piece {}

    record End() implements Piece {}

    record Failed(String message) implements Piece {}
  }

  /// What the node sends, until the answer's own thread takes it.
  private static final class Waiting implements LogSink {
    private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(WAITING_MAX + 1);
    private volatile boolean isOver;

    @Override
    public boolean chunk(byte[] bytes) {
      if (isOver) {
        return false;
      }
      if (pieces.remainingCapacity() <= 1) {
        isOver = true;
        boolean told = pieces.offer(new Piece.Failed("the reader is too slow"));
        return !told && !isOver;
      }
      return pieces.offer(new Piece.Chunk(Bytes.of(bytes)));
    }

    @Override
    public void end() {
      finish(new Piece.End());
    }

    @Override
    public void failed(String message) {
      finish(new Piece.Failed(message));
    }

    private void finish(Piece last) {
      if (!isOver) {
        isOver = true;
        pieces.add(last);
      }
    }
  }

  void answer(Context ctx, JsonNode pod) throws IOException {
    LogRequest request = request(ctx, pod);
    long left = KubernetesDoor.number(ctx, "limitBytes").orElse(Long.MAX_VALUE);
    var waiting = new Waiting();
    try (var _ = streams.open();
        var _ = view.openLog(request, waiting)) {
      copy(ctx, waiting, left);
    }
  }

  private void copy(Context ctx, Waiting waiting, long limit) throws IOException {
    ctx.res().setContentType("text/plain; charset=utf-8");
    OutputStream out = ctx.res().getOutputStream();
    long left = limit;
    boolean hasBegun = false;
    while (left > 0 && !streams.isClosed()) {
      Optional<Piece> next = next(waiting.pieces);
      if (next.isEmpty()) {
        continue;
      }
      switch (next.get()) {
        case Piece.Chunk(var bytes) -> {
          int length = (int) Math.min(left, bytes.size());
          out.write(bytes.toArray(), 0, length);
          left -= length;
          hasBegun = true;
          if (waiting.pieces.isEmpty()) {
            out.flush();
          }
        }
        case Piece.End() -> {
          return;
        }
        case Piece.Failed(var message) -> {
          if (!hasBegun) {
            throw Refusal.badRequest(message);
          }
          return;
        }
      }
    }
  }

  /// Looks up now and then, so that a server that stops does not wait for a silent log.
  private static Optional<Piece> next(BlockingQueue<Piece> pieces) {
    try {
      return Optional.ofNullable(pieces.poll(200, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(new Piece.End());
    }
  }

  private static LogRequest request(Context ctx, JsonNode pod) {
    OptionalLong tail =
        KubernetesDoor.number(ctx, "tailLines").map(OptionalLong::of).orElse(OptionalLong.empty());
    Optional<Duration> since =
        KubernetesDoor.number(ctx, "sinceSeconds")
            .map(Duration::ofSeconds)
            .or(() -> sinceTime(KubernetesDoor.query(ctx, "sinceTime")));
    return new LogRequest(
        pod.path("spec").path("nodeName").asText(),
        pod.path("metadata").path("uid").asText(),
        container(pod, KubernetesDoor.query(ctx, "container")),
        isTrue(ctx, "follow"),
        isTrue(ctx, "previous"),
        isTrue(ctx, "timestamps"),
        tail,
        since);
  }

  private static Optional<Duration> sinceTime(String text) {
    try {
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(Duration.between(Instant.parse(text), Instant.now()));
    } catch (DateTimeParseException e) {
      throw Refusal.badRequest("sinceTime: not a time: " + text);
    }
  }

  private static boolean isTrue(Context ctx, String name) {
    String value = KubernetesDoor.query(ctx, name);
    return value.equals("true") || value.equals("1");
  }

  private static String container(JsonNode pod, String asked) {
    String name = pod.path("metadata").path("name").asText();
    List<String> app = names(pod.path("spec").path("containers"));
    var all = new ArrayList<>(app);
    all.addAll(names(pod.path("spec").path("initContainers")));
    if (!asked.isEmpty()) {
      // A pod whose text is not known is given the benefit of the doubt.
      if (!all.isEmpty() && !all.contains(asked)) {
        throw Refusal.badRequest("container %s is not valid for pod %s".formatted(asked, name));
      }
      return asked;
    }
    if (app.size() == 1) {
      return app.getFirst();
    }
    throw Refusal.badRequest(
        "a container name must be specified for pod %s, choose one of: %s".formatted(name, all));
  }

  private static List<String> names(JsonNode containers) {
    var names = new ArrayList<String>();
    containers.forEach(it -> names.add(it.path("name").asText()));
    return names;
  }
}
