package dev.reeve.server.web;

import dev.reeve.server.web.kubernetes.History;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.Subscription;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/// The web side of the control plane. Start reading here: each door opens its own paths.
public final class StatusWeb implements AutoCloseable {
  private final Javalin javalin;
  private final LiveStreams streams;
  private final Metrics metrics;
  private final Subscription subscription;

  private StatusWeb(
      Javalin javalin, LiveStreams streams, Metrics metrics, Subscription subscription) {
    this.javalin = javalin;
    this.streams = streams;
    this.metrics = metrics;
    this.subscription = subscription;
  }

  public static StatusWeb start(Settings settings, ClusterView view) {
    var streams = new LiveStreams();
    var history = new History(view);
    var kubernetes = new KubernetesDoor(view, history, streams);
    var probes = new Probes(view);
    var metrics = new Metrics(view, streams);
    var hooks = new HookDoor(view, settings.webhookSecrets());
    var dashboard = new DashboardDoor(view, history, streams);
    var standing = new StandingDoor(history);
    Javalin javalin =
        Javalin.create(config -> {
          listen(config, settings);
          kubernetes.open(config.routes);
          probes.open(config.routes);
          metrics.open(config.routes);
          hooks.open(config.routes);
          dashboard.open(config.routes);
          standing.open(config.routes);
        });
    // Before the first request, so that no publication falls between a list and its watch.
    Subscription subscription =
        view.onChange(() -> {
          history.newest();
          streams.wake();
        });
    javalin.start();
    return new StatusWeb(javalin, streams, metrics, subscription);
  }

  private static void listen(JavalinConfig config, Settings settings) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.concurrency.useVirtualThreads = true;
    config.jetty.host = settings.host();
    config.jetty.port = settings.port();
    // Open streams are ended by their own threads; idle connections need not be waited for.
    config.jetty.modifyServer(server -> server.setStopTimeout(0));
    config.jetty.modifyServletContextHandler(context -> {
      context.addFilter(
          new FilterHolder(new HostGuard(settings)), "/*", EnumSet.of(DispatcherType.REQUEST));
      settings
          .git()
          .ifPresent(git -> context.addServlet(new ServletHolder(git.servlet()), git.path()));
    });
  }

  public int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    subscription.close();
    streams.close();
    javalin.stop();
    metrics.close();
  }
}
