package dev.reeve.core;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.WorkloadState;
import java.util.Optional;

/// Which release may begin: not before everything that its workload depends on is healthy, at what
/// the accepted commit says of it. What has begun goes on.
final class Ordering {
  private Ordering() {}

  /// What a workload's new release waits for; empty when it may begin, or has.
  static Optional<ObjectKey> blocker(Draft draft, WorkloadState present, Workload wanted) {
    var hash = wanted.release().hash();
    boolean hasBegun =
        present.current().map(Release::hash).equals(Optional.of(hash))
            || present.stable().map(Release::hash).equals(Optional.of(hash));
    if (hasBegun || present.failed().contains(hash)) {
      return Optional.empty();
    }
    return wanted.after().stream().filter(it -> !isHealthy(draft, it)).findFirst();
  }

  private static boolean isHealthy(Draft draft, ObjectKey key) {
    var workload = draft.workloads.get(key);
    return workload.isPresent()
        && workload.get().phase() == Phase.HEALTHY
        && workload
            .get()
            .current()
            .map(Release::hash)
            .equals(workload.get().desired().map(it -> it.release().hash()));
  }

  /// The Deployment whose template a Rollout has taken over stands beside it.
  static void markYielding(Draft draft, ObjectKey rollout) {
    var first = new ObjectKey("Deployment", rollout.namespace(), "");
    for (WorkloadState workload : draft.workloads.publish().valuesFrom(first)) {
      var key = workload.key();
      if (!key.kind().equals(first.kind()) || !key.namespace().equals(first.namespace())) {
        return;
      }
      if (workload.desired().flatMap(Workload::yieldsTo).equals(Optional.of(rollout))) {
        draft.markWorkload(key);
      }
    }
  }

  static String told(ObjectKey blocker) {
    return "waits for " + blocker;
  }

  static void markWaitingFor(Draft draft, ObjectKey key) {
    draft
        .waiting
        .publish()
        .forEach((waiting, blocker) -> {
          if (blocker.equals(key)) {
            draft.markWorkload(waiting);
          }
        });
  }
}
