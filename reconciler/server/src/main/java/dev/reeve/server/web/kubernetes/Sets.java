package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.WorkloadState;
import java.util.Optional;

/// The status of a StatefulSet, a DaemonSet and a ReplicaSet that has text of its own, in the words
/// that `kubectl rollout status` and `kubectl wait` read.
final class Sets {
  static final ResourceType STATEFUL_SET =
      ResourceType.namespaced("apps/v1", "StatefulSet", "statefulsets", "sts").inAll();
  static final ResourceType DAEMON_SET =
      ResourceType.namespaced("apps/v1", "DaemonSet", "daemonsets", "ds").inAll();

  private Sets() {}

  /// What is counted of a workload, and what its status begins with.
  private record Counted(
      WorkloadState state, Workload wanted, Releases.Count all, Releases.Count updated) {}

  private static Optional<Counted> begin(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    ObjectNode status = json.putObject("status");
    Optional<WorkloadState> state = snapshot.root().workloads().get(key);
    long generation = Metadata.generation(snapshot, key);
    boolean isTakenUp = Deployments.isTakenUp(snapshot, key, state);
    status.put("observedGeneration", isTakenUp ? generation : generation - 1);
    return state.flatMap(it -> {
      Deployments.annotate(it, Trees.child(Trees.child(json, "metadata"), "annotations"));
      return it.desired().map(wanted -> counted(snapshot, it, wanted));
    });
  }

  private static Counted counted(Snapshot snapshot, WorkloadState state, Workload wanted) {
    var releases = Releases.of(state, snapshot.at());
    Release release = wanted.release();
    return new Counted(
        state,
        wanted,
        Releases.sum(releases, release),
        Optional.ofNullable(releases.get(release.hash()))
            .orElse(new Releases.Count(release, 0, 0, 0)));
  }

  static void statefulSet(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    begin(snapshot, key, json)
        .ifPresent(it -> {
          ObjectNode status = Trees.child(json, "status");
          counts(status, it);
          var stable = it.state().stable().orElse(it.wanted().release());
          boolean isUpdated = it.updated().total() == it.all().total();
          status.put(
              "currentReplicas",
              isUpdated ? it.all().total() : it.all().total() - it.updated().total());
          status.put("updatedReplicas", it.updated().total());
          status.put("currentRevision", key.name() + "-" + stable.hash());
          status.put("updateRevision", key.name() + "-" + it.wanted().release().hash());
          status.put("collisionCount", 0);
        });
  }

  static void replicaSet(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    begin(snapshot, key, json)
        .ifPresent(it -> {
          ObjectNode status = Trees.child(json, "status");
          counts(status, it);
          status.put("fullyLabeledReplicas", it.all().total());
        });
  }

  private static void counts(ObjectNode status, Counted counted) {
    status.put("replicas", counted.all().total());
    status.put("readyReplicas", counted.all().ready());
    status.put("availableReplicas", counted.all().available());
  }

  static void daemonSet(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    begin(snapshot, key, json)
        .ifPresent(it -> {
          ObjectNode status = Trees.child(json, "status");
          // The nodes that take it, as it was last decided.
          int desired = it.state().recordedReplicas();
          status.put("desiredNumberScheduled", desired);
          status.put("currentNumberScheduled", Math.min(desired, it.all().total()));
          status.put("numberMisscheduled", Math.max(0, it.all().total() - desired));
          status.put("numberReady", it.all().ready());
          status.put("numberAvailable", it.all().available());
          status.put("numberUnavailable", Math.max(0, desired - it.all().available()));
          status.put("updatedNumberScheduled", it.updated().total());
        });
  }
}
