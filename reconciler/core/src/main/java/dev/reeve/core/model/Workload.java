package dev.reeve.core.model;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An object that has pods.
///
/// @param progressDeadline how long a rollout may make no progress before it has failed
/// @param paused pods are neither started nor replaced for a new release; scaling goes on
/// @param after a new release is not begun before each of these is healthy; sorted
/// @param restartAt from then on, pods that were started before it are replaced
/// @param yieldsTo the Rollout that runs this workload's template (`workloadRef`): once that is
///   healthy, this one has no pods
public record Workload(
    ObjectKey key,
    int replicas,
    Strategy strategy,
    Duration minReady,
    Duration progressDeadline,
    boolean paused,
    OnFailure onFailure,
    List<ObjectKey> after,
    Optional<Instant> restartAt,
    Optional<ObjectKey> yieldsTo,
    Release release) {
  public Workload {
    after = List.copyOf(after);
  }

  /// The same, in another number.
  public Workload withReplicas(int other) {
    return new Workload(
        key,
        other,
        strategy,
        minReady,
        progressDeadline,
        paused,
        onFailure,
        after,
        restartAt,
        yieldsTo,
        release);
  }

  /// The same, by another release.
  public Workload with(Release other) {
    return new Workload(
        key,
        replicas,
        strategy,
        minReady,
        progressDeadline,
        paused,
        onFailure,
        after,
        restartAt,
        yieldsTo,
        other);
  }

  /// How pods of one release give way to those of the next.
  public sealed interface Strategy {
    /// Deployment's default: a little at a time, within bounds.
    record RollingUpdate(Bound maxSurge, Bound maxUnavailable) implements Strategy {}

    /// All old pods are gone before the first new one starts.
    record Recreate() implements Strategy {}

    /// A Pod by itself: one pod, named as its object; a changed one takes the place of the old.
    record Single() implements Strategy {}

    /// A ReplicaSet's: pods of another template stay until they go for another reason.
    record Keep() implements Strategy {}

    /// A StatefulSet's: each pod has a number that is its identity, and there are never two of one.
    ///
    /// @param start the lowest number
    /// @param parallel pods need not wait for those of lower numbers
    /// @param partition pods from this place on get a new release, the others keep the stable one
    /// @param maxUnavailable how many may be missing while a release is rolled out
    /// @param onDelete pods get a new release only when they start anew for another reason
    /// @param claims each pod has one of each of these, named after it
    /// @param whenDeleted whether those go with their StatefulSet
    /// @param whenScaled whether those go whose number is no longer wanted
    record Ordered(
        int start,
        boolean parallel,
        int partition,
        Bound maxUnavailable,
        boolean onDelete,
        List<Claim> claims,
        boolean whenDeleted,
        boolean whenScaled)
        implements Strategy {
      public Ordered {
        claims = List.copyOf(claims);
      }

      /// One whose pods have no claims of their own.
      public Ordered(
          int start, boolean parallel, int partition, Bound maxUnavailable, boolean onDelete) {
        this(start, parallel, partition, maxUnavailable, onDelete, List.of(), false, false);
      }
    }

    /// A DaemonSet's: one pod on each node that takes it.
    ///
    /// @param onDelete pods get a new release only when they start anew for another reason
    record EachNode(Bound maxSurge, Bound maxUnavailable, boolean onDelete) implements Strategy {}

    /// A Job's: pods that come to an end.
    ///
    /// @param owner the CronJob that has started it; empty where it has text of its own
    record Completing(JobRules rules, Optional<ObjectKey> owner) implements Strategy {}

    /// A CronJob's: it has no pods, and starts Jobs.
    record Scheduled(CronRules rules) implements Strategy {}

    /// A pod that measures for a Rollout: it runs once, and is not in the repository.
    ///
    /// @param request the measurement
    record RunOnce(ObjectKey rollout, long request) implements Strategy {}

    /// A Rollout's: a new release gets pods and traffic by steps, each recorded before it is taken.
    ///
    /// @param style how pods follow weights
    /// @param background measured beside the steps
    /// @param backgroundFrom the step from which on it is
    /// @param threshold how many of a step's new pods must be available to go on
    /// @param scaleDownDelay how long the pods of the release before stay after a promotion
    /// @param abortScaleDownDelay how long the pods of an aborted release stay; empty: until
    ///   something takes their place
    /// @param minPods a release that has any weight has at least so many pods
    /// @param rollbackWindow a release that was stable within so many promotions is returned to
    ///   without steps
    /// @param services that lead to one of its releases alone
    /// @param failsAtDeadline false: a rollout without progress is said to be degraded and stays
    record Stepwise(
        Style style,
        Bound maxSurge,
        Bound maxUnavailable,
        List<Step> steps,
        Optional<Analysis> background,
        int backgroundFrom,
        Bound threshold,
        Duration scaleDownDelay,
        Optional<Duration> abortScaleDownDelay,
        int minPods,
        int rollbackWindow,
        Services services,
        boolean failsAtDeadline)
        implements Strategy {
      public Stepwise {
        steps = List.copyOf(steps);
      }

      /// One that no Service leads to a single release of.
      public Stepwise(
          Style style,
          Bound maxSurge,
          Bound maxUnavailable,
          List<Step> steps,
          Optional<Analysis> background,
          int backgroundFrom,
          Bound threshold,
          Duration scaleDownDelay,
          Optional<Duration> abortScaleDownDelay,
          int minPods,
          int rollbackWindow,
          boolean failsAtDeadline) {
        this(
            style,
            maxSurge,
            maxUnavailable,
            steps,
            background,
            backgroundFrom,
            threshold,
            scaleDownDelay,
            abortScaleDownDelay,
            minPods,
            rollbackWindow,
            Services.NONE,
            failsAtDeadline);
      }

      /// Names of Services, empty where there is none. Any other Service that selects its pods is
      /// shared by weight.
      ///
      /// @param ofStable leads to the stable release whatever the weight
      /// @param ofNew leads to the new release whatever the weight
      public record Services(String ofStable, String ofNew) {
        public static final Services NONE = new Services("", "");
      }

      /// How pods follow weights.
      public enum Style {
        /// A weight is kept by the ratio of pods.
        RATIO,
        /// The stable release keeps all its pods until the end; new ones come on top.
        ROUTED,
        /// The stable release has as many pods as its weight needs.
        ROUTED_DYNAMIC,
        /// As ROUTED; traffic goes to the one release or to the other.
        BLUE_GREEN;

        /// Whether the stable release keeps all its pods until its successor is promoted.
        public boolean keepsStable() {
          return this == ROUTED || this == BLUE_GREEN;
        }
      }
    }
  }

  public enum OnFailure {
    ROLLBACK,
    PAUSE
  }
}
