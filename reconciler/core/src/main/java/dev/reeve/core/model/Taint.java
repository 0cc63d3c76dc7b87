package dev.reeve.core.model;

/// What keeps pods off a node unless they tolerate it.
public record Taint(String key, String value, Effect effect) {
  /// Of a node that is not heard.
  public static final String UNREACHABLE = "node.kubernetes.io/unreachable";

  /// What a cordon is to a pod: one that tolerates it may go to a cordoned node.
  public static final Taint CORDON =
      new Taint("node.kubernetes.io/unschedulable", "", Effect.NO_SCHEDULE);

  public enum Effect {
    NO_SCHEDULE,
    PREFER_NO_SCHEDULE,
    /// Pods that are there leave.
    NO_EXECUTE
  }

  /// As Kubernetes prints it in the reason of a pod that no node takes: `{key: value}`.
  public String told() {
    return "{" + key + ": " + value + "}";
  }
}
