package dev.reeve.core.rollouts;

import static dev.reeve.core.rollouts.RolloutView.active;
import static dev.reeve.core.rollouts.RolloutView.count;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Standing;
import java.util.ArrayList;
import java.util.List;

/// Each strategy as one function from what is there to what is done next.
public final class Rollouts {
  private Rollouts() {}

  public static RolloutPlan plan(Strategy strategy, RolloutView view) {
    return switch (strategy) {
      case Strategy.RollingUpdate bounds ->
          within(bounds.maxSurge(), bounds.maxUnavailable(), view);
      case Strategy.Stepwise bounds -> within(bounds.maxSurge(), bounds.maxUnavailable(), view);
      case Strategy.Keep _ -> within(Bound.pods(0), Bound.percent(100), view);
      case Strategy.Ordered how -> Ordinals.plan(how, view);
      case Strategy.EachNode how -> Daemons.plan(how, view);
      case Strategy.Recreate _, Strategy.Single _, Strategy.RunOnce _ -> recreate(view);
      case Strategy.Completing _, Strategy.Scheduled _ ->
          throw new IllegalArgumentException("not rolled out: " + strategy);
    };
  }

  /// Goes toward the split within two bounds that hold at every moment: never more pods than
  /// replicas + maxSurge (or than the split asks for, where that is more), never fewer available
  /// ones than replicas - maxUnavailable.
  ///
  /// A pod that is stopping counts until its node says that it is gone: a surge is a promise about
  /// what runs, not about what was asked for. (Kubernetes leaves such pods out of the sum.)
  ///
  /// Worked: 3 replicas, surge 1, unavailable 0. Three old pods serve: start 1 (total 4). It
  /// becomes available: 4 available, 3 needed, stop 1 old. When that is gone: start 1, and so on.
  /// The last old pod goes only after the target is recorded as stable.
  ///
  /// What has to leave its node goes last, and only where its own release has enough without it:
  /// during a rollout that keeps both releases whole, pods of the one are no stand-in for the
  /// other.
  private static RolloutPlan within(Bound maxSurge, Bound maxUnavailable, RolloutView view) {
    int replicas = view.replicas();
    var split = view.split();
    int surge = maxSurge.roundedUp(replicas);
    int unavailable = maxUnavailable.roundedDown(replicas);
    if (surge == 0 && unavailable == 0) {
      // Both may round to nothing though neither was given as zero; then one may be missing.
      unavailable = 1;
    }
    int targetActive = active(view.target());
    int stableActive = active(view.stable());
    int others = stableActive + active(view.old());
    int needed = Math.max(0, replicas - unavailable);
    int available =
        count(view.target(), Standing.AVAILABLE)
            + count(view.stable(), Standing.AVAILABLE)
            + count(view.old(), Standing.AVAILABLE)
            + view.leaving().available();
    int active = targetActive + others + view.leaving().active();

    int room =
        Math.max(0, Math.max(replicas + surge, split.target() + split.stable()) - view.size());
    // Where pods of one release leave their nodes, the room of the other is not theirs.
    int roomOfStable =
        split.stable() + surge - view.stable().size() - view.leaving().stable().size();
    int roomOfTarget =
        split.target() + surge - view.target().size() - view.leaving().target().size();
    int missingStable = Math.max(0, split.stable() - stableActive);
    int startStable = Math.max(0, Math.min(Math.min(room, roomOfStable), missingStable));
    int missing = Math.max(0, split.target() - targetActive);
    int mayStart = Math.max(0, Math.min(room - startStable, roomOfTarget));
    int start = view.held() ? 0 : Math.min(mayStart, missing);

    var stop = new ArrayList<Long>();
    int spare = Math.max(0, available - needed);
    spare -= stopSurplus(view.target(), targetActive - split.target(), spare, stop);

    // Others that serve nobody go first. They are not taken all at once: as long as they count as
    // replicas, some of them may yet come up while the new ones do not.
    int targetUnavailable =
        count(view.target(), Standing.UNAVAILABLE) + count(view.target(), Standing.UNREACHABLE);
    int cleanup = Math.max(0, active - stop.size() - needed - targetUnavailable);
    int surplusStable = Math.max(0, stableActive - split.stable());
    boolean keepLast = !view.promoted() && (room > 0 || missing == 0);
    boolean staysAsItIs = view.held() && active <= replicas;
    int mayGo =
        staysAsItIs ? 0 : Math.min(active(view.old()) + surplusStable, others - (keepLast ? 1 : 0));
    int gone = 0;
    for (Standing standing : List.of(Standing.UNAVAILABLE, Standing.AVAILABLE)) {
      int surplusLeft = surplusStable - stoppedOf(view.stable(), stop);
      for (PodView pod : leaving(view, standing, surplusLeft)) {
        int allowed = standing == Standing.AVAILABLE ? spare : cleanup - gone;
        if (gone < mayGo && allowed > 0) {
          stop.add(pod.id());
          gone++;
          spare -= standing == Standing.AVAILABLE ? 1 : 0;
        }
      }
    }
    if (!staysAsItIs) {
      var leaving = view.leaving();
      // Those of them that serve nobody wait for nothing: what comes in their place serves no
      // later.
      int idle = Math.max(0, active - stop.size() - needed);
      int fewestOfTarget = split.target() - unavailable;
      spare -= leave(leaving.target(), view.target(), fewestOfTarget, spare, idle, stop);
      int fewestStable = split.stable() - unavailable;
      leave(leaving.stable(), view.stable(), fewestStable, spare, idle, stop);
    }
    return new RolloutPlan(start, startStable, stop);
  }

