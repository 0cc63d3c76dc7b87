package dev.reeve.server.web;

import dev.reeve.server.web.kubernetes.Catalogue;
import dev.reeve.server.web.kubernetes.History;
import dev.reeve.server.web.kubernetes.Overview;
import dev.reeve.server.web.kubernetes.Refusal;
import dev.reeve.server.web.kubernetes.Trees;
import dev.reeve.server.web.view.ClusterView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// `/` and `/rollout/NAMESPACE/NAME`: pages to look at, the JSON they show, and the events that
/// tell them to look again.
final class DashboardDoor {
  /// No page is told more often: a person does not read faster.
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final Map<String, String> FILES =
      Map.of(
          "/", "dashboard.html",
          "/rollout/{namespace}/{name}", "rollout.html",
          "/dashboard.css", "dashboard.css",
          "/page.js", "page.js",
          "/dashboard.js", "dashboard.js",
          "/rollout.js", "rollout.js",
          "/favicon.svg", "favicon.svg");

  private final DashboardJson json;
  private final RolloutJson rollouts;
  private final History history;
  private final LiveStreams streams;

  DashboardDoor(ClusterView view, History history, LiveStreams streams) {
    var overview = new Overview(new Catalogue(view::usage));
    this.json = new DashboardJson(view, history, overview);
    this.rollouts = new RolloutJson(view, overview);
    this.history = history;
    this.streams = streams;
  }

  void open(RoutesConfig routes) {
    // First, since a name may have dots.
    routes.get("/rollout/{namespace}/{name}.json", this::rollout);
    FILES.forEach((path, file) -> {
      byte[] content = read(file);
      routes.get(
          path,
          ctx ->
              ctx.header("Content-Security-Policy", POLICY)
                  .header("Cache-Control", "no-cache")
                  .contentType(type(file))
                  .result(content));
    });
    routes.get(
        "/dashboard.json",
        ctx ->
            ctx.header("Cache-Control", "no-store")
                .contentType("application/json")
                .result(json.newest()));
    routes.get("/dashboard/events", this::follow);
  }

  private void rollout(Context ctx) {
    var page =
        rollouts.of(
            history.newest(),
            KubernetesDoor.query(ctx, "kind"),
            ctx.pathParam("namespace"),
            ctx.pathParam("name"));
    ctx.header("Cache-Control", "no-store");
    KubernetesDoor.answer(
        ctx,
        page.isPresent() ? 200 : 404,
        page.orElseGet(() -> Trees.object().put("message", "there is no such workload")));
  }

  private static String type(String file) {
    String end = file.substring(file.lastIndexOf('.') + 1);
    return switch (end) {
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> "text/html; charset=utf-8";
    };
  }

  private static byte[] read(String file) {
    try (InputStream in = DashboardDoor.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the dashboard lacks " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Server-sent events that carry nothing but "look again": the page asks for the rest itself.
  private void follow(Context ctx) throws IOException {
    LiveStreams.Ticket opened;
    try {
      opened = streams.open();
    } catch (Refusal tooMany) {
      ctx.status(tooMany.code()).result(tooMany.message());
      return;
    }
    try (var ticket = opened) {
      ctx.res().setContentType("text/event-stream; charset=utf-8");
      ctx.res().setHeader("Cache-Control", "no-store");
      OutputStream out = ctx.res().getOutputStream();
      do {
        out.write("event: changed\ndata: \n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        Thread.sleep(PAUSE);
      } while (ticket.await(SIGN_OF_LIFE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
