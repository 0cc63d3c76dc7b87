package dev.reeve.core.rollouts;

import dev.reeve.core.rollouts.RolloutView.Seat;
import java.util.List;

/// What a strategy wants done now.
///
/// @param start how many pods of the target to start
/// @param startStable how many pods of the stable release to start, before those
/// @param seats where pods have seats: those that are to get one
/// @param stop pods to stop, in this order
public record RolloutPlan(int start, int startStable, List<Seat> seats, List<Long> stop) {
  public RolloutPlan {
    seats = List.copyOf(seats);
    stop = List.copyOf(stop);
  }

  /// One for pods that are alike.
  public RolloutPlan(int start, int startStable, List<Long> stop) {
    this(start, startStable, List.of(), stop);
  }

  /// One for pods that have seats.
  public static RolloutPlan ofSeats(List<Seat> seats, List<Long> stop) {
    return new RolloutPlan(0, 0, seats, stop);
  }
}
