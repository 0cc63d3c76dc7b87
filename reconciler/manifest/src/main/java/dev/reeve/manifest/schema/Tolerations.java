package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;

/// How long a pod stays bound to a node that is not heard. Of all tolerations only that of a silent
/// node has a meaning here: nodes carry no other taints.
public final class Tolerations {
  private static final String UNREACHABLE = "node.kubernetes.io/unreachable";
  private static final String NOT_READY = "node.kubernetes.io/not-ready";

  /// A toleration without an end. Not the largest duration there is: it is added to times.
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private Tolerations() {}

  static boolean isOfSilence(JsonNode toleration) {
    String key = toleration.path("key").asText();
    String effect = toleration.path("effect").asText();
    return (key.isEmpty() || key.equals(UNREACHABLE) || key.equals(NOT_READY))
        && (effect.isEmpty() || effect.equals("NoExecute"));
  }

  /// The shortest, where several are given.
  public static Optional<Duration> ofSilence(JsonNode tolerations) {
    Optional<Duration> shortest = Optional.empty();
    for (JsonNode toleration : tolerations) {
      if (!isOfSilence(toleration)) {
        continue;
      }
      long seconds =
          toleration.has("tolerationSeconds")
              ? Math.clamp(toleration.path("tolerationSeconds").asLong(), 0, FOREVER.toSeconds())
              : FOREVER.toSeconds();
      Duration duration = Duration.ofSeconds(seconds);
      if (shortest.isEmpty() || duration.compareTo(shortest.get()) < 0) {
        shortest = Optional.of(duration);
      }
    }
    return shortest;
  }
}
