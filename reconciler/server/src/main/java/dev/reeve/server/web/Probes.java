package dev.reeve.server.web;

import dev.reeve.core.state.Root;
import dev.reeve.server.web.view.ClusterView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/// Whether the control plane lives, and whether it does its work.
final class Probes {
  private final ClusterView view;

  Probes(ClusterView view) {
    this.view = view;
  }

  void open(RoutesConfig routes) {
    for (String path : List.of("/healthz", "/livez")) {
      routes.get(path, ctx -> ctx.contentType("text/plain").result("ok"));
    }
    routes.get("/readyz", this::ready);
  }

  private void ready(Context ctx) {
    Optional<String> missing = missing(view.published().root());
    ctx.status(missing.isPresent() ? 503 : 200)
        .contentType("text/plain; charset=utf-8")
        .result(missing.orElse("ok"));
  }

  private static Optional<String> missing(Root root) {
    return switch (root.lead()) {
      case WAITING -> Optional.of("not leading: the record is not read yet");
      case OBSERVING -> Optional.of("not leading: the epoch is not claimed yet");
      case STEPPED_DOWN -> Optional.of("not leading: another control plane leads");
      case LEADING, UNRECORDED ->
          root.open()
              ? Optional.empty()
              : Optional.of("waiting for the nodes that the record names");
    };
  }
}
