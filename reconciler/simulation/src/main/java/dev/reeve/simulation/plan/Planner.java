package dev.reeve.simulation.plan;

import dev.reeve.core.Core;
import dev.reeve.core.Event;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.simulation.obliging.ObligingWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Finds out what a commit would do by doing it: the real core starts anew from what is known of
/// the cluster, in a world where every pod is ready at once and every measurement good, and is
/// given the commit. The cluster itself is not touched.
public final class Planner {
  /// A rollout that is not done by then waits for something that does not come by itself.
  private static final Duration AT_MOST = Duration.ofDays(30);

  private Planner() {}

  /// What comes of `next` in this situation.
  public static Plan plan(Situation situation, DesiredState next) {
    var world = world(situation);
    var before = world.root();
    int recorded = world.record().size();
    world.step(new Event.DesiredChanged(next, List.of(), List.of(), List.of()));
    world.settle(AT_MOST);
    var after = world.root();
    var refusals = refusals(after, next);
    if (!refusals.isEmpty()) {
      return new Plan(
          situation.source(),
          refusals,
          new TreeMap<>(),
          new TreeMap<>(),
          List.of(),
          new TreeMap<>());
    }
    return new Plan(
        situation.source(),
        List.of(),
        workloads(before, after),
        objects(before, next),
        order(world.record().subList(recorded, world.record().size())),
        nodes(before, after));
  }

  private static ObligingWorld world(Situation situation) {
    var world = new ObligingWorld(new Core(situation.cluster(), situation.at()), situation.at());
    world.step(situation.started());
    situation
        .nodes()
        .forEach((name, node) -> world.join(name, node.identity(), node.info(), node.pods()));
    world.settle(AT_MOST);
    return world;
  }

  private static List<String> refusals(Root after, DesiredState next) {
    return after
        .verdict(next.commit())
        .filter(it -> it.outcome() == Verdict.Outcome.REFUSED)
        .map(Verdict::lines)
        .orElse(List.of());
  }

  // --- workloads

  private static SortedMap<ObjectKey, Plan.WorkloadChange> workloads(Root before, Root after) {
    var changes = new TreeMap<ObjectKey, Plan.WorkloadChange>();
    PagedMap.difference(
        before.workloads(),
        after.workloads(),
        (key, old, now) ->
            change(key, Optional.ofNullable(old), Optional.ofNullable(now), after)
                .ifPresent(it -> changes.put(key, it)));
    return changes;
  }

  private static Optional<Plan.WorkloadChange> change(
      ObjectKey key, Optional<WorkloadState> old, Optional<WorkloadState> now, Root after) {
    var oldPods = pods(old);
    var nowPods = pods(now);
    var oldWorkload = old.flatMap(WorkloadState::desired);
    var nowWorkload = now.flatMap(WorkloadState::desired);
    var stopped = new ArrayList<Plan.Placed>();
    oldPods.forEach((id, placed) -> {
      if (!nowPods.containsKey(id)) {
        stopped.add(placed);
      }
    });
    var started = new ArrayList<Plan.Placed>();
    nowPods.forEach((id, placed) -> {
      if (!oldPods.containsKey(id)) {
        started.add(placed);
      }
    });
    var unschedulable = after.unplaced().get(key).orElse("");
    boolean isSame = oldWorkload.equals(nowWorkload) && stopped.isEmpty() && started.isEmpty();
    if (isSame && unschedulable.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Plan.WorkloadChange(
            key,
            action(oldWorkload, nowWorkload, stopped, started),
            why(oldWorkload, nowWorkload),
            new Plan.Pair<>(replicas(oldWorkload), replicas(nowWorkload)),
            new Plan.Pair<>(release(oldWorkload), release(nowWorkload)),
            stopped,
            started,
            unschedulable,
            outlook(now)));
  }

  private static Plan.Action action(
      Optional<Workload> old,
      Optional<Workload> now,
      List<Plan.Placed> stopped,
      List<Plan.Placed> started) {
    if (old.isEmpty()) {
      return Plan.Action.CREATE;
    }
    if (now.isEmpty()) {
      return Plan.Action.DELETE;
    }
    if (!release(old).equals(release(now))) {
      return Plan.Action.REPLACE;
    }
    if (replicas(old) != replicas(now)) {
      return Plan.Action.SCALE;
    }
    return stopped.isEmpty() && started.isEmpty() ? Plan.Action.CHANGE : Plan.Action.MOVE;
  }

