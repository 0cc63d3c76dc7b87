package dev.reeve.core.scheduling;

import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Taint;
import java.util.List;
import java.util.SortedMap;

/// A node as placement sees it.
///
/// @param allocatable what its pods may ask of it together; storage that is not known is not
///   limited
/// @param isReady it is heard and may be given pods
public record NodeFacts(
    String name,
    Resources allocatable,
    int maxPods,
    SortedMap<String, String> labels,
    List<Taint> taints,
    boolean isReady,
    boolean isUnschedulable) {

  public boolean matches(NodeTerm term) {
    return NodeFilter.matches(term, this);
  }
}
