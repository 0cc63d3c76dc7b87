package dev.reeve.simulation.placement;

/// Why a node may not take a pod, in the order in which Kubernetes' scheduler asks.
public enum Refusal {
  /// It is cordoned, and the pod does not put up with that.
  UNSCHEDULABLE,
  /// The pod must go to another node, by name.
  OTHER_NODE,
  /// It is not heard. No pod puts up with that: nobody could tell the node to start it.
  SILENT,
  TAINT,
  /// It matches none of the terms of the pod's node selector and affinity.
  NODE_AFFINITY,
  PORTS,
  PODS,
  CPU,
  MEMORY,
  STORAGE,
  EXTENDED,
  /// It lacks a label that pods are to be spread by.
  NO_DOMAIN,
  SPREAD,
  /// The pods that this one must be near are not in its domains.
  NEAR,
  /// Pods that this one must be apart from are in one of its domains.
  APART,
  /// Pods that must be apart from this one are.
  KEPT_AWAY
}
