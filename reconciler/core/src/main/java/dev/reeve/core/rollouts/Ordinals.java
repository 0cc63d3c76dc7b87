package dev.reeve.core.rollouts;

import dev.reeve.core.model.Workload.Strategy.Ordered;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Seat;
import dev.reeve.core.rollouts.RolloutView.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The pods of a StatefulSet, as Kubernetes documents them ("Deployment and Scaling Guarantees",
/// "Update strategies").
///
/// In order: pods are started from the lowest number on, each when all before it are available;
/// they go from the highest on, each when the one above it is gone. A number whose pod is not known
/// to be gone gets no other. A new release goes from the highest number down to the partition, as
/// many at a time as may be missing.
///
/// Unlike Kubernetes, a pod of an outdated release that does not come up is replaced without
/// waiting for it: a release that does not work never holds up the one that mends it.
final class Ordinals {
  private final Ordered how;
  private final RolloutView view;
  private final Map<String, Holder> holders = new TreeMap<>();
  private final List<Seat> starts = new ArrayList<>();
  private final List<Long> stops = new ArrayList<>();

  /// How many numbers have no pod that serves.
  private int missing;

  private enum Side {
    TARGET,
    STABLE,
    OLD
  }

  private record Holder(PodView pod, Side side, boolean isLeaving) {
    boolean is(Standing standing) {
      return pod.is(standing);
    }

    /// Whether it is of the release that its seat is for.
    boolean isRightFor(Seat seat) {
      return side == (seat.ofStable() ? Side.STABLE : Side.TARGET);
    }
  }

  private Ordinals(Ordered how, RolloutView view) {
    this.how = how;
    this.view = view;
    view.target().forEach(it -> hold(it, Side.TARGET, false));
    view.stable().forEach(it -> hold(it, Side.STABLE, false));
    view.old().forEach(it -> hold(it, Side.OLD, false));
    view.leaving().target().forEach(it -> hold(it, Side.TARGET, true));
    view.leaving().stable().forEach(it -> hold(it, Side.STABLE, true));
    view.leaving().old().forEach(it -> hold(it, Side.OLD, true));
  }

  private void hold(PodView pod, Side side, boolean isLeaving) {
    holders.put(pod.seat(), new Holder(pod, side, isLeaving));
  }

  static RolloutPlan plan(Ordered how, RolloutView view) {
    var ordinals = new Ordinals(how, view);
    if (ordinals.fill() && ordinals.shrink()) {
      ordinals.replace();
    }
    return RolloutPlan.ofSeats(ordinals.starts, ordinals.stops);
  }

  /// Starts what is missing, in order. Returns whether what comes next may go on.
  private boolean fill() {
    for (Seat seat : view.seats()) {
      var holder = holders.get(seat.name());
      boolean isWell = holder != null && holder.is(Standing.AVAILABLE);
      if (isWell) {
        continue;
      }
      missing++;
      if (holder == null) {
        start(seat);
      } else if (holder.is(Standing.UNAVAILABLE)
          && (holder.isLeaving() || !holder.isRightFor(seat) && !isHeld(seat) && !how.onDelete())) {
        stops.add(holder.pod().id());
      }
      if (!how.parallel()) {
        return false;
      }
    }
    return true;
  }

  private void start(Seat seat) {
    if (!isHeld(seat)) {
      starts.add(seat);
    }
  }

  private boolean isHeld(Seat seat) {
    return view.held() && !seat.ofStable();
  }

  /// Takes pods that are too many, the highest number first. Returns whether none is left.
  private boolean shrink() {
    var wanted = view.seats().stream().map(Seat::name).toList();
    var surplus =
        holders.entrySet().stream()
            .filter(it -> !wanted.contains(it.getKey()))
            .map(Map.Entry::getValue)
            .sorted((a, b) -> Integer.compare(number(b), number(a)))
            .toList();
    for (Holder holder : surplus) {
      if (holder.is(Standing.AVAILABLE) || holder.is(Standing.UNAVAILABLE)) {
        stops.add(holder.pod().id());
      }
      if (!how.parallel()) {
        return false;
      }
    }
    return true;
  }

  private static int number(Holder holder) {
    return Integer.parseInt(holder.pod().seat());
  }

  /// Takes pods of another release, and pods that have to leave their nodes, from the highest
  /// number on; what comes in their place has the same number, so they go first.
  private void replace() {
    int mayBeMissing = Math.max(1, how.maxUnavailable().roundedUp(view.replicas()));
    for (Seat seat : view.seats().reversed()) {
      var holder = holders.get(seat.name());
      if (holder == null || !holder.is(Standing.AVAILABLE) || missing >= mayBeMissing) {
        continue;
      }
      boolean isOutdated = !holder.isRightFor(seat) && !isHeld(seat) && !how.onDelete();
      if (isOutdated || holder.isLeaving()) {
        stops.add(holder.pod().id());
        missing++;
      }
    }
  }
}
