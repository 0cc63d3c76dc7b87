package dev.reeve.core;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.EachNode;
import dev.reeve.core.record.Phase;
import dev.reeve.core.rollouts.RolloutPlan;
import dev.reeve.core.rollouts.RolloutView.Seat;
import dev.reeve.core.scheduling.Ledger.Choice;
import dev.reeve.core.scheduling.Search;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Starts and stops the pods of one workload while it is decided, and keeps what the record says of
/// that, a line a pod.
final class PodMoves {
  private static final String CONFLICT = "node(s) had volume node affinity conflict";

  private final Draft draft;
  private final ObjectKey key;
  private final WorkloadState before;
  private final WorkloadState.Edit next;
  private final List<String> lines = new ArrayList<>();
  private String shortage = "";

  PodMoves(Draft draft, WorkloadState before, WorkloadState.Edit next) {
    this.draft = draft;
    this.before = before;
    this.next = next;
    key = before.key();
  }

  List<String> lines() {
    return lines;
  }

  /// Why there was no room for all; empty where there was.
  String shortage() {
    return shortage;
  }

  void stop(Pod pod, Reason reason) {
    if (Nodes.isWithheld(draft, pod)) {
      // Its node was never told of it.
      next.pods = next.pods.without(pod.id());
      Nodes.forget(draft, pod);
      lines.add("- " + pod.name() + " on " + pod.node());
      return;
    }
    next.pods = next.pods.with(pod.id(), pod.withRemoval(new Pod.Removal(reason, 0)));
    Nodes.stop(draft, pod);
    lines.add("- " + pod.name() + " on " + pod.node());
  }

  void start(RolloutPlan plan, Workload wanted, Release target, Reason because) {
    var stable = before.stable().orElse(target);
    boolean isPlaced =
        start(plan.startStable(), wanted, stable, because)
            && start(plan.start(), wanted, target, because);
    for (Seat seat : plan.seats()) {
      var release = seat.ofStable() ? stable : target;
      isPlaced &=
          wanted.strategy() instanceof EachNode
              ? startOn(seat.name(), wanted, release, because)
              : startAs(key.name() + "-" + seat.name(), wanted, release, because);
    }
    if (isPlaced) {
      draft.unplaced.remove(key);
    }
  }

  /// Pods of a Job, each for one completion.
  ///
  /// @param indexes of these; below zero where they have no numbers
  void startNumbered(List<Integer> indexes, Workload wanted, Release release, Reason because) {
    boolean isPlaced = true;
    for (int index : indexes) {
      isPlaced = isPlaced && startNumbered(index, wanted, release, because);
    }
    if (isPlaced) {
      draft.unplaced.remove(key);
    }
  }

  private boolean startNumbered(int index, Workload wanted, Release release, Reason because) {
    long id = PodIds.id(draft.epoch, draft.mintPod());
    var name =
        key.name()
            + (index < 0 ? "" : "-" + index)
            + "-"
            + PodIds.suffix(draft.settings.name(), id);
    switch (choose(Nodes.search(draft, wanted, release), wanted, release, name)) {
      case Choice.Node(var node) ->
          place(pod(name, id, release, node, because), wanted, release, false);
      case Choice.Nowhere(var why) -> {
        var room = makeRoom(wanted, release, name);
        if (room.isEmpty()) {
          return isShort(why);
        }
        place(pod(name, id, release, room.get(), because), wanted, release, true);
      }
    }
    return true;
  }

  /// What comes in the place of pods that leave is spread as if these were gone. Returns whether
  /// there was room for all.
  private boolean start(int count, Workload wanted, Release release, Reason because) {
    if (count == 0) {
      return true;
    }
    var ledger = draft.ledger();
    var leaving =
        before.pods().stream()
            .filter(it -> !it.isStopping() && !it.hasEnded() && Leaving.isDrained(draft, it))
            .toList();
    leaving.forEach(it -> ledger.leaves(it.node(), key));
    boolean isPlaced = place(count, wanted, release, because);
    leaving.forEach(it -> ledger.stays(it.node(), key));
    return isPlaced;
  }

  private boolean place(int count, Workload wanted, Release release, Reason because) {
    var search = Nodes.search(draft, wanted, release);
    for (int i = 0; i < count; i++) {
      switch (choose(search, wanted, release, key.name())) {
        case Choice.Node(var node) -> place(node, wanted, release, because, false);
        case Choice.Nowhere(var why) -> {
          var room = makeRoom(wanted, release, key.name());
          if (room.isPresent()) {
            place(room.get(), wanted, release, because, true);
            search = Nodes.search(draft, wanted, release);
            continue;
          }
          return isShort(why);
        }
      }
    }
    return true;
  }

  private boolean isShort(String why) {
    shortage = why;
    draft.unplaced.put(key, why);
    return false;
  }

