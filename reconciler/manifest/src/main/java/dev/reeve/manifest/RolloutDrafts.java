package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.manifest.schema.GoDuration;
import dev.reeve.manifest.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A Rollout into a workload. Where other workloads are drawn from their own text, this one also
/// reads what it names: templates of analyses, and the Deployment whose pods it runs.
final class RolloutDrafts {
  private static final List<String> CANARY_SERVICES = List.of("canaryService", "stableService");
  private static final List<String> BLUE_GREEN_SERVICES =
      List.of("activeService", "previewService");

  private final Catalog.Entry entry;
  private final Neighbours neighbours;
  private final ObjectNode json;
  private final Analyses analyses;

  private RolloutDrafts(Catalog.Entry entry, Neighbours neighbours) {
    this.entry = entry;
    this.neighbours = neighbours;
    this.json = entry.object().json();
    this.analyses = new Analyses(neighbours, entry, json.path("metadata"));
  }

  /// Empty where it has no template: that is a problem, or one of an object that is broken.
  static Optional<WorkloadDraft> of(Catalog.Entry entry, Neighbours neighbours) {
    return new RolloutDrafts(entry, neighbours).draft();
  }

  /// The Deployment that has no pods once this Rollout is healthy.
  static Optional<ObjectKey> takesOver(Catalog.Entry entry) {
    JsonNode reference = entry.object().json().path("spec").path("workloadRef");
    return reference.path("scaleDown").asText().equals("onsuccess")
        ? Optional.of(deployment(entry, reference))
        : Optional.empty();
  }

  private static ObjectKey deployment(Catalog.Entry entry, JsonNode reference) {
    return new ObjectKey(
        "Deployment", entry.object().key().namespace(), reference.path("name").asText());
  }

  private Optional<WorkloadDraft> draft() {
    JsonNode spec = json.path("spec");
    Stepwise strategy = strategy(spec);
    JsonNode reference = spec.path("workloadRef");
    if (reference.isMissingNode()) {
      JsonNode template = spec.path("template");
      return Optional.of(
          draft(
              strategy,
              WorkloadDraft.Pods.of(
                  entry.object().key().namespace(),
                  template.path("metadata"),
                  template.path("spec"),
                  "/spec/template/spec")));
    }
    ObjectKey owner = deployment(entry, reference);
    return neighbours
        .find(entry, "/spec/workloadRef/name", owner)
        .flatMap(deployment -> deployment.object().workload())
        .map(deployment ->
            draft(
                strategy,
                new WorkloadDraft.Pods(
                    deployment.pods().template(),
                    deployment.pods().references(),
                    Optional.of(owner))));
  }

  private WorkloadDraft draft(Stepwise strategy, WorkloadDraft.Pods pods) {
    JsonNode spec = json.path("spec");
    Optional<Instant> restartAt =
        spec.has("restartAt")
            ? Optional.of(OffsetDateTime.parse(spec.path("restartAt").asText()).toInstant())
            : Optional.empty();
    return new WorkloadDraft(
        entry.object().key(),
        spec.path("replicas").intValue(),
        strategy,
        seconds(spec.path("minReadySeconds")),
        seconds(spec.path("progressDeadlineSeconds")),
        spec.path("paused").asBoolean(),
        WorkloadDraft.onFailure(json),
        restartAt,
        pods);
  }

  private Stepwise strategy(JsonNode spec) {
    int window = spec.path("rollbackWindow").path("revisions").intValue();
    boolean failsAtDeadline = spec.path("progressDeadlineAbort").asBoolean(true);
    JsonNode strategy = spec.path("strategy");
    return strategy.has("canary")
        ? canary(strategy.path("canary"), window, failsAtDeadline)
        : blueGreen(strategy.path("blueGreen"), window, failsAtDeadline);
  }

  private Stepwise canary(JsonNode canary, int window, boolean failsAtDeadline) {
    String pointer = "/spec/strategy/canary";
    requireServices(canary, CANARY_SERVICES, pointer);
    boolean isRouted = canary.has("trafficRouting");
    JsonNode background = canary.path("analysis");
    return new Stepwise(
        style(canary),
        WorkloadDraft.bound(canary.path("maxSurge")),
        WorkloadDraft.bound(canary.path("maxUnavailable")),
        steps(canary.path("steps"), pointer + "/steps"),
        background.isMissingNode()
            ? Optional.empty()
            : Optional.of(analyses.of(background, pointer + "/analysis")),
        background.path("startingStep").intValue(),
        canary.has("replicaProgressThreshold")
            ? threshold(canary.path("replicaProgressThreshold"))
            : Bound.percent(100),
        // Where a weight is kept by the ratio of pods, pods that stay would be weight that stays.
        isRouted ? seconds(canary.path("scaleDownDelaySeconds")) : Duration.ZERO,
        isRouted ? abortDelay(canary) : Optional.of(Duration.ZERO),
        canary.path("minPodsPerReplicaSet").intValue(),
        window,
        new Stepwise.Services(
            canary.path("stableService").asText(), canary.path("canaryService").asText()),
        failsAtDeadline);
  }

  private static Stepwise.Style style(JsonNode canary) {
    if (!canary.has("trafficRouting")) {
      return Stepwise.Style.RATIO;
    }
    return canary.path("dynamicStableScale").asBoolean()
        ? Stepwise.Style.ROUTED_DYNAMIC
        : Stepwise.Style.ROUTED;
  }

