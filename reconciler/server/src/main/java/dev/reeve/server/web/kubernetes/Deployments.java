package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.Optional;

/// The status of a Deployment, in the words that `kubectl rollout status` and `kubectl wait` read.
final class Deployments {
  static final ResourceType TYPE =
      ResourceType.namespaced("apps/v1", "Deployment", "deployments", "deploy").inAll();

  private Deployments() {}

  static void finish(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    ObjectNode status = json.putObject("status");
    Optional<WorkloadState> state = snapshot.root().workloads().get(key);
    long generation = Metadata.generation(snapshot, key);
    status.put("observedGeneration", isTakenUp(snapshot, key, state) ? generation : generation - 1);
    state.ifPresent(it -> {
      it.desired().ifPresent(wanted -> counts(snapshot, it, wanted, status));
      annotate(it, Trees.child(Trees.child(json, "metadata"), "annotations"));
    });
  }

  /// Whether the core has decided by the text that is shown; until then what it says is of the text
  /// before.
  static boolean isTakenUp(Snapshot snapshot, ObjectKey key, Optional<WorkloadState> state) {
    return !snapshot.root().dirtyWorkloads().containsKey(key)
        && state.flatMap(WorkloadState::desired).isPresent();
  }

  static void annotate(WorkloadState state, ObjectNode annotations) {
    annotations.put("dev.reeve/phase", state.phase().word());
    Trees.putIfSaid(annotations, "dev.reeve/message", state.message());
    state.current().ifPresent(it -> annotations.put("dev.reeve/release", it.hash()));
    state.stable().ifPresent(it -> annotations.put("dev.reeve/stable", it.hash()));
  }

  private static void counts(
      Snapshot snapshot, WorkloadState state, Workload wanted, ObjectNode status) {
    var releases = Releases.of(state, snapshot.at());
    Release release = wanted.release();
    Releases.Count all = Releases.sum(releases, release);
    Releases.Count updated =
        Optional.ofNullable(releases.get(release.hash()))
            .orElse(new Releases.Count(release, 0, 0, 0));
    status.put("replicas", all.total());
    status.put("updatedReplicas", updated.total());
    status.put("readyReplicas", all.ready());
    status.put("availableReplicas", all.available());
    status.put("unavailableReplicas", Math.max(0, wanted.replicas() - all.available()));
    ArrayNode conditions = status.putArray("conditions");
    available(conditions, state, wanted, all);
    progressing(conditions, state, wanted, all, updated);
  }

  /// How many pods may be missing of one that still counts as available.
  static int missing(Workload wanted) {
    return switch (wanted.strategy()) {
      case Strategy.RollingUpdate rolling ->
          rolling.maxUnavailable().roundedDown(wanted.replicas());
      case Strategy.Stepwise stepwise -> stepwise.maxUnavailable().roundedDown(wanted.replicas());
      default -> 0;
    };
  }

  private static void available(
      ArrayNode conditions, WorkloadState state, Workload wanted, Releases.Count all) {
    boolean isAvailable = all.available() >= wanted.replicas() - missing(wanted);
    condition(
        conditions,
        "Available",
        isAvailable ? "True" : "False",
        isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        isAvailable
            ? "Deployment has minimum availability."
            : said(state, "Deployment does not have minimum availability."),
        state.progressAt());
  }

  private static void progressing(
      ArrayNode conditions,
      WorkloadState state,
      Workload wanted,
      Releases.Count all,
      Releases.Count updated) {
    String name = Releases.replicaSet(wanted.key(), wanted.release().hash()).name();
    boolean hasFailed =
        state.phase() == Phase.FAILED
            || state.phase() == Phase.ROLLING_BACK
            || state.failed().contains(wanted.release().hash());
    boolean isComplete =
        updated.total() == wanted.replicas()
            && all.total() == wanted.replicas()
            && updated.available() == wanted.replicas();
    if (hasFailed) {
      condition(
          conditions,
          "Progressing",
          "False",
          "ProgressDeadlineExceeded",
          said(state, "ReplicaSet \"" + name + "\" has failed and is not rolled out."),
          state.progressAt());
    } else if (isComplete) {
      condition(
          conditions,
          "Progressing",
          "True",
          "NewReplicaSetAvailable",
          "ReplicaSet \"" + name + "\" has successfully progressed.",
          state.progressAt());
    } else if (wanted.paused()) {
      condition(
          conditions,
          "Progressing",
          "Unknown",
          "DeploymentPaused",
          "Deployment is paused",
          state.progressAt());
    } else {
      condition(
          conditions,
          "Progressing",
          "True",
          "ReplicaSetUpdated",
          said(state, "ReplicaSet \"" + name + "\" is progressing."),
          state.progressAt());
    }
  }

  private static String said(WorkloadState state, String otherwise) {
    return state.message().isEmpty() ? otherwise : state.message();
  }

  static void condition(
      ArrayNode into, String type, String is, String reason, String message, Instant since) {
    into.addObject()
        .put("type", type)
        .put("status", is)
        .put("lastUpdateTime", Trees.time(since))
        .put("lastTransitionTime", Trees.time(since))
        .put("reason", reason)
        .put("message", message);
  }
}
