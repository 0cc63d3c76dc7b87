package dev.reeve.bench.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/// The web of a control plane, or of another process on this machine.
public final class Web implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;

  public Web(int port) {
    this.port = port;
  }

  public int status(String path) throws IOException, InterruptedException {
    return send(to(path)).statusCode();
  }

  public JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(send(to(path)).body());
  }

  /// Asks for something that is to be done.
  public void post(String path) throws IOException, InterruptedException {
    var answer = send(to(path).POST(HttpRequest.BodyPublishers.noBody()));
    if (answer.statusCode() != 200) {
      throw new IOException(path + " is not done: " + answer.body());
    }
  }

  /// What Prometheus would read, by name and labels: `reeve_nodes{ready="true"}`.
  public Map<String, Double> metrics() throws IOException, InterruptedException {
    return send(to("/metrics"))
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.lastIndexOf(' ')),
                line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))));
  }

  /// The same, with more to say and more time.
  public void post(String path, String body, Duration limit)
      throws IOException, InterruptedException {
    var answer = send(to(path).POST(HttpRequest.BodyPublishers.ofString(body)).timeout(limit));
    if (answer.statusCode() != 200) {
      throw new IOException(path + " is not done: " + answer.body());
    }
  }

  HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(LIMIT);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /// How many pods of a Deployment are ready; none where it is not known.
  public int ready(String deployment) throws IOException, InterruptedException {
    return get("/apis/apps/v1/namespaces/default/deployments/" + deployment)
        .at("/status/readyReplicas")
        .asInt();
  }

  public boolean hasReadyNode() throws IOException, InterruptedException {
    for (JsonNode node : get("/api/v1/nodes").path("items")) {
      for (JsonNode condition : node.at("/status/conditions")) {
        if (condition.path("type").asText().equals("Ready")
            && condition.path("status").asText().equals("True")) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void close() {
    http.close();
  }
}
