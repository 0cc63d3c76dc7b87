package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;

/// What `kubectl get hpa` prints under TARGETS: of each metric what it is, and what it should be.
final class ScalingTargets {
  private static final String UNKNOWN = "<unknown>";
  private static final int SHOWN = 2;

  private ScalingTargets() {}

  static String told(JsonNode autoscaler) {
    JsonNode metrics = autoscaler.path("spec").path("metrics");
    JsonNode current = autoscaler.path("status").path("currentMetrics");
    var told = new ArrayList<String>();
    for (int i = 0; i < metrics.size(); i++) {
      told.add(told(metrics.path(i), current.path(i)));
    }
    if (told.isEmpty()) {
      return "<none>";
    }
    int shown = Math.min(SHOWN, told.size());
    var text = String.join(", ", told.subList(0, shown));
    return told.size() > shown ? text + " + " + (told.size() - shown) + " more..." : text;
  }

  private static String told(JsonNode metric, JsonNode status) {
    return switch (metric.path("type").asText()) {
      case "Resource" ->
          ofResource(metric.path("resource"), status.path("resource").path("current"));
      case "ContainerResource" ->
          ofResource(
              metric.path("containerResource"), status.path("containerResource").path("current"));
      case "Pods" ->
          amount(
              metric.path("pods").path("target"),
              status.path("pods").path("current"),
              "averageValue");
      case "External" -> {
        JsonNode target = metric.path("external").path("target");
        JsonNode current = status.path("external").path("current");
        yield target.has("averageValue")
            ? amount(target, current, "averageValue") + " (avg)"
            : amount(target, current, "value");
      }
      default -> UNKNOWN;
    };
  }

  private static String ofResource(JsonNode metric, JsonNode current) {
    JsonNode target = metric.path("target");
    return metric.path("name").asText()
        + ": "
        + (target.has("averageUtilization")
            ? percent(current) + "/" + target.path("averageUtilization").asText() + "%"
            : amount(target, current, "averageValue"));
  }

  private static String percent(JsonNode current) {
    return current.has("averageUtilization")
        ? current.path("averageUtilization").asText() + "%"
        : UNKNOWN;
  }

  private static String amount(JsonNode target, JsonNode current, String field) {
    return (current.has(field) ? current.path(field).asText() : UNKNOWN)
        + "/"
        + target.path(field).asText();
  }
}
