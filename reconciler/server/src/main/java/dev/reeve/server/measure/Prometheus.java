package dev.reeve.server.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.core.autoscaling.Reading.Sample;
import dev.reeve.manifest.schema.GoDuration;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// An instant query: a vector gives the list of its values, in Prometheus' order, and a scalar one
/// number.
///
/// @param json as the metric has it, filled in
record Prometheus(JsonNode json) implements Provider {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final double LARGEST = 1e15;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Override
  public Object ask(Http http) throws NotMeasured {
    return value(data(http));
  }

  /// One for each series, in thousandths, with the pod that its label `pod` names; a scalar is one
  /// without. What is no number at all is left out.
  List<Sample> samples(Http http) throws NotMeasured {
    var data = data(http);
    var samples = new ArrayList<Sample>();
    switch (data.path("resultType").asText()) {
      case "vector" -> {
        for (JsonNode each : data.path("result")) {
          add(each.path("metric").path("pod").asText(), number(each.path("value")), samples);
        }
      }
      case "scalar" -> add("", number(data.path("result")), samples);
      default ->
          throw new NotMeasured(
              "the query gives a %s; it must give a vector or a scalar"
                  .formatted(data.path("resultType").asText()));
    }
    return samples;
  }

  /// Rounded up, as Kubernetes rounds quantities; beyond what is sensible it is cut off.
  private static void add(String pod, double value, List<Sample> samples) {
    if (!Double.isNaN(value)) {
      double thousandths = Math.ceil(value * 1000);
      samples.add(new Sample(pod, (long) Math.max(-LARGEST, Math.min(LARGEST, thousandths))));
    }
  }

  private JsonNode data(Http http) throws NotMeasured {
    var base = json.path("address").asText().strip().replaceAll("/+$", "");
    var address =
        Addresses.parse(
            base
                + "/api/v1/query?query="
                + URLEncoder.encode(json.path("query").asText(), StandardCharsets.UTF_8));
    var request = Http.request(address, json.path("headers"));
    var answer = http.send(request, timeout());
    return body(answer, Addresses.shown(address));
  }

  private Duration timeout() throws NotMeasured {
    var written = json.path("timeout").asText();
    var timeout =
        written.isEmpty() || written.equals("0")
            ? TIMEOUT
            : GoDuration.parseSeconds(written).orElse(Duration.ZERO);
    if (!timeout.isPositive()) {
      throw new NotMeasured("timeout \"" + written + "\" is no duration");
    }
    return timeout;
  }

  /// Its own word on an error comes with a status of 400 or so.
  private static JsonNode body(HttpResponse<byte[]> answer, String host) throws NotMeasured {
    JsonNode body;
    try {
      body = MAPPER.readTree(answer.body());
    } catch (IOException unreadable) {
      body = MAPPER.missingNode();
    }
    var status = body.path("status").asText();
    if (status.equals("error")) {
      throw new NotMeasured(
          "Prometheus says: %s: %s"
              .formatted(body.path("errorType").asText(), body.path("error").asText()));
    }
    if (answer.statusCode() / 100 != 2) {
      throw new NotMeasured.Unreachable(host + " answered with HTTP " + answer.statusCode());
    }
    if (!status.equals("success")) {
      throw new NotMeasured(host + " does not answer as Prometheus does");
    }
    return body.path("data");
  }

  private static Object value(JsonNode data) throws NotMeasured {
    var result = data.path("result");
    var type = data.path("resultType").asText();
    return switch (type) {
      case "vector" -> {
        var values = new ArrayList<Double>();
        for (JsonNode sample : result) {
          values.add(number(sample.path("value")));
        }
        yield values;
      }
      case "scalar" -> number(result);
      case "string" -> result.path(1).asText();
      default ->
          throw new NotMeasured(
              "the query gives a %s; it must give a vector, a scalar or a string".formatted(type));
    };
  }

  /// A sample is a pair of time and value.
  private static Double number(JsonNode sample) throws NotMeasured {
    var text = sample.path(1).asText();
    try {
      return switch (text) {
        case "+Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw new NotMeasured("a sample of the query's result is no number");
    }
  }
}