  /// On this node or on none.
  private boolean startOn(String node, Workload wanted, Release release, Reason because) {
    if (Volumes.where(draft, wanted, release.template(), key.name())
            instanceof Volumes.Where.Among(var nodes)
        && !nodes.contains(node)) {
      return isShort("node " + node + " is not available: " + CONFLICT);
    }
    var search = Nodes.search(draft, wanted, release);
    var choice = search.at(node);
    search.end();
    if (choice instanceof Choice.Nowhere(var why)) {
      if (!Preemption.makeRoomOn(draft, node, wanted, release, next.build())) {
        return isShort(why);
      }
      place(node, wanted, release, because, true);
    } else {
      place(node, wanted, release, because, false);
    }
    return true;
  }

  /// Under a name that no other pod may have: it is told to its node once Git says where it is.
  private boolean startAs(String name, Workload wanted, Release release, Reason because) {
    var choice = choose(Nodes.search(draft, wanted, release), wanted, release, name);
    String node;
    if (choice instanceof Choice.Nowhere(var why)) {
      var room = makeRoom(wanted, release, name);
      if (room.isEmpty()) {
        return isShort(why);
      }
      node = room.get();
    } else {
      node = ((Choice.Node) choice).name();
    }
    var pod = pod(name, PodIds.id(draft.epoch, draft.mintPod()), release, node, because);
    Volumes.take(draft, wanted, release.template(), name, node);
    // Whatever this look comes to is recorded together.
    Nodes.reserve(draft, pod, draft.records.nextSequence());
    placed(pod);
    return true;
  }

  /// @param waits for others to make way
  private void place(String node, Workload wanted, Release target, Reason because, boolean waits) {
    long id = PodIds.id(draft.epoch, draft.mintPod());
    var name =
        wanted.strategy() instanceof Workload.Strategy.Single
            ? key.name()
            : key.name() + "-" + target.hash() + "-" + PodIds.suffix(draft.settings.name(), id);
    place(pod(name, id, target, node, because), wanted, target, waits);
  }

  /// @param waits for others to make way
  private void place(Pod pod, Workload wanted, Release release, boolean waits) {
    long recorded = Volumes.take(draft, wanted, release.template(), pod.name(), pod.node());
    if (waits || recorded > 0) {
      Nodes.reserve(draft, pod, recorded);
    } else {
      Nodes.start(draft, pod);
    }
    placed(pod);
  }

  // --- where a pod may go for what it claims

  private Choice choose(Search search, Workload wanted, Release release, String pod) {
    return switch (Volumes.where(draft, wanted, release.template(), pod)) {
      case Volumes.Where.Anywhere _ -> draft.deciders.place().choose(search);
      case Volumes.Where.Nowhere(var why) ->
          new Choice.Nowhere("0/" + nodes() + " nodes are available: " + why);
      case Volumes.Where.Among(var nodes) -> among(search, nodes);
    };
  }

  private Choice among(Search search, List<String> nodes) {
    var told = new ArrayList<String>();
    for (String node : nodes) {
      switch (search.at(node)) {
        case Choice.Node it -> {
          return it;
        }
        case Choice.Nowhere(var why) -> told.add(why);
      }
    }
    int others = nodes() - nodes.size();
    if (others > 0 || nodes.isEmpty()) {
      told.addFirst(Math.max(others, 0) + " " + CONFLICT);
    }
    return new Choice.Nowhere("0/" + nodes() + " nodes are available: " + String.join(", ", told));
  }

  private int nodes() {
    return draft.nodes.publish().size();
  }

  private Optional<String> makeRoom(Workload wanted, Release release, String pod) {
    return switch (Volumes.where(draft, wanted, release.template(), pod)) {
      case Volumes.Where.Anywhere _ -> Preemption.makeRoom(draft, wanted, release, next.build());
      case Volumes.Where.Nowhere _ -> Optional.empty();
      case Volumes.Where.Among(var nodes) ->
          nodes.stream()
              .filter(it -> Preemption.makeRoomOn(draft, it, wanted, release, next.build()))
              .findFirst();
    };
  }

  private Pod pod(String name, long id, Release target, String node, Reason because) {
    return new Pod(
        id,
        PodIds.uid(draft.settings.name(), id),
        name,
        key,
        target,
        node,
        draft.now,
        because,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private void placed(Pod pod) {
    next.pods = next.pods.with(pod.id(), pod);
    if (next.phase == Phase.HEALTHY) {
      // It is healthy again when this pod is ready; until then the record says what is missing.
      next.phase = Phase.PROGRESSING;
      next.progressAt = draft.now;
      next.progress = 0;
    }
    lines.add("+ " + pod.name() + " on " + pod.node());
  }
}
