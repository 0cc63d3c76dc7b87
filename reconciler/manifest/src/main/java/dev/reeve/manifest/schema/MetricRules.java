package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.analysis.Condition;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What must hold between the fields of a metric. Asked twice: of the text of a template, and again
/// once its arguments have their values.
public final class MetricRules {
  private MetricRules() {}

  /// By field; what still has an argument in it is not looked at.
  public static SortedMap<String, String> complaints(JsonNode metric) {
    var complaints = new TreeMap<String, String>();
    limits(metric, complaints);
    for (String field : List.of("successCondition", "failureCondition")) {
      String text = metric.path(field).asText();
      if (!text.isEmpty()
          && !Placeholders.areIn(text)
          && Condition.parse(text) instanceof Condition.Parsed.Bad bad) {
        complaints.put(field, bad.toString());
      }
    }
    return complaints;
  }

  private static void limits(JsonNode metric, SortedMap<String, String> complaints) {
    for (String field :
        List.of("count", "failureLimit", "inconclusiveLimit", "consecutiveSuccessLimit")) {
      if (metric.has(field) && !metric.path(field).isIntegralNumber()) {
        return;
      }
    }
    long count = metric.path("count").longValue();
    long failures = metric.path("failureLimit").longValue();
    long successes = metric.path("consecutiveSuccessLimit").longValue();
    if (count > 1 && !metric.has("interval")) {
      complaints.put("count", "needs an interval");
    }
    if (failures == -1 && successes == 0) {
      complaints.put("failureLimit", "must not be -1 without a consecutiveSuccessLimit");
    }
    if (count > 0 && count < Math.max(failures, 0) + successes) {
      complaints.put(
          "count", "must not be less than failureLimit and consecutiveSuccessLimit together");
    } else if (count > 0 && count < metric.path("inconclusiveLimit").longValue()) {
      complaints.put("count", "must not be less than inconclusiveLimit");
    }
  }
}
