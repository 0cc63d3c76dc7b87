package dev.reeve.simulation.plan;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What would come of a commit.
///
/// @param source how much of the cluster was known
/// @param refusals why the commit would be refused, one line each; then nothing else happens
/// @param workloads that would change, by key
/// @param objects others that would be created, changed or deleted
/// @param order what would be decided, in its order, one line each
/// @param nodes that it would change, and all that have pods
public record Plan(
    Situation.Source source,
    List<String> refusals,
    SortedMap<ObjectKey, WorkloadChange> workloads,
    SortedMap<ObjectKey, Action> objects,
    List<String> order,
    SortedMap<String, NodeChange> nodes) {
  public Plan {
    refusals = List.copyOf(refusals);
    workloads = Collections.unmodifiableSortedMap(new TreeMap<>(workloads));
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
    order = List.copyOf(order);
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
  }

  public enum Action {
    CREATE,
    /// Its pods give way to others.
    REPLACE,
    SCALE,
    /// Its pods go to other nodes, and are otherwise what they were.
    MOVE,
    /// Its text changes, and none of its pods.
    CHANGE,
    DELETE
  }

  /// @param why what makes another release of it, one line each
  /// @param replicas before and after
  /// @param release before and after; empty where there is none
  /// @param stopped pods that go
  /// @param started pods that come
  /// @param unschedulable why there is no room for all; empty where there is
  /// @param outlook where its rollout stands when nothing more happens by itself; empty where it is
  ///   done
  public record WorkloadChange(
      ObjectKey key,
      Action action,
      List<String> why,
      Pair<Integer> replicas,
      Pair<String> release,
      List<Placed> stopped,
      List<Placed> started,
      String unschedulable,
      String outlook) {
    public WorkloadChange {
      why = List.copyOf(why);
      stopped = List.copyOf(stopped);
      started = List.copyOf(started);
    }
  }

  public record Pair<T>(T before, T after) {}

  /// A pod of a workload.
  ///
  /// @param ordinal which of the workload's pods it is, oldest first, from 0
  public record Placed(int ordinal, String release, String node) {}

  /// @param used by its pods, before and after
  public record NodeChange(
      Resources allocatable, int maxPods, Pair<Resources> used, Pair<Integer> pods) {}

  /// Whether nothing would change.
  public boolean isNothing() {
    return refusals.isEmpty() && workloads.isEmpty() && objects.isEmpty();
  }

  /// Pods that would find no room.
  public boolean hasUnschedulable() {
    return workloads.values().stream().anyMatch(it -> !it.unschedulable().isEmpty());
  }
}
