package dev.reeve.core.jobs;

import java.util.List;

/// A Job's pods as they are looked at.
///
/// @param pods oldest first
/// @param isWanted false: none may be started, for another reason than the Job's own
public record JobView(List<JobPod> pods, boolean isWanted) {
  public JobView {
    pods = List.copyOf(pods);
  }

  /// One pod.
  ///
  /// @param index which completion it is for; [#NO_INDEX] where they have no numbers
  /// @param restarts of all its containers together
  /// @param exits of its containers that have ended
  /// @param failure one word for why it failed, where it says one
  public record JobPod(
      long id,
      String uid,
      String name,
      int index,
      Standing standing,
      boolean ready,
      int restarts,
      List<Exit> exits,
      String failure) {
    public static final int NO_INDEX = -1;

    public JobPod {
      exits = List.copyOf(exits);
    }

    boolean is(Standing wanted) {
      return standing == wanted;
    }
  }

  /// A container that has ended.
  public record Exit(String container, int code) {}

  public enum Standing {
    /// It runs, or will.
    ACTIVE,
    SUCCEEDED,
    FAILED,
    /// Ordered to stop while it ran, and not known to be gone.
    STOPPING
  }

  int count(Standing standing) {
    int count = 0;
    for (JobPod pod : pods) {
      count += pod.is(standing) ? 1 : 0;
    }
    return count;
  }
}
