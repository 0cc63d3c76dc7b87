package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Tolerations of pods, as they are written; and of them, how long a pod stays bound to a node that
/// is not heard.
public final class Tolerations {
  private static final String NOT_READY = "node.kubernetes.io/not-ready";

  /// A toleration without an end. Not the largest duration there is: it is added to times.
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private Tolerations() {}

  public static List<Toleration> of(JsonNode written) {
    var tolerations = new ArrayList<Toleration>();
    for (JsonNode toleration : written) {
      String effect = toleration.path("effect").asText();
      tolerations.add(
          new Toleration(
              toleration.path("key").asText(),
              toleration.path("operator").asText().equals("Equal"),
              toleration.path("value").asText(),
              effect.isEmpty() ? Optional.empty() : Optional.of(Taints.effect(effect)),
              seconds(toleration)));
    }
    return tolerations;
  }

  /// The shortest, where several are given.
  public static Optional<Duration> ofSilence(JsonNode tolerations) {
    Optional<Duration> shortest = Optional.empty();
    for (JsonNode toleration : tolerations) {
      if (!isOfSilence(toleration)) {
        continue;
      }
      Duration duration = seconds(toleration).orElse(FOREVER);
      if (shortest.isEmpty() || duration.compareTo(shortest.get()) < 0) {
        shortest = Optional.of(duration);
      }
    }
    return shortest;
  }

  private static boolean isOfSilence(JsonNode toleration) {
    String key = toleration.path("key").asText();
    String effect = toleration.path("effect").asText();
    return (key.isEmpty() || key.equals(Taint.UNREACHABLE) || key.equals(NOT_READY))
        && (effect.isEmpty() || effect.equals("NoExecute"));
  }

  /// Zero and less mean at once.
  private static Optional<Duration> seconds(JsonNode toleration) {
    return toleration.has("tolerationSeconds")
        ? Optional.of(
            Duration.ofSeconds(
                Math.clamp(toleration.path("tolerationSeconds").asLong(), 0, FOREVER.toSeconds())))
        : Optional.empty();
  }
}
