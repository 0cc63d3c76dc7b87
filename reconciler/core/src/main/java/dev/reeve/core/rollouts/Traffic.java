package dev.reeve.core.rollouts;

import dev.reeve.core.model.Release;
import dev.reeve.core.state.Stepping;
import dev.reeve.core.state.WorkloadState;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which release gets how much of the traffic: the weight of the step in force, which is in Git.
/// Data for whoever routes.
public final class Traffic {
  private static final int WHOLE = 100;

  private Traffic() {}

  /// Percent by the hash of the release; they add up to 100. Empty before the first release.
  public static SortedMap<String, Integer> of(WorkloadState workload) {
    var shares = new TreeMap<String, Integer>();
    if (workload.current().isEmpty()) {
      return shares;
    }
    var current = workload.current().get().hash();
    var stable = workload.stable().map(Release::hash).orElse(current);
    if (stable.equals(current) || workload.stepping().isEmpty()) {
      shares.put(current, WHOLE);
      return shares;
    }
    int weight = workload.stepping().map(Stepping::weight).orElse(WHOLE);
    shares.put(current, weight);
    shares.put(stable, WHOLE - weight);
    return shares;
  }
}
