package dev.reeve.core.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One step of a rollout, in the words of Argo Rollouts' `Rollout`. Where a blue-green rollout has
/// no steps in its text, it has the same ones by nature: bring up the preview, measure, wait for a
/// person, switch, measure.
public sealed interface Step {
  /// So much of the traffic goes to the new release.
  ///
  /// @param percent 0 to 100
  record SetWeight(int percent) implements Step {}

  /// Waits; without a duration until somebody promotes.
  record Pause(Optional<Duration> duration) implements Step {}

  /// From here on the number of new pods does not follow the weight.
  record SetCanaryScale(Scale scale) implements Step {}

  /// Measures, and goes on when that is successful.
  record Analyse(Analysis analysis) implements Step {}

  /// A route of the ingress that leads some requests to the new release; without a match it goes.
  ///
  /// @param headers of such requests, any of them; none of a mirror, which nobody acts on
  /// @param json the step as it is written, canonical
  record SetRoute(String name, Route route, List<HeaderMatch> headers, Bytes json) implements Step {
    public SetRoute {
      headers = List.copyOf(headers);
    }
  }

  /// From here on so many of a step's new pods are enough to go on.
  record SetProgressThreshold(Bound available) implements Step {}

  enum Route {
    HEADER,
    MIRROR
  }

  /// How many new pods there are.
  sealed interface Scale {
    record Replicas(int count) implements Scale {}

    /// As many as this weight would have.
    record Weight(int percent) implements Scale {}

    /// As many as the traffic's weight has, again.
    record MatchTrafficWeight() implements Scale {}
  }
}
