package dev.reeve.server.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.server.web.kubernetes.Form;
import dev.reeve.server.web.kubernetes.History;
import dev.reeve.server.web.kubernetes.Refusal;
import dev.reeve.server.web.kubernetes.Selection;
import dev.reeve.server.web.kubernetes.Snapshot;
import dev.reeve.server.web.kubernetes.Trees;
import dev.reeve.server.web.kubernetes.Watch;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;

/// A watch over HTTP: one JSON document a line, until the time is over. A reader that does not take
/// what is sent is cut off by the connection's idle timeout.
final class WatchAnswer {
  private static final Duration LONGEST = Duration.ofMinutes(30);
  private static final Duration BOOKMARKS = Duration.ofSeconds(30);

  private final History history;
  private final LiveStreams streams;

  WatchAnswer(History history, LiveStreams streams) {
    this.history = history;
    this.streams = streams;
  }

  void answer(Context ctx, Selection selection, Form form) throws IOException {
    long asked = KubernetesDoor.number(ctx, "resourceVersion").orElse(0L);
    Snapshot newest = history.newest();
    Snapshot from = asked == 0 ? newest : history.at(asked).orElseThrow(() -> Watch.tooOld(asked));
    Duration atMost =
        KubernetesDoor.number(ctx, "timeoutSeconds")
            .filter(it -> it > 0)
            .map(Duration::ofSeconds)
            .filter(it -> it.compareTo(LONGEST) < 0)
            .orElse(LONGEST);
    boolean wantsBookmarks = KubernetesDoor.query(ctx, "allowWatchBookmarks").equals("true");
    try (var ticket = streams.open()) {
      OutputStream out = ctx.res().getOutputStream();
      ctx.res().setContentType("application/json");
      out.flush();
      var watch = new Watch(selection, form, history, from);
      try {
        follow(watch, ticket, out, asked == 0, atMost, wantsBookmarks);
      } catch (Refusal tooOld) {
        line(out, "ERROR", tooOld.status());
        out.flush();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void follow(
      Watch watch,
      LiveStreams.Ticket ticket,
      OutputStream out,
      boolean fromNothing,
      Duration atMost,
      boolean wantsBookmarks)
      throws IOException {
    Instant end = Instant.now().plus(atMost);
    Instant nextBookmark = Instant.now().plus(BOOKMARKS);
    if (fromNothing) {
      watch.tellAll((type, object) -> line(out, type, object), Instant.now());
    }
    while (true) {
      watch.tellChanges((type, object) -> line(out, type, object), Instant.now());
      Instant now = Instant.now();
      if (wantsBookmarks && !now.isBefore(nextBookmark)) {
        line(out, "BOOKMARK", watch.bookmark());
        nextBookmark = now.plus(BOOKMARKS);
      }
      out.flush();
      Duration left = Duration.between(now, end);
      if (!left.isPositive()) {
        return;
      }
      Duration untilBookmark = Duration.between(now, nextBookmark);
      boolean bookmarkFirst = wantsBookmarks && untilBookmark.compareTo(left) < 0;
      if (!ticket.await(bookmarkFirst ? untilBookmark : left)) {
        return;
      }
    }
  }

  private static void line(OutputStream out, String type, ObjectNode object) {
    ObjectNode event = Trees.object().put("type", type);
    event.set("object", object);
    try {
      out.write(Trees.bytes(event));
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
