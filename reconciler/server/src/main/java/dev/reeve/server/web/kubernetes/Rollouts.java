package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.record.Phase;
import dev.reeve.core.rollouts.Traffic;
import dev.reeve.core.state.Stepping;
import dev.reeve.core.state.WorkloadState;
import java.util.Map;
import java.util.Optional;

/// The status of a Rollout, in the words of Argo Rollouts.
final class Rollouts {
  static final String API_VERSION = "argoproj.io/v1alpha1";
  static final String KIND = "Rollout";
  static final ResourceType TYPE = ResourceType.namespaced(API_VERSION, KIND, "rollouts", "ro");

  private Rollouts() {}

  static void finish(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    ObjectNode status = json.putObject("status");
    Optional<WorkloadState> state = snapshot.root().workloads().get(key);
    long generation = Metadata.generation(snapshot, key);
    boolean isTakenUp = Deployments.isTakenUp(snapshot, key, state);
    // A text, unlike a Deployment's.
    status.put("observedGeneration", Long.toString(isTakenUp ? generation : generation - 1));
    state.ifPresent(it -> {
      ObjectNode annotations = Trees.child(Trees.child(json, "metadata"), "annotations");
      Deployments.annotate(it, annotations);
      it.stepping()
          .map(Stepping::progress)
          .ifPresent(progress -> {
            annotations.put("dev.reeve/step", progress.index() + "/" + progress.count());
            it.current()
                .ifPresent(current ->
                    annotations.put(
                        "dev.reeve/weight", Integer.toString(weight(it, current.hash()))));
          });
      it.desired().ifPresent(wanted -> of(snapshot, it, wanted, json, status));
    });
  }

  static int weight(WorkloadState state, String hash) {
    return Optional.ofNullable(Traffic.of(state).get(hash)).orElse(0);
  }

  private static void of(
      Snapshot snapshot, WorkloadState state, Workload wanted, JsonNode json, ObjectNode status) {
    Release release = wanted.release();
    var releases = Releases.of(state, snapshot.at());
    Releases.Count all = Releases.sum(releases, release);
    Releases.Count updated =
        Optional.ofNullable(releases.get(release.hash()))
            .orElse(new Releases.Count(release, 0, 0, 0));
    status.put("phase", phase(state));
    Trees.putIfSaid(status, "message", state.message());
    status.put("replicas", all.total());
    status.put("updatedReplicas", updated.total());
    status.put("readyReplicas", all.ready());
    status.put("availableReplicas", all.available());
    Trees.putIfSaid(status, "selector", selector(json));
    status.put("currentPodHash", release.hash());
    status.put("stableRS", state.stable().map(Release::hash).orElse(""));
    state
        .stepping()
        .map(Stepping::progress)
        .ifPresent(progress -> {
          status.put("currentStepIndex", progress.index());
          status.put("currentStepHash", progress.plan());
        });
    boolean isAborted = state.failed().contains(release.hash());
    status.put("abort", isAborted);
    paused(status, state, wanted);
    traffic(status, state, wanted);
    conditions(status.putArray("conditions"), state, wanted, all, isAborted);
  }

  private static String phase(WorkloadState state) {
    return switch (state.phase()) {
      case HEALTHY -> "Healthy";
      case PROGRESSING -> "Progressing";
      case PAUSED -> "Paused";
      case DEGRADED, FAILED, ROLLING_BACK -> "Degraded";
    };
  }

  private static String selector(JsonNode json) {
    var text = new StringBuilder();
    for (Map.Entry<String, JsonNode> label :
        json.path("spec").path("selector").path("matchLabels").properties()) {
      text.append(text.isEmpty() ? "" : ",")
          .append(label.getKey())
          .append('=')
          .append(label.getValue().asText());
    }
    return text.toString();
  }

  private static void paused(ObjectNode status, WorkloadState state, Workload wanted) {
    if (state.phase() != Phase.PAUSED) {
      return;
    }
    status.put("controllerPause", true);
    status
        .putArray("pauseConditions")
        .addObject()
        .put("reason", pauseReason(state, wanted))
        .put(
            "startTime",
            Trees.time(
                state.stepping().map(it -> it.progress().startedAt()).orElse(state.progressAt())));
  }

