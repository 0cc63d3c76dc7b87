package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.autoscaling.Outcome;
import dev.reeve.core.autoscaling.Proposal;
import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Autoscaler.Goal;
import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.model.Autoscaler.Scope;
import dev.reeve.core.model.Autoscaler.Source;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.AutoscalerState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.schema.Quantity;
import java.math.BigDecimal;

/// The status of HorizontalPodAutoscalers, and what shows of them on the workloads that they scale.
final class Autoscalers {
  static final ResourceType TYPE =
      ResourceType.namespaced(
              "autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa")
          .inAll();

  private Autoscalers() {}

  /// Where an autoscaler decides it, the number that is wanted now stands in place of the text's.
  static void showReplicas(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    if (snapshot.root().autoscalers().containsKey(key)) {
      snapshot
          .root()
          .workloads()
          .get(key)
          .flatMap(WorkloadState::desired)
          .ifPresent(it -> Trees.child(json, "spec").put("replicas", it.replicas()));
    }
  }

  static void finish(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    var reference = json.path("spec").path("scaleTargetRef");
    var target =
        new ObjectKey(
            reference.path("kind").asText(), key.namespace(), reference.path("name").asText());
    ObjectNode status = json.putObject("status");
    status.put("observedGeneration", Metadata.generation(snapshot, key));
    snapshot.root().workloads().get(target).ifPresent(it -> counts(it, status));
    snapshot
        .root()
        .autoscalers()
        .get(target)
        .flatMap(AutoscalerState::last)
        .ifPresent(it -> last(it, status));
  }

  private static void counts(WorkloadState workload, ObjectNode status) {
    int present = 0;
    for (Pod pod : workload.pods().values()) {
      present += pod.isStopping() ? 0 : 1;
    }
    status.put("currentReplicas", present);
    status.put("desiredReplicas", workload.desired().map(Workload::replicas).orElse(0));
    workload.autoscaled().ifPresent(it -> status.put("lastScaleTime", Trees.time(it.at())));
  }

  private static void last(Outcome outcome, ObjectNode status) {
    ArrayNode metrics = status.putArray("currentMetrics");
    for (Proposal proposal : outcome.metrics()) {
      metric(proposal, metrics.addObject());
    }
    ArrayNode conditions = status.putArray("conditions");
    for (Outcome.Condition condition : outcome.conditions()) {
      conditions
          .addObject()
          .put("type", condition.type())
          .put("status", condition.is() ? "True" : "False")
          .put("lastTransitionTime", Trees.time(outcome.at()))
          .put("reason", condition.reason())
          .put("message", condition.message());
    }
  }

  /// Of a metric that could not be read, nothing but its type.
  private static void metric(Proposal proposal, ObjectNode json) {
    var metric = proposal.metric();
    switch (metric.source()) {
      case Source.Resource resource -> {
        boolean isOfContainer = resource.container().isPresent();
        json.put("type", isOfContainer ? "ContainerResource" : "Resource");
        if (proposal instanceof Proposal.Replicas replicas) {
          ObjectNode source = json.putObject(isOfContainer ? "containerResource" : "resource");
          source.put("name", resource.kind().word());
          resource.container().ifPresent(it -> source.put("container", it));
          current(metric, replicas, source.putObject("current"));
        }
      }
      case Source.Query query -> {
        boolean isOfPods = query.scope() == Scope.PODS;
        json.put("type", isOfPods ? "Pods" : "External");
        if (proposal instanceof Proposal.Replicas replicas) {
          ObjectNode source = json.putObject(isOfPods ? "pods" : "external");
          source.putObject("metric").put("name", query.name());
          current(metric, replicas, source.putObject("current"));
        }
      }
    }
  }

  private static void current(
      Autoscaler.Metric metric, Proposal.Replicas replicas, ObjectNode json) {
    var level = replicas.level();
    level.percent().ifPresent(it -> json.put("averageUtilization", it));
    json.put(
        metric.goal() instanceof Goal.Value ? "value" : "averageValue",
        quantity(metric.source(), level.amount()));
  }

  private static String quantity(Source source, long amount) {
    return source instanceof Source.Resource resource && resource.kind() == Kind.MEMORY
        ? bytes(amount)
        : millis(amount);
  }

  /// Thousandths: `250m`, `2`.
  static String millis(long amount) {
    return new Quantity(BigDecimal.valueOf(amount, 3), Quantity.Family.DECIMAL).canonical();
  }

  /// `12Mi`, or so many bytes.
  static String bytes(long amount) {
    return new Quantity(BigDecimal.valueOf(amount), Quantity.Family.BINARY).canonical();
  }
}
