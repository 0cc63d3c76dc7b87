package dev.reeve.core.model;

import dev.reeve.core.paged.PagedMap;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the repository says should run at one commit.
///
/// @param commit full object id, lower-case hexadecimal
/// @param subject first line of the commit's message
/// @param author `Name <mail>`
/// @param objects by key
/// @param workloads how many of them have pods
/// @param nodes what Node manifests say, by name
/// @param budgets PodDisruptionBudgets
/// @param storage claims and volumes
/// @param images what is followed, by the key of its ImagePolicy
/// @param autoscalers by the workload that each of them scales
/// @param warnings what was accepted without being acted on, one line each
public record DesiredState(
    String commit,
    String subject,
    String author,
    ClusterSettings settings,
    PagedMap<ObjectKey, DesiredObject> objects,
    int workloads,
    PagedMap<String, NodeSettings> nodes,
    List<Budget> budgets,
    Storage storage,
    SortedMap<ObjectKey, ImagePolicy> images,
    PagedMap<ObjectKey, Autoscaler> autoscalers,
    List<String> warnings) {
  public DesiredState {
    images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
    budgets = List.copyOf(budgets);
    warnings = List.copyOf(warnings);
  }

  /// One that says nothing of nodes, budgets, storage, images and autoscalers.
  public DesiredState(
      String commit,
      String subject,
      String author,
      ClusterSettings settings,
      SortedMap<ObjectKey, DesiredObject> objects,
      List<String> warnings) {
    this(
        commit,
        subject,
        author,
        settings,
        PagedMap.copyOf(objects),
        (int) objects.values().stream().filter(it -> it.workload().isPresent()).count(),
        PagedMap.empty(),
        List.of(),
        Storage.NONE,
        new TreeMap<>(),
        PagedMap.empty(),
        warnings);
  }
}
