package dev.reeve.core;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import java.util.List;
import java.util.Optional;

/// Decides one workload after another: which release, how many pods, where.
final class Workloads {
  private Workloads() {}

  /// Decides everything that is marked, in key order, until the work allowed for one step is done.
  /// Returns what is left of that.
  static int drain(Draft draft, int work) {
    if (!draft.mayOrder()) {
      return work;
    }
    int left = work;
    while (true) {
      var dirty = draft.takeDirtyWorkloads();
      if (dirty.isEmpty()) {
        return left;
      }
      for (ObjectKey key : dirty.keys()) {
        if (left <= 0) {
          draft.leaveRest();
          return 0;
        }
        draft.settledWorkload(key);
        var workload = draft.workloads.get(key);
        if (workload.isPresent()) {
          draft.startDeciding(key);
          left -= 1 + workload.get().pods().size();
          if (!MeasuringPods.decide(draft, workload.get())) {
            Measuring.giveUp(draft, key);
            new WorkloadDecision(draft, draft.workloads.get(key).orElseThrow()).run();
          }
          draft.endDeciding();
        }
      }
    }
  }

  /// What a pod asks for where its template is not known: nothing.
  static PodTemplate unknownTemplate(String hash) {
    return new PodTemplate(
        hash,
        Resources.NONE,
        Constraints.NONE,
        List.of(),
        Optional.empty(),
        true,
        List.of(),
        Bytes.utf8(""));
  }
}
