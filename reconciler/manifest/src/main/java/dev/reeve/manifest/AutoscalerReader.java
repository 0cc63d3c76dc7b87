package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Metric;
import dev.reeve.core.model.Autoscaler.Policy;
import dev.reeve.core.model.Autoscaler.Rules;
import dev.reeve.core.model.Autoscaler.Scope;
import dev.reeve.core.model.Autoscaler.Select;
import dev.reeve.core.model.Autoscaler.Source;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.schema.AutoscalingSchema;
import dev.reeve.manifest.schema.Quantity;
import dev.reeve.manifest.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// HorizontalPodAutoscalers as the core knows them: each with the workload that it scales, and what
/// the pods of that ask for.
final class AutoscalerReader {
  static final String KIND = "HorizontalPodAutoscaler";

  private static final Map<String, String> GROUPS =
      Map.of(
          "Deployment", "apps",
          "StatefulSet", "apps",
          "ReplicaSet", "apps",
          "Rollout", "argoproj.io");

  private static final Duration DOWN_WINDOW = Duration.ofMinutes(5);
  private static final Duration PERIOD = Duration.ofSeconds(15);
  private static final Policy DOUBLE = new Policy(true, 100, PERIOD);
  private static final List<Policy> UP = List.of(new Policy(false, 4, PERIOD), DOUBLE);
  private static final List<Policy> DOWN = List.of(DOUBLE);

  /// A tenth, in millionths.
  private static final long TOLERANCE = 100_000;

  private final Catalog.Entry entry;
  private final Neighbours neighbours;
  private final Workloads workloads;

  private AutoscalerReader(Catalog.Entry entry, Neighbours neighbours, Workloads workloads) {
    this.entry = entry;
    this.neighbours = neighbours;
    this.workloads = workloads;
  }

  /// All of a commit, by what they scale. What cannot be is a problem.
  static PagedMap<ObjectKey, Autoscaler> all(Neighbours neighbours, Workloads workloads) {
    var owners = new TreeMap<ObjectKey, Catalog.Entry>();
    var autoscalers = PagedMap.<ObjectKey, Autoscaler>empty().edit();
    for (Catalog.Entry entry : neighbours.entries().values()) {
      if (!entry.object().key().kind().equals(KIND)) {
        continue;
      }
      var reader = new AutoscalerReader(entry, neighbours, workloads);
      reader
          .target()
          .ifPresent(target -> {
            var first = owners.putIfAbsent(target, entry);
            if (first == null) {
              autoscalers.put(target, reader.read(target));
            } else {
              neighbours.refuse(
                  entry,
                  "/spec/scaleTargetRef/name",
                  "%s is scaled by %s already, at %s:%d:%d"
                      .formatted(
                          target,
                          first.object().key(),
                          first.path(),
                          first.object().line(),
                          first.object().column()));
            }
          });
    }
    return autoscalers.publish();
  }

  /// Those whose workloads were edited, read anew: what its pods ask for is a part of each.
  static PagedMap<ObjectKey, Autoscaler> with(
      PagedMap<ObjectKey, Autoscaler> before,
      Set<ObjectKey> edited,
      Neighbours neighbours,
      Workloads workloads) {
    var autoscalers = before.edit();
    for (ObjectKey target : edited) {
      before
          .get(target)
          .flatMap(it -> neighbours.entries().get(it.key()))
          .ifPresent(entry ->
              autoscalers.put(
                  target, new AutoscalerReader(entry, neighbours, workloads).read(target)));
    }
    return autoscalers.publish();
  }

  private Optional<ObjectKey> target() {
    JsonNode reference = entry.object().json().path("spec").path("scaleTargetRef");
    String kind = reference.path("kind").asText();
    String group = GROUPS.getOrDefault(kind, "");
    if (group.isEmpty()) {
      neighbours.refuse(
          entry,
          "/spec/scaleTargetRef/kind",
          "a %s cannot be scaled: name a Deployment, a StatefulSet, a ReplicaSet or a Rollout"
              .formatted(kind));
      return Optional.empty();
    }
    String apiVersion = reference.path("apiVersion").asText();
    if (!apiVersion.isEmpty() && !apiVersion.startsWith(group + "/")) {
      neighbours.refuse(
          entry,
          "/spec/scaleTargetRef/apiVersion",
          "there is no %s in %s: it is in %s".formatted(kind, apiVersion, group));
      return Optional.empty();
    }
    var key =
        new ObjectKey(kind, entry.object().key().namespace(), reference.path("name").asText());
    return neighbours.find(entry, "/spec/scaleTargetRef/name", key).map(_ -> key);
  }