  /// Pods that are meant to be there, by their id, which grows with their age's end.
  private static SortedMap<Long, Plan.Placed> pods(Optional<WorkloadState> workload) {
    var placed = new TreeMap<Long, Plan.Placed>();
    if (workload.isPresent()) {
      for (Pod pod : workload.get().pods().values()) {
        if (!pod.isStopping()) {
          placed.put(pod.id(), new Plan.Placed(placed.size(), pod.release().hash(), pod.node()));
        }
      }
    }
    return placed;
  }

  private static int replicas(Optional<Workload> workload) {
    return workload.map(Workload::replicas).orElse(0);
  }

  private static String release(Optional<Workload> workload) {
    return workload.map(it -> it.release().hash()).orElse("");
  }

  private static List<String> why(Optional<Workload> old, Optional<Workload> now) {
    if (old.isEmpty() || now.isEmpty() || release(old).equals(release(now))) {
      return List.of();
    }
    var lines =
        new ArrayList<>(
            TemplateDifference.lines(
                old.get().release().template().json(), now.get().release().template().json()));
    lines.addAll(config(old.get().release(), now.get().release()));
    return lines;
  }

  private static List<String> config(Release old, Release now) {
    var before = new TreeMap<ObjectKey, String>();
    old.config().forEach(use -> before.put(use.key(), use.hash()));
    var lines = new ArrayList<String>();
    now.config()
        .forEach(use -> {
          if (before.containsKey(use.key()) && !use.hash().equals(before.get(use.key()))) {
            lines.add(use.key() + " changed");
          } else if (old.readsLive(use.key())) {
            lines.add(use.key() + " is no longer live");
          }
        });
    now.live().stream()
        .filter(use -> before.containsKey(use.key()))
        .forEach(use -> lines.add(use.key() + " is live"));
    return lines;
  }

  private static String outlook(Optional<WorkloadState> now) {
    if (now.isEmpty() || now.get().phase() == Phase.HEALTHY) {
      return "";
    }
    var phase = now.get().phase().word();
    return now.get().message().isEmpty() ? phase : phase + ": " + now.get().message();
  }

  // --- what has no pods

  private static SortedMap<ObjectKey, Plan.Action> objects(Root before, DesiredState next) {
    var actions = new TreeMap<ObjectKey, Plan.Action>();
    PagedMap.<ObjectKey, DesiredObject>difference(
        before.accepted().map(DesiredState::objects).orElseGet(PagedMap::empty),
        next.objects(),
        (key, old, now) -> {
          if (old == null && now != null && now.workload().isEmpty()) {
            actions.put(key, Plan.Action.CREATE);
          } else if (old != null && now == null && old.workload().isEmpty()) {
            actions.put(key, Plan.Action.DELETE);
          } else if (old != null
              && now != null
              && now.workload().isEmpty()
              && !old.contentHash().equals(now.contentHash())) {
            actions.put(key, Plan.Action.CHANGE);
          }
        });
    return actions;
  }

  // --- what is decided, and what is left

  private static List<String> order(List<RecordCommit> commits) {
    return commits.stream()
        .filter(it -> !it.resources().isEmpty())
        .flatMap(it -> lines(it).stream())
        .toList();
  }

  /// Of several decisions in one commit each has a line of its own; the lines of pods are told of
  /// with their workload.
  private static List<String> lines(RecordCommit commit) {
    var own =
        commit.lines().stream().filter(it -> !it.startsWith("+ ") && !it.startsWith("- ")).toList();
    return own.isEmpty() ? List.of(commit.subject()) : own;
  }

  private static SortedMap<String, Plan.NodeChange> nodes(Root before, Root after) {
    var changes = new TreeMap<String, Plan.NodeChange>();
    after
        .nodes()
        .forEach((name, node) -> {
          var old = before.nodes().get(name);
          node.info()
              .ifPresent(info ->
                  changes.put(
                      name,
                      new Plan.NodeChange(
                          info.allocatable(),
                          info.maxPods(),
                          new Plan.Pair<>(
                              old.map(NodeState::requested).orElse(node.requested()),
                              node.requested()),
                          new Plan.Pair<>(
                              old.map(it -> it.pods().size()).orElse(0), node.pods().size()))));
        });
    return changes;
  }
}
