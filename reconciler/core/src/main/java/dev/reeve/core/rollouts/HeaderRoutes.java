package dev.reeve.core.rollouts;

import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.state.WorkloadState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which requests go to the release under way whatever its weight: those with headers that steps up
/// to the one in force have named. They end with the rollout, and when it is aborted.
public final class HeaderRoutes {
  private HeaderRoutes() {}

  /// Any of these is enough.
  public static List<HeaderMatch> of(WorkloadState workload) {
    var current = workload.current().map(Release::hash);
    var stepping = workload.stepping();
    var strategy = workload.desired().map(Workload::strategy);
    if (stepping.isEmpty()
        || current.equals(workload.stable().map(Release::hash))
        || !(strategy.orElse(null) instanceof Stepwise stepwise)) {
      return List.of();
    }
    Map<String, List<HeaderMatch>> routes = new LinkedHashMap<>();
    var steps = stepwise.steps();
    for (int i = 0; i <= stepping.get().inForce() && i < steps.size(); i++) {
      if (steps.get(i) instanceof Step.SetRoute route && route.route() == Step.Route.HEADER) {
        routes.put(route.name(), route.headers());
      }
    }
    return routes.values().stream().flatMap(List::stream).distinct().toList();
  }
}