  /// Takes pods that have to leave their nodes: of those that serve nobody so many as there are
  /// pods over what is needed, and those that serve while so many of their release are left.
  /// Returns how many that serve it took.
  private static int leave(
      List<PodView> leaving,
      List<PodView> staying,
      int fewest,
      int spare,
      int idle,
      List<Long> stop) {
    int serving = count(leaving, Standing.AVAILABLE);
    for (PodView pod : staying) {
      serving += pod.is(Standing.AVAILABLE) && !stop.contains(pod.id()) ? 1 : 0;
    }
    int takenIdle = 0;
    int taken = 0;
    for (PodView pod : newestFirst(leaving)) {
      if (pod.is(Standing.UNAVAILABLE) && takenIdle < idle) {
        stop.add(pod.id());
        takenIdle++;
      } else if (pod.is(Standing.AVAILABLE) && taken < Math.min(spare, serving - fewest)) {
        stop.add(pod.id());
        taken++;
      }
    }
    return taken;
  }

  /// Who may go, in the order of going: what is of neither release, then what the stable one has
  /// too many of; of each the newest first.
  private static List<PodView> leaving(RolloutView view, Standing standing, int surplusStable) {
    var leaving = new ArrayList<PodView>();
    newestFirst(view.old()).stream().filter(it -> it.is(standing)).forEach(leaving::add);
    newestFirst(view.stable()).stream()
        .filter(it -> it.is(standing))
        .limit(Math.max(0, surplusStable))
        .forEach(leaving::add);
    return leaving;
  }

  private static int stoppedOf(List<PodView> pods, List<Long> stop) {
    return (int) pods.stream().filter(it -> stop.contains(it.id())).count();
  }

  /// All old pods are gone before the first of the target starts.
  private static RolloutPlan recreate(RolloutView view) {
    var stop = new ArrayList<Long>();
    var others = new ArrayList<>(view.old());
    others.addAll(view.leaving().target());
    others.addAll(view.leaving().stable());
    if (!view.held() || active(view.target()) >= view.replicas()) {
      for (PodView pod : others) {
        if (pod.is(Standing.AVAILABLE) || pod.is(Standing.UNAVAILABLE)) {
          stop.add(pod.id());
        }
      }
    }
    int targetActive = active(view.target());
    stopSurplus(view.target(), targetActive - view.replicas(), Integer.MAX_VALUE, stop);
    boolean cleared = others.isEmpty();
    int stopping = count(view.target(), Standing.STOPPING);
    int start =
        view.held() || !cleared ? 0 : Math.max(0, view.replicas() - targetActive - stopping);
    return new RolloutPlan(start, 0, stop);
  }

  /// Takes `surplus` pods, those that serve nobody first, then the newest; of those that serve no
  /// more than `spare`. Returns how many that serve it took.
  private static int stopSurplus(List<PodView> pods, int surplus, int spare, List<Long> stop) {
    int left = surplus;
    for (PodView pod : newestFirst(pods)) {
      if (left > 0 && pod.is(Standing.UNAVAILABLE)) {
        stop.add(pod.id());
        left--;
      }
    }
    int taken = 0;
    for (PodView pod : newestFirst(pods)) {
      if (left > 0 && taken < spare && pod.is(Standing.AVAILABLE)) {
        stop.add(pod.id());
        left--;
        taken++;
      }
    }
    return taken;
  }

  /// Pods come oldest first.
  private static List<PodView> newestFirst(List<PodView> pods) {
    return pods.reversed();
  }
}