  private Autoscaler read(ObjectKey target) {
    JsonNode spec = entry.object().json().path("spec");
    JsonNode metrics = spec.path("metrics");
    var read = new ArrayList<Metric>();
    for (int i = 0; i < metrics.size(); i++) {
      read.add(metric(metrics.path(i), "/spec/metrics/" + i, target));
    }
    return new Autoscaler(
        entry.object().key(),
        target,
        spec.path("minReplicas").intValue(),
        spec.path("maxReplicas").intValue(),
        read,
        rules(spec.path("behavior").path("scaleUp"), Duration.ZERO, UP),
        rules(spec.path("behavior").path("scaleDown"), DOWN_WINDOW, DOWN));
  }

  private static Rules rules(JsonNode written, Duration window, List<Policy> otherwise) {
    var policies = new ArrayList<Policy>();
    for (JsonNode each : written.path("policies")) {
      policies.add(
          new Policy(
              each.path("type").asText().equals("Percent"),
              each.path("value").intValue(),
              Duration.ofSeconds(each.path("periodSeconds").longValue())));
    }
    return new Rules(
        written.has("stabilizationWindowSeconds")
            ? Duration.ofSeconds(written.path("stabilizationWindowSeconds").longValue())
            : window,
        Select.valueOf(written.path("selectPolicy").asText("Max").toUpperCase(Locale.ROOT)),
        policies.isEmpty() ? otherwise : policies,
        Quantity.parse(written.path("tolerance").asText())
            .map(it -> it.value().movePointRight(6).longValue())
            .orElse(TOLERANCE));
  }

  // --- metrics

  private Metric metric(JsonNode written, String pointer, ObjectKey target) {
    return switch (written.path("type").asText()) {
      case "Resource" -> resource(written.path("resource"), pointer + "/resource", target);
      case "ContainerResource" ->
          resource(written.path("containerResource"), pointer + "/containerResource", target);
      case "Pods" -> query(written.path("pods"), Scope.PODS);
      case "External" -> query(written.path("external"), Scope.EXTERNAL);
      default -> throw new IllegalStateException("the schema has no metric " + written);
    };
  }

  private Metric resource(JsonNode written, String pointer, ObjectKey target) {
    var kind = Kind.valueOf(written.path("name").asText().toUpperCase(Locale.ROOT));
    Optional<String> container =
        Optional.of(written.path("container").asText()).filter(it -> !it.isEmpty());
    long request = request(kind, container, pointer, target);
    Goal goal =
        written.path("target").has("averageUtilization")
            ? new Goal.Utilization(written.path("target").path("averageUtilization").intValue())
            : new Goal.AverageValue(amount(kind, written.path("target").path("averageValue")));
    if (goal instanceof Goal.Utilization
        && request == 0
        && workloads.drafts().containsKey(target)) {
      neighbours.warn(
          entry,
          pointer + "/target",
          "is a share of what is asked for, and a container of %s asks for no %s: it cannot be read"
              .formatted(target, kind.word()));
    }
    return new Metric(new Source.Resource(kind, container, request), goal);
  }

  /// Of a pod as the text has it: its containers, and those that run beside them; zero where one of
  /// those meant asks for nothing.
  private long request(Kind kind, Optional<String> container, String pointer, ObjectKey target) {
    var template = workloads.templates().get(target);
    if (template.isEmpty()) {
      return 0;
    }
    JsonNode spec = Json.parseObject(template.get().json().toArray()).path("spec");
    long sum = 0;
    boolean isWhole = true;
    boolean isFound = false;
    for (JsonNode each : PodTemplates.lasting(spec)) {
      if (container.map(it -> it.equals(each.path("name").asText())).orElse(true)) {
        long amount = amount(kind, each.path("resources").path("requests").path(kind.word()));
        isFound = true;
        isWhole &= amount > 0;
        sum += amount;
      }
    }
    if (!isFound) {
      neighbours.refuse(
          entry,
          pointer + "/container",
          "%s has no container %s".formatted(target, container.orElse("")));
    }
    return isWhole ? sum : 0;
  }

  private static long amount(Kind kind, JsonNode written) {
    return Quantity.parse(written.asText())
        .map(it -> kind == Kind.CPU ? it.millis() : it.units())
        .orElse(0L);
  }

  private Metric query(JsonNode written, Scope scope) {
    var json = entry.object().json();
    String name = written.path("metric").path("name").asText();
    var query = Json.object();
    query
        .putObject("prometheus")
        .put(
            "address",
            json.path("metadata").path("annotations").path(AutoscalingSchema.PROMETHEUS).asText())
        .put("query", AutoscalingSchema.query(json, name).orElse(""));
    JsonNode target = written.path("target");
    Goal goal =
        target.has("averageValue")
            ? new Goal.AverageValue(thousandths(target.path("averageValue")))
            : new Goal.Value(thousandths(target.path("value")));
    return new Metric(new Source.Query(name, scope, Bytes.of(Json.canonicalBytes(query))), goal);
  }

  private static long thousandths(JsonNode amount) {
    return Quantity.parse(amount.asText()).map(Quantity::millis).orElse(0L);
  }
}
