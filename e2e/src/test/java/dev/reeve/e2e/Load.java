package dev.reeve.e2e;

import com.sun.net.httpserver.HttpServer;
import dev.reeve.lab.LabNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Users: asks every pod of a node in turn for pages, and counts what it gets, by release and
/// status code, as Prometheus reads it. It also has a page that says yes to every release.
final class Load implements AutoCloseable {
  private static final int PAGES = 20;
  private static final int PATIENCE_MILLIS = 2_000;
  private static final int PORT = 8080;

  private final LabNode node;
  private final HttpServer http;
  private final SortedMap<String, Long> counts = new TreeMap<>();
  private volatile List<Containers.Running> pods = List.of();
  private volatile boolean closed;

  private Load(LabNode node, HttpServer http) {
    this.node = node;
    this.http = http;
  }

  static Load start(LabNode node) throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var load = new Load(node, http);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/metrics", exchange -> answer(exchange, load.metrics()));
    http.createContext("/verdict", exchange -> answer(exchange, "{\"data\": {\"ok\": true}}"));
    http.start();
    Thread.ofVirtual().start(load::look);
    node.startInside("load", load::ask);
    return load;
  }

  private static void answer(com.sun.net.httpserver.HttpExchange exchange, String text)
      throws IOException {
    try (exchange) {
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  String address() {
    return "127.0.0.1:" + http.getAddress().getPort();
  }

  private synchronized String metrics() {
    var text = new StringBuilder("# TYPE requests_total counter\n");
    counts.forEach((labels, count) ->
        text.append("requests_total{").append(labels).append("} ").append(count).append('\n'));
    return text.toString();
  }

  private void look() {
    while (!closed) {
      try {
        pods =
            Containers.running(List.of(node)).stream()
                .filter(it -> it.name().equals(Containers.PAUSE) && !it.ip().isEmpty())
                .toList();
        TimeUnit.MILLISECONDS.sleep(300);
      } catch (IOException e) {
        pods = List.of();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void ask() {
    SortedMap<String, Integer> pages = new TreeMap<>();
    while (!closed) {
      for (Containers.Running pod : new ArrayList<>(pods)) {
        // Each pod is asked for one page after the other, so that none sees only some of them.
        int page = pages.merge(pod.id(), 1, Integer::sum) % PAGES;
        int code = ask(pod.ip(), page);
        // A pod that does not listen yet, or any more, has no traffic: nothing is lost.
        if (code > 0) {
          count(pod.release(), code);
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void count(String release, int code) {
    counts.merge("release=\"" + release + "\",code=\"" + code + "\"", 1L, Long::sum);
  }

  private static int ask(String ip, int page) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(ip, PORT), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      var request = "GET /page-" + page + " HTTP/1.0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.startsWith("HTTP/1.") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    closed = true;
    http.stop(0);
  }
}
