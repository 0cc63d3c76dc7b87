package dev.reeve.server.web;

import dev.reeve.core.model.Bytes;
import dev.reeve.server.web.hooks.Delivery;
import dev.reeve.server.web.hooks.Guard;
import dev.reeve.server.web.hooks.Hint;
import dev.reeve.server.web.hooks.Provider;
import dev.reeve.server.web.view.ClusterView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/hooks/PROVIDER`: a Git server says that something was pushed. All that comes of it is a look
/// at Git; so what is believed of the payload is next to nothing.
final class HookDoor {
  private static final Logger log = LoggerFactory.getLogger(HookDoor.class);
  private static final int BODY_MAX = 1 << 20;

  private final ClusterView view;
  private final SortedMap<String, String> secrets;
  private final Guard guard = new Guard();

  HookDoor(ClusterView view, SortedMap<String, String> secrets) {
    this.view = view;
    this.secrets = secrets;
  }

  void open(RoutesConfig routes) {
    routes.post("/hooks/{provider}", this::knock);
  }

  private void knock(Context ctx) throws IOException {
    String name = ctx.pathParam("provider");
    Optional<Provider> provider = Provider.named(name);
    Optional<String> secret = Optional.ofNullable(secrets.get(name));
    if (provider.isEmpty() || secret.isEmpty()) {
      say(ctx, 404, closed(name, provider));
      return;
    }
    if (!guard.admits(ctx.ip(), System.nanoTime())) {
      ctx.header("Retry-After", "60");
      say(ctx, 429, "too many deliveries");
      return;
    }
    Optional<byte[]> body =
        ctx.contentLength() > BODY_MAX
            ? Optional.empty()
            : Bodies.read(ctx.bodyInputStream(), BODY_MAX);
    if (body.isEmpty()) {
      // What is left of the body is not read: the connection ends here.
      ctx.header("Connection", "close");
      say(ctx, 413, "larger than " + BODY_MAX + " bytes");
      return;
    }
    var delivery = new Delivery(new TreeMap<>(ctx.headerMap()), Bytes.of(body.get()));
    if (!provider.get().isSigned(delivery, secret.get())) {
      log.warn("{} webhook from {}: bad or missing signature", name, ctx.ip());
      say(ctx, 401, "bad or missing signature");
      return;
    }
    take(ctx, provider.get(), delivery);
  }

  private static String closed(String name, Optional<Provider> provider) {
    if (provider.isPresent()) {
      return "no secret is given for " + name + " webhooks (--webhook-secret " + name + "=FILE)";
    }
    return Provider.NOT_YET.contains(name)
        ? name + " webhooks are not supported yet: use generic, or none (Git is polled anyway)"
        : "there is no such webhook";
  }

  private void take(Context ctx, Provider provider, Delivery delivery) {
    switch (provider.kind(delivery)) {
      case PING -> say(ctx, 200, "pong");
      case OTHER -> say(ctx, 202, "ignored: not a push");
      case PUSH -> {
        if (!guard.isNew(
            provider.name() + " " + provider.deliveryId(delivery), System.nanoTime())) {
          say(ctx, 202, "ignored: seen before");
        } else if (!isOurs(Hint.of(delivery))) {
          say(ctx, 202, "ignored: another branch");
        } else {
          view.lookAtGit();
          say(ctx, 202, "looking at Git");
        }
      }
    }
  }

  /// The tracked branch, or that of the commands.
  private boolean isOurs(Hint hint) {
    var info = view.info();
    return hint.mayMove(info.branch()) || hint.mayMove("reeve-commands/" + info.cluster());
  }

  private static void say(Context ctx, int status, String text) {
    ctx.status(status).contentType("text/plain; charset=utf-8").result(text + "\n");
  }
}
