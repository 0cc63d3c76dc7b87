package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which nodes a pod may go to, and which it prefers: the rules of Kubernetes' scheduler, read from
/// a pod's spec. What needs other objects to be understood (priority classes, the labels of
/// namespaces) is resolved when a commit is read.
///
/// @param labels of the pod itself: what the rules of others match
/// @param nodeName the one node it must go to
/// @param nodes what a node must be like: one of these terms, where there are any
/// @param preferredNodes terms that a node had better match
/// @param near pods that must be in the node's domain already, or would be with this one
/// @param preferredNear pods that had better be
/// @param apart pods that must not be in the node's domain; holds both ways
/// @param preferredApart pods that had better not be
/// @param spread how evenly domains must, or should, be filled
/// @param priority higher ones are placed first
/// @param preempts whether pods of a lower priority make way for it
public record Constraints(
    SortedMap<String, String> labels,
    Optional<String> nodeName,
    List<NodeTerm> nodes,
    List<Weighted<NodeTerm>> preferredNodes,
    List<PodTerm> near,
    List<Weighted<PodTerm>> preferredNear,
    List<PodTerm> apart,
    List<Weighted<PodTerm>> preferredApart,
    List<Toleration> tolerations,
    List<Spread> spread,
    int priority,
    boolean preempts) {
  public static final Constraints NONE = ofLabels(new TreeMap<>());

  public Constraints {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    nodes = List.copyOf(nodes);
    preferredNodes = List.copyOf(preferredNodes);
    near = List.copyOf(near);
    preferredNear = List.copyOf(preferredNear);
    apart = List.copyOf(apart);
    preferredApart = List.copyOf(preferredApart);
    tolerations = List.copyOf(tolerations);
    spread = List.copyOf(spread);
  }

  /// A pod that has labels and no wishes.
  public static Constraints ofLabels(SortedMap<String, String> labels) {
    return new Constraints(
        labels,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        true);
  }

  /// @param weight 1 to 100
  public record Weighted<T>(int weight, T term) {}

  /// What a node must be like. `nodeSelector` is one of these, too.
  ///
  /// @param names the node's name must match this one's `metadata.name` (`matchFields`)
  public record NodeTerm(Selector labels, Selector names) {}

  /// Pods, and the domain they are looked for in.
  ///
  /// @param namespaces where the pods are; empty with `everywhere`
  /// @param topologyKey nodes with the same value of this label are one domain; one without it is
  ///   in none
  public record PodTerm(
      Selector pods, SortedSet<String> namespaces, boolean everywhere, String topologyKey) {
    public PodTerm {
      namespaces = Collections.unmodifiableSortedSet(new TreeSet<>(namespaces));
    }

    public boolean matches(String namespace, SortedMap<String, String> labels) {
      return (everywhere || namespaces.contains(namespace)) && pods.matches(labels);
    }
  }

  /// One topology spread constraint.
  ///
  /// @param maxSkew by how many pods a domain may be fuller than the emptiest one
  /// @param minDomains while there are fewer domains, the emptiest counts as having no pods
  /// @param required false: a preference (`ScheduleAnyway`)
  /// @param pods those counted, of the pod's own namespace
  /// @param honorsAffinity domains of nodes that the pod may not go to by its node selector and
  ///   affinity do not count
  /// @param honorsTaints nor those of nodes whose taints it does not tolerate
  /// @param ofRelease only pods of the same release count (`matchLabelKeys: [pod-template-hash]`)
  public record Spread(
      int maxSkew,
      int minDomains,
      boolean required,
      Selector pods,
      String topologyKey,
      boolean honorsAffinity,
      boolean honorsTaints,
      boolean ofRelease) {}
}
