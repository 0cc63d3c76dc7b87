package dev.reeve.git;

import io.javalin.Javalin;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/// The embedded server on a free port of loopback, with a place for a fault in front of it.
final class HttpRemote implements AutoCloseable {
  static final String PASSWORD = "correct horse: battery+staple";

  private final Javalin server;
  private final AtomicReference<Filter> fault =
      new AtomicReference<>((request, response, chain) -> chain.doFilter(request, response));

  HttpRemote(EmbeddedRepository repository, Runnable onPush) {
    server =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.jetty.host = "127.0.0.1";
                  config.jetty.modifyServletContextHandler(handler -> {
                    handler.addServlet(
                        new ServletHolder(EmbeddedGitServer.servlet(repository, PASSWORD, onPush)),
                        "/git/*");
                    handler.addFilter(
                        new FilterHolder((request, response, chain) ->
                            fault.get().doFilter(request, response, chain)),
                        "/git/*",
                        EnumSet.of(DispatcherType.REQUEST));
                  });
                })
            .start(0);
  }

  String url() {
    return "http://127.0.0.1:" + server.port() + "/git/config.git";
  }

  /// As a person clones it.
  String urlWithPassword() {
    return "http://reeve:correct%20horse%3A%20battery%2Bstaple@127.0.0.1:"
        + server.port()
        + "/git/config.git";
  }

  RemoteRepository remote() {
    return new RemoteRepository(
        url(), GitCredentials.password(url(), EmbeddedGitServer.USER, PASSWORD));
  }

  void onEachRequest(Filter filter) {
    fault.set(filter);
  }

  @Override
  public void close() {
    server.stop();
  }
}
