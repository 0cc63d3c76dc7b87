package dev.reeve.core.rollouts;

import java.util.List;

/// A workload's pods as a strategy sees them.
///
/// @param replicas how many pods are wanted
/// @param split how many of these are the target's, and how many the stable release's
/// @param promoted the target is recorded as stable, so that the last old pods may go
/// @param held no pod of the target may be started: the rollout is paused, or its release failed
/// @param stable pods of the stable release, where it is to keep some; empty where the target is
///   the stable release, or takes its place as a whole
/// @param old all others
/// @param leaving pods of the target and of the stable release that would stay, were their nodes
///   not being drained; they are in none of the other lists
public record RolloutView(
    int replicas,
    Split split,
    boolean promoted,
    boolean held,
    List<PodView> target,
    List<PodView> stable,
    List<PodView> old,
    Leaving leaving) {
  public RolloutView {
    target = List.copyOf(target);
    stable = List.copyOf(stable);
    old = List.copyOf(old);
  }

  int size() {
    return target.size() + stable.size() + old.size() + leaving.size();
  }

  /// Each goes once its own release has enough others.
  public record Leaving(List<PodView> target, List<PodView> stable) {
    public static final Leaving NONE = new Leaving(List.of(), List.of());

    public Leaving {
      target = List.copyOf(target);
      stable = List.copyOf(stable);
    }

    public boolean contains(long id) {
      return target.stream().anyMatch(it -> it.id() == id)
          || stable.stream().anyMatch(it -> it.id() == id);
    }

    public int size() {
      return target.size() + stable.size();
    }

    int active() {
      return RolloutView.active(target) + RolloutView.active(stable);
    }

    int available() {
      return count(target, Standing.AVAILABLE) + count(stable, Standing.AVAILABLE);
    }
  }

  /// @param standing what may be expected of it
  public record PodView(long id, Standing standing) {
    public boolean is(Standing wanted) {
      return standing == wanted;
    }
  }

  /// From the pod that serves to the one that is on its way out.
  public enum Standing {
    /// Ready for at least minReadySeconds.
    AVAILABLE,
    /// Not yet, or not any more.
    UNAVAILABLE,
    /// Its node is not heard. It counts, since it may run; it is not chosen to stop, since it
    /// cannot be told: when the node is back it is looked at anew, and when the node is lost it is
    /// gone.
    UNREACHABLE,
    /// Ordered to stop, and not known to be gone.
    STOPPING
  }

  public static int count(List<PodView> pods, Standing standing) {
    int count = 0;
    for (PodView pod : pods) {
      if (pod.is(standing)) {
        count++;
      }
    }
    return count;
  }

  /// Those not ordered to stop.
  public static int active(List<PodView> pods) {
    return pods.size() - count(pods, Standing.STOPPING);
  }
}
