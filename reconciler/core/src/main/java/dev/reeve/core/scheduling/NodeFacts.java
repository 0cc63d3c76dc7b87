package dev.reeve.core.scheduling;

import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Taint;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;

/// A node as placement sees it.
///
/// @param allocatable what its pods may ask of it together; storage that is not known is not
///   limited
/// @param isReady it is heard and may be given pods
/// @param images it has, by name, each with its bytes
public record NodeFacts(
    String name,
    Resources allocatable,
    int maxPods,
    SortedMap<String, String> labels,
    List<Taint> taints,
    boolean isReady,
    boolean isUnschedulable,
    SortedMap<String, Long> images) {

  /// One of which it is not known what images it has.
  public NodeFacts(
      String name,
      Resources allocatable,
      int maxPods,
      SortedMap<String, String> labels,
      List<Taint> taints,
      boolean isReady,
      boolean isUnschedulable) {
    this(
        name,
        allocatable,
        maxPods,
        labels,
        taints,
        isReady,
        isUnschedulable,
        Collections.emptySortedMap());
  }

  public boolean matches(NodeTerm term) {
    return NodeFilter.matches(term, this);
  }
}
