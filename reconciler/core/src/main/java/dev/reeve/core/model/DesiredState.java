package dev.reeve.core.model;

import dev.reeve.core.paged.PagedMap;
import java.util.List;
import java.util.SortedMap;

/// What the repository says should run at one commit.
///
/// @param commit full object id, lower-case hexadecimal
/// @param subject first line of the commit's message
/// @param author `Name <mail>`
/// @param objects by key
/// @param workloads how many of them have pods
/// @param nodes what Node manifests say, by name
/// @param budgets PodDisruptionBudgets
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
    PagedMap<ObjectKey, Autoscaler> autoscalers,
    List<String> warnings) {
  public DesiredState {
    budgets = List.copyOf(budgets);
    warnings = List.copyOf(warnings);
  }

  /// One without autoscalers.
  public DesiredState(
      String commit,
      String subject,
      String author,
      ClusterSettings settings,
      PagedMap<ObjectKey, DesiredObject> objects,
      int workloads,
      PagedMap<String, NodeSettings> nodes,
      List<Budget> budgets,
      List<String> warnings) {
    this(
        commit,
        subject,
        author,
        settings,
        objects,
        workloads,
        nodes,
        budgets,
        PagedMap.empty(),
        warnings);
  }

  /// One that says nothing of nodes and budgets.
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
        warnings);
  }
}
