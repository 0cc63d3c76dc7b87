package dev.reeve.bench.fleet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;

/// The main class of the agents' process. It does what its HTTP port on loopback is asked to: `POST
/// /fleet`, `POST /dial`, `POST /cut/COUNT`, `GET /state`.
final class AgentsMain {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Optional<AgentFleet> fleet = Optional.empty();

  private AgentsMain() {}

  /// Agents of one cluster. They take the place of those that were there.
  ///
  /// @param server where they dial in
  /// @param authority its folder
  record Wanted(String server, String authority, String cluster, int count) {}

  private interface Work {
    void run(HttpExchange request) throws IOException, GeneralSecurityException;
  }

  /// @param words its own port
  static void main(String[] words) throws IOException {
    var agents = new AgentsMain();
    int port = Integer.parseInt(words[0]);
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    agents.open(http, "/state", _ -> {});
    agents.open(http, "/fleet", agents::replace);
    agents.open(http, "/dial", _ -> agents.present().dialAll());
    agents.open(http, "/cut/", request -> agents.present().cut(count(request)));
    http.start();
  }

  private static int count(HttpExchange request) {
    return Integer.parseInt(request.getRequestURI().getPath().substring("/cut/".length()));
  }

  private AgentFleet present() {
    return fleet.orElseThrow();
  }

  private void replace(HttpExchange request) throws IOException, GeneralSecurityException {
    fleet.ifPresent(AgentFleet::close);
    fleet = Optional.empty();
    var wanted = JSON.readValue(request.getRequestBody(), Wanted.class);
    var nodes = W1.nodes(wanted.count());
    var identities =
        Identities.issue(Path.of(wanted.authority()), wanted.cluster(), nodes.keySet());
    fleet = Optional.of(AgentFleet.start(URI.create(wanted.server()), identities, nodes));
  }

  private void open(HttpServer http, String path, Work work) {
    http.createContext(path, exchange -> answer(exchange, work));
  }

  /// One after the other, since the server has one thread.
  private void answer(HttpExchange exchange, Work work) throws IOException {
    try (exchange) {
      work.run(exchange);
      var answer = JSON.writeValueAsBytes(fleet.map(AgentFleet::state).orElse(AgentFleet.NOBODY));
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }
}
