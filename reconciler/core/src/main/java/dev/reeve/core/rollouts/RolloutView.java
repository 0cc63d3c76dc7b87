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
/// @param seats where pods are not alike: what there is to be one pod for each of, in order. Pods
///   whose seat is not among them are of no use
/// @param leaving pods that would stay, were their nodes not being drained; they are in none of the
///   other lists
public record RolloutView(
    int replicas,
    Split split,
    boolean promoted,
    boolean held,
    List<PodView> target,
    List<PodView> stable,
    List<PodView> old,
    Leaving leaving,
    List<Seat> seats) {
  public RolloutView {
    seats = List.copyOf(seats);
    target = List.copyOf(target);
    stable = List.copyOf(stable);
    old = List.copyOf(old);
  }

  /// One of pods that are alike.
  public RolloutView(
      int replicas,
      Split split,
      boolean promoted,
      boolean held,
      List<PodView> target,
      List<PodView> stable,
      List<PodView> old,
      Leaving leaving) {
    this(replicas, split, promoted, held, target, stable, old, leaving, List.of());
  }

  /// What a pod alone can hold: a number of a StatefulSet, or a node of a DaemonSet.
  ///
  /// @param ofStable the stable release's; else the target's
  public record Seat(String name, boolean ofStable) {}

  /// How many seats are the stable release's.
  public int seatsOfStable() {
    int count = 0;
    for (Seat seat : seats) {
      count += seat.ofStable() ? 1 : 0;
    }
    return count;
  }

  int size() {
    return target.size() + stable.size() + old.size() + leaving.size();
  }

  /// Each goes once its own release has enough others.
  ///
  /// @param old where pods have seats; elsewhere such pods go anyway
  public record Leaving(List<PodView> target, List<PodView> stable, List<PodView> old) {
    public static final Leaving NONE = new Leaving(List.of(), List.of());

    public Leaving {
      target = List.copyOf(target);
      stable = List.copyOf(stable);
      old = List.copyOf(old);
    }

    /// Of pods that are alike.
    public Leaving(List<PodView> target, List<PodView> stable) {
      this(target, stable, List.of());
    }

    public boolean contains(long id) {
      return contains(target, id) || contains(stable, id) || contains(old, id);
    }

    private static boolean contains(List<PodView> pods, long id) {
      return pods.stream().anyMatch(it -> it.id() == id);
    }

    public int size() {
      return target.size() + stable.size() + old.size();
    }

    int active() {
      return RolloutView.active(target) + RolloutView.active(stable) + RolloutView.active(old);
    }

    int available() {
      return count(target, Standing.AVAILABLE)
          + count(stable, Standing.AVAILABLE)
          + count(old, Standing.AVAILABLE);
    }
  }

  /// @param standing what may be expected of it
  /// @param seat that it holds; empty where pods are alike
  public record PodView(long id, Standing standing, String seat) {
    /// One that is like all others.
    public PodView(long id, Standing standing) {
      this(id, standing, "");
    }

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
