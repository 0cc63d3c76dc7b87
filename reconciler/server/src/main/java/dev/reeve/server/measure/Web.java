package dev.reeve.server.measure;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.manifest.text.Json;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Any server that answers with JSON: one place of its answer is the value.
///
/// @param json as the metric has it, filled in
record Web(JsonNode json) implements Provider {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int TIMEOUT_SECONDS = 10;
  private static final String TYPE = "Content-Type";

  @Override
  public @Nullable Object ask(Http http) throws NotMeasured {
    var path = json.path("jsonPath").asText(JsonPaths.WHOLE);
    var address = Addresses.parse(json.path("url").asText());
    var headers = json.path("headers");
    var request = Http.request(address, headers);
    if (json.has("jsonBody") && !isGiven(headers, TYPE)) {
      request.header(TYPE, "application/json");
    }
    request.method(json.path("method").asText("GET"), body());
    var answer =
        http.send(request, Duration.ofSeconds(json.path("timeoutSeconds").asLong(TIMEOUT_SECONDS)));
    if (answer.statusCode() / 100 != 2) {
      throw new NotMeasured.Unreachable(
          "%s answered with HTTP %d%s"
              .formatted(
                  Addresses.shown(address),
                  answer.statusCode(),
                  answer.statusCode() / 100 == 3 ? ", and redirects are not followed" : ""));
    }
    return value(answer.body(), path);
  }

  private static boolean isGiven(JsonNode headers, String name) {
    return StreamSupport.stream(headers.spliterator(), false)
        .anyMatch(header -> header.path("key").asText().equalsIgnoreCase(name));
  }

  private BodyPublisher body() {
    if (json.has("jsonBody")) {
      return BodyPublishers.ofByteArray(Json.canonicalBytes(json.path("jsonBody")));
    }
    var text = json.path("body").asText();
    return text.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(text);
  }

  private static @Nullable Object value(byte[] body, String path) throws NotMeasured {
    Object read;
    try {
      read = MAPPER.readValue(body, Object.class);
    } catch (IOException noJson) {
      if (path.strip().equals(JsonPaths.WHOLE)) {
        return new String(body, StandardCharsets.UTF_8).strip();
      }
      throw new NotMeasured("the answer is not JSON");
    }
    return JsonPaths.find(path, read);
  }
}