  private List<Step> steps(JsonNode written, String pointer) {
    var steps = new ArrayList<Step>();
    for (int i = 0; i < written.size(); i++) {
      steps.add(step(written.path(i), pointer + "/" + i));
    }
    return steps;
  }

  private Step step(JsonNode step, String pointer) {
    String kind = step.fieldNames().next();
    JsonNode value = step.path(kind);
    return switch (kind) {
      case "setWeight" -> new Step.SetWeight(value.intValue());
      case "pause" ->
          new Step.Pause(
              value.has("duration")
                  ? GoDuration.parseSeconds(value.path("duration").asText())
                  : Optional.empty());
      case "setCanaryScale" -> new Step.SetCanaryScale(scale(value));
      case "analysis" -> new Step.Analyse(analyses.of(value, pointer + "/analysis"));
      case "setHeaderRoute" -> route(step, value, Step.Route.HEADER);
      case "setMirrorRoute" -> route(step, value, Step.Route.MIRROR);
      case "replicaProgressThreshold" -> new Step.SetProgressThreshold(threshold(value));
      default -> throw new IllegalStateException("the schema has no step " + kind);
    };
  }

  private static Step.Scale scale(JsonNode scale) {
    if (scale.has("replicas")) {
      return new Step.Scale.Replicas(scale.path("replicas").intValue());
    }
    return scale.has("weight")
        ? new Step.Scale.Weight(scale.path("weight").intValue())
        : new Step.Scale.MatchTrafficWeight();
  }

  private static Step route(JsonNode step, JsonNode value, Step.Route route) {
    var headers = new ArrayList<HeaderMatch>();
    if (route == Step.Route.HEADER) {
      for (JsonNode match : value.path("match")) {
        headers.add(header(match.path("headerName").asText(), match.path("headerValue")));
      }
    }
    return new Step.SetRoute(
        value.path("name").asText(), route, headers, Bytes.of(Json.canonicalBytes(step)));
  }

  private static HeaderMatch header(String name, JsonNode value) {
    var kind = value.fieldNames().next();
    return new HeaderMatch(
        name, HeaderMatch.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), value.path(kind).asText());
  }

  private static Bound threshold(JsonNode threshold) {
    int value = threshold.path("value").intValue();
    return threshold.path("type").asText().equals("Pods")
        ? Bound.pods(value)
        : Bound.percent(value);
  }

  /// Blue-green as the steps that it is by nature.
  private Stepwise blueGreen(JsonNode blueGreen, int window, boolean failsAtDeadline) {
    String pointer = "/spec/strategy/blueGreen";
    requireServices(blueGreen, BLUE_GREEN_SERVICES, pointer);
    var steps = new ArrayList<Step>();
    steps.add(
        new Step.SetCanaryScale(
            blueGreen.has("previewReplicaCount")
                ? new Step.Scale.Replicas(blueGreen.path("previewReplicaCount").intValue())
                : new Step.Scale.Weight(100)));
    analysis(blueGreen, "prePromotionAnalysis", pointer)
        .map(Step.Analyse::new)
        .ifPresent(steps::add);
    if (!blueGreen.path("autoPromotionEnabled").asBoolean()) {
      steps.add(new Step.Pause(Optional.empty()));
    } else if (blueGreen.path("autoPromotionSeconds").intValue() > 0) {
      steps.add(new Step.Pause(Optional.of(seconds(blueGreen.path("autoPromotionSeconds")))));
    }
    // The preview is at full size before it gets the traffic.
    steps.add(new Step.SetCanaryScale(new Step.Scale.Weight(100)));
    steps.add(new Step.SetWeight(100));
    analysis(blueGreen, "postPromotionAnalysis", pointer)
        .map(Step.Analyse::new)
        .ifPresent(steps::add);
    return new Stepwise(
        Stepwise.Style.BLUE_GREEN,
        Bound.percent(100),
        WorkloadDraft.bound(blueGreen.path("maxUnavailable")),
        steps,
        Optional.empty(),
        0,
        Bound.percent(100),
        seconds(blueGreen.path("scaleDownDelaySeconds")),
        abortDelay(blueGreen),
        1,
        window,
        new Stepwise.Services("", blueGreen.path("previewService").asText()),
        failsAtDeadline);
  }

  private Optional<Analysis> analysis(JsonNode strategy, String field, String pointer) {
    return strategy.has(field)
        ? Optional.of(analyses.of(strategy.path(field), pointer + "/" + field))
        : Optional.empty();
  }

  private void requireServices(JsonNode strategy, List<String> fields, String pointer) {
    for (String field : fields) {
      if (strategy.has(field)) {
        neighbours.find(
            entry,
            pointer + "/" + field,
            new ObjectKey(
                "Service", entry.object().key().namespace(), strategy.path(field).asText()));
      }
    }
  }

  /// 0 says that the pods stay.
  private static Optional<Duration> abortDelay(JsonNode strategy) {
    Duration delay = seconds(strategy.path("abortScaleDownDelaySeconds"));
    return delay.isZero() ? Optional.empty() : Optional.of(delay);
  }

  private static Duration seconds(JsonNode seconds) {
    return Duration.ofSeconds(seconds.longValue());
  }
}
