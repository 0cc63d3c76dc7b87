package dev.reeve.core.rollouts;

import dev.reeve.core.model.Workload.Strategy.EachNode;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Seat;
import dev.reeve.core.rollouts.RolloutView.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The pods of a DaemonSet: one on each node that takes it. A new release goes from node to node,
/// within the two bounds that Kubernetes documents ("Perform a Rolling Update on a DaemonSet"):
/// without a surge the old pod goes first, with one the new pod comes first.
final class Daemons {
  private final EachNode how;
  private final RolloutView view;
  private final Map<String, OnNode> nodes = new TreeMap<>();
  private final List<Seat> starts = new ArrayList<>();
  private final List<Long> stops = new ArrayList<>();
  private final int maySurge;
  private final int mayBeMissing;
  private int surging;
  private int missing;

  /// What one node has.
  private static final class OnNode {
    private final List<PodView> target = new ArrayList<>();
    private final List<PodView> stable = new ArrayList<>();
    private final List<PodView> old = new ArrayList<>();

    List<PodView> right(Seat seat) {
      return seat.ofStable() ? stable : target;
    }

    List<PodView> wrong(Seat seat) {
      var wrong = new ArrayList<>(old);
      wrong.addAll(seat.ofStable() ? target : stable);
      wrong.removeIf(it -> it.is(Standing.STOPPING));
      return wrong;
    }

    boolean serves() {
      return isAny(target) || isAny(stable) || isAny(old);
    }

    int size() {
      return target.size() + stable.size() + old.size();
    }

    private static boolean isAny(List<PodView> pods) {
      return RolloutView.count(pods, Standing.AVAILABLE) > 0;
    }
  }

  private Daemons(EachNode how, RolloutView view) {
    this.how = how;
    this.view = view;
    int wanted = view.seats().size();
    maySurge = how.maxSurge().roundedUp(wanted);
    int unavailable = how.maxUnavailable().roundedUp(wanted);
    mayBeMissing = maySurge == 0 ? Math.max(1, unavailable) : unavailable;
    view.target().forEach(it -> onNode(it).target.add(it));
    view.stable().forEach(it -> onNode(it).stable.add(it));
    view.old().forEach(it -> onNode(it).old.add(it));
  }

  private OnNode onNode(PodView pod) {
    return nodes.computeIfAbsent(pod.seat(), name -> new OnNode());
  }

  static RolloutPlan plan(EachNode how, RolloutView view) {
    var daemons = new Daemons(how, view);
    daemons.clear();
    daemons.count();
    view.seats().forEach(daemons::look);
    return RolloutPlan.ofSeats(daemons.starts, daemons.stops);
  }

  /// Nodes that take no such pod any more keep none.
  private void clear() {
    var unwanted = new TreeMap<>(nodes);
    view.seats().forEach(seat -> unwanted.remove(seat.name()));
    for (OnNode node : unwanted.values()) {
      stopAll(node.target);
      stopAll(node.stable);
      stopAll(node.old);
    }
  }

  private void count() {
    for (Seat seat : view.seats()) {
      var node = nodes.get(seat.name());
      if (node == null || !node.serves()) {
        missing++;
      }
      if (node != null && !node.right(seat).isEmpty() && !node.wrong(seat).isEmpty()) {
        surging++;
      }
    }
  }

  private void look(Seat seat) {
    var node = nodes.computeIfAbsent(seat.name(), name -> new OnNode());
    var right = new ArrayList<>(node.right(seat));
    right.removeIf(it -> it.is(Standing.STOPPING));
    // Of two that came to be on one node, the older stays.
    right.stream().skip(1).forEach(it -> stops.add(it.id()));
    var wrong = node.wrong(seat);
    boolean isHeld = view.held() && !seat.ofStable();
    if (wrong.isEmpty()) {
      boolean isClear = node.size() == 0 || maySurge > 0 && right.isEmpty();
      if (right.isEmpty() && isClear && !isHeld) {
        starts.add(seat);
      }
      return;
    }
    if (isHeld || how.onDelete()) {
      return;
    }
    boolean isServed = RolloutView.count(right, Standing.AVAILABLE) > 0;
    boolean serves = RolloutView.count(wrong, Standing.AVAILABLE) > 0;
    if (isServed || !serves) {
      stopAll(wrong);
    } else if (right.isEmpty() && surging < maySurge) {
      starts.add(seat);
      surging++;
    } else if (right.isEmpty() && missing < mayBeMissing) {
      stopAll(wrong);
      missing++;
    }
  }

  private void stopAll(List<PodView> pods) {
    for (PodView pod : pods) {
      if (pod.is(Standing.AVAILABLE) || pod.is(Standing.UNAVAILABLE)) {
        stops.add(pod.id());
      }
    }
  }
}
