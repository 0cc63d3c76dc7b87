package dev.reeve.core.scheduling;

/// Why a node does not take a pod, in the words of Kubernetes' scheduler, in the order in which it
/// asks.
enum Misfit {
  NONE(""),
  UNSCHEDULABLE("node(s) were unschedulable"),
  NAME("node(s) didn't match the requested node name"),
  TAINT("node(s) had untolerated taint"),
  AFFINITY("node(s) didn't match Pod's node affinity/selector"),
  PORTS("node(s) didn't have free ports for the requested pod ports"),
  PODS("Too many pods"),
  CPU("Insufficient cpu"),
  MEMORY("Insufficient memory"),
  STORAGE("Insufficient ephemeral-storage"),
  EXTENDED("Insufficient"),
  SPREAD_LABEL("node(s) didn't match pod topology spread constraints (missing required label)"),
  SPREAD("node(s) didn't match pod topology spread constraints"),
  NEAR("node(s) didn't match pod affinity rules"),
  APART("node(s) didn't match pod anti-affinity rules"),
  KEPT_AWAY("node(s) didn't satisfy existing pods anti-affinity rules");

  private final String words;

  Misfit(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
