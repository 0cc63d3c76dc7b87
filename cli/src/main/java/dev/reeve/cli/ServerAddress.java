package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import picocli.CommandLine.Option;

/// Where the control plane's web is, for the verbs that read.
final class ServerAddress {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--server",
      paramLabel = "URL",
      converter = Addresses.OfWeb.class,
      defaultValue = "http://127.0.0.1:7070",
      description = "The control plane (default: ${DEFAULT-VALUE}).")
  private URI server = URI.create("http://127.0.0.1:7070");

  byte[] bytes(String path) throws IOException, InterruptedException {
    try (var body = open(path, Duration.ofSeconds(60))) {
      return body.readAllBytes();
    }
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    try (var body = open(path, Duration.ofSeconds(20))) {
      return JSON.readTree(body);
    }
  }

  /// The body of a GET, as it comes.
  InputStream open(String path, Duration timeout) throws IOException, InterruptedException {
    var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    var request = HttpRequest.newBuilder(server.resolve(path)).timeout(timeout).GET().build();
    try {
      var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() >= 300) {
        try (var body = response.body()) {
          var text = new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
          throw new CommandFailed(message(text, response.statusCode()));
        }
      }
      return response.body();
    } catch (ConnectException e) {
      throw new CommandFailed(
          "no control plane answers at " + server + " (is 'reeve up' running? --server says where)",
          e);
    }
  }

  private static String message(String body, int status) {
    try {
      var message = JSON.readTree(body).path("message").asText();
      return message.isEmpty() ? "the control plane answers " + status : message;
    } catch (IOException e) {
      return "the control plane answers " + status + ": " + body.strip();
    }
  }
}
