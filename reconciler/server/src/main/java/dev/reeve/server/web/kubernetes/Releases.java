package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/// The releases of a workload, each with its pods counted: what Kubernetes keeps as ReplicaSets.
final class Releases {
  static final String ROLLOUT_HASH_LABEL = "rollouts-pod-template-hash";
  private static final String HASH_LABEL = "pod-template-hash";

  private Releases() {}

  /// @param total pods that are not being stopped
  /// @param available ready for as long as the workload asks
  record Count(Release release, int total, int ready, int available) {
    Count plus(Count other) {
      return new Count(
          other.release, total + other.total, ready + other.ready, available + other.available);
    }
  }

  /// By hash: those that have pods, the stable one, the current one, the wanted one.
  static SortedMap<String, Count> of(WorkloadState workload, Instant now) {
    var counts = new TreeMap<String, Count>();
    Duration minReady = workload.desired().map(Workload::minReady).orElse(Duration.ZERO);
    for (Pod pod : workload.pods().values()) {
      boolean isThere = !pod.isStopping();
      boolean isReady = isThere && pod.saysReady();
      boolean isAvailable =
          isReady && pod.readySince().map(at -> !at.plus(minReady).isAfter(now)).orElse(false);
      counts.merge(
          pod.release().hash(),
          new Count(pod.release(), isThere ? 1 : 0, isReady ? 1 : 0, isAvailable ? 1 : 0),
          Count::plus);
    }
    workload.stable().ifPresent(it -> counts.putIfAbsent(it.hash(), none(it)));
    workload.current().ifPresent(it -> counts.putIfAbsent(it.hash(), none(it)));
    workload
        .desired()
        .map(Workload::release)
        // One that failed and has no pods left is history.
        .filter(it -> !workload.failed().contains(it.hash()))
        .ifPresent(it -> counts.putIfAbsent(it.hash(), none(it)));
    return counts;
  }

  private static Count none(Release release) {
    return new Count(release, 0, 0, 0);
  }

  static Count sum(SortedMap<String, Count> counts, Release any) {
    Count sum = none(any);
    for (Count count : counts.values()) {
      sum = sum.plus(count);
    }
    return sum;
  }

  /// The label that tells the pods of one release from those of another.
  static String hashLabel(ObjectKey workload) {
    return workload.kind().equals(Rollouts.KIND) ? ROLLOUT_HASH_LABEL : HASH_LABEL;
  }

  static ObjectKey replicaSet(ObjectKey workload, String hash) {
    return new ObjectKey("ReplicaSet", workload.namespace(), workload.name() + "-" + hash);
  }
}