  private static String pauseReason(WorkloadState state, Workload wanted) {
    if (RolloutSteps.isInconclusive(state)) {
      return "InconclusiveAnalysisRun";
    }
    return isBlueGreen(wanted) ? "BlueGreenPause" : "CanaryPauseStep";
  }

  static boolean isBlueGreen(Workload workload) {
    return workload.strategy() instanceof Stepwise steps
        && steps.style() == Stepwise.Style.BLUE_GREEN;
  }

  /// Of a release that is the stable one too, as Argo Rollouts has it, all is stable traffic.
  private static void traffic(ObjectNode status, WorkloadState state, Workload wanted) {
    String latest = wanted.release().hash();
    String stable = state.stable().map(Release::hash).orElse(latest);
    int weight = latest.equals(stable) ? 0 : weight(state, latest);
    ObjectNode weights = status.putObject("canary").putObject("weights");
    weights.putObject("canary").put("podTemplateHash", latest).put("weight", weight);
    weights.putObject("stable").put("podTemplateHash", stable).put("weight", 100 - weight);
    if (isBlueGreen(wanted)) {
      status
          .putObject("blueGreen")
          .put("activeSelector", weight == 100 ? latest : stable)
          .put("previewSelector", latest);
    }
  }

  private static void conditions(
      ArrayNode conditions,
      WorkloadState state,
      Workload wanted,
      Releases.Count all,
      boolean isAborted) {
    boolean isAvailable = all.available() >= wanted.replicas() - Deployments.missing(wanted);
    boolean isCompleted =
        state.stable().map(it -> it.hash().equals(wanted.release().hash())).orElse(false);
    boolean isHealthy = state.phase() == Phase.HEALTHY;
    boolean isPaused = state.phase() == Phase.PAUSED;
    String said = state.message();
    Deployments.condition(
        conditions,
        "Available",
        isAvailable ? "True" : "False",
        "AvailableReason",
        isAvailable
            ? "Rollout has minimum availability"
            : "Rollout does not have minimum availability",
        state.progressAt());
    Deployments.condition(
        conditions,
        "Progressing",
        isAborted ? "False" : isPaused ? "Unknown" : "True",
        isAborted
            ? "RolloutAborted"
            : isPaused
                ? "RolloutPaused"
                : isCompleted ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
        said,
        state.progressAt());
    Deployments.condition(
        conditions,
        "Paused",
        isPaused ? "True" : "False",
        "RolloutPaused",
        isPaused ? said : "",
        state.progressAt());
    Deployments.condition(
        conditions,
        "Healthy",
        isHealthy ? "True" : "False",
        isHealthy ? "RolloutHealthy" : "RolloutNotHealthy",
        isHealthy ? "Rollout is healthy" : said,
        state.progressAt());
    Deployments.condition(
        conditions,
        "Completed",
        isCompleted ? "True" : "False",
        "RolloutCompleted",
        isCompleted ? "Rollout completed update" : "Rollout not completed",
        state.progressAt());
  }

  /// What a release is to its workload now.
  enum Role {
    /// Under way, beside a stable one.
    CANARY,
    /// What everything returns to; also a first release.
    STABLE,
    /// On its way out.
    OLD
  }

  static Role role(WorkloadState state, String hash) {
    if (state.stable().isEmpty() || state.stable().get().hash().equals(hash)) {
      return Role.STABLE;
    }
    return state.current().map(it -> it.hash().equals(hash)).orElse(false) ? Role.CANARY : Role.OLD;
  }

  /// Labels and annotations that pods have for as long as their release has its role.
  static Optional<JsonNode> roleMetadata(Snapshot snapshot, WorkloadState state, String hash) {
    if (!state.key().kind().equals(KIND)) {
      return Optional.empty();
    }
    return snapshot
        .catalog()
        .json(state.key())
        .map(it -> it.path("spec").path("strategy"))
        .map(it -> {
          JsonNode canary = it.path("canary");
          JsonNode blueGreen = it.path("blueGreen");
          return switch (role(state, hash)) {
            case CANARY ->
                canary.has("canaryMetadata")
                    ? canary.path("canaryMetadata")
                    : blueGreen.path("previewMetadata");
            case STABLE ->
                canary.has("stableMetadata")
                    ? canary.path("stableMetadata")
                    : blueGreen.path("activeMetadata");
            case OLD -> Trees.object();
          };
        });
  }
}
