package dev.reeve.bench.fleet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.reeve.bench.scale.Practice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/// The main class of the agents' process. It does what its HTTP port on loopback is asked to: `POST
/// /dial`, `POST /cut/COUNT`, `GET /state`.
final class AgentsMain {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AgentsMain() {}

  private interface Work {
    Object run(String path);
  }

  /// @param words own port, server, folder of the authority, cluster, number of agents
  static void main(String[] words)
      throws IOException, GeneralSecurityException, InterruptedException {
    Practice.run();
    var nodes = W1.nodes(Integer.parseInt(words[4]));
    var identities = Identities.issue(Path.of(words[2]), words[3], nodes.keySet());
    var fleet = new AgentFleet(URI.create(words[1]), identities, nodes);
    int port = Integer.parseInt(words[0]);
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    open(http, "/state", _ -> fleet.state());
    open(
        http,
        "/dial",
        _ -> {
          fleet.dialAll();
          return fleet.state();
        });
    open(
        http,
        "/cut/",
        path -> {
          fleet.cut(Integer.parseInt(path.substring("/cut/".length())));
          return fleet.state();
        });
    http.start();
    fleet.run();
  }

  private static void open(HttpServer http, String path, Work work) {
    http.createContext(path, exchange -> answer(exchange, work));
  }

  private static void answer(HttpExchange exchange, Work work) throws IOException {
    try (exchange) {
      var answer = JSON.writeValueAsBytes(work.run(exchange.getRequestURI().getPath()));
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }
}
