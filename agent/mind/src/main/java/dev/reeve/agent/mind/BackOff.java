package dev.reeve.agent.mind;

import java.time.Duration;
import java.time.Instant;

/// The kubelet's patience with what keeps failing: the first new try is immediate, the next waits
/// ten seconds, then twice as long each time up to five minutes; ten good minutes start it over.
final class BackOff {
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);

  private Duration next;

  private BackOff(Duration next) {
    this.next = next;
  }

  /// For containers: the first restart comes at once.
  static BackOff immediate() {
    return new BackOff(Duration.ZERO);
  }

  /// For pulls and sandboxes: nothing is to be hoped from trying at once.
  static BackOff waiting() {
    return new BackOff(FIRST);
  }

  /// When to try again after a failure now.
  Instant after(Instant now) {
    var at = now.plus(next);
    next = next.isZero() ? FIRST : next.multipliedBy(2);
    if (next.compareTo(LONGEST) > 0) {
      next = LONGEST;
    }
    return at;
  }

  void forgiveIfRan(Duration ran) {
    if (ran.compareTo(FORGIVEN_AFTER) >= 0) {
      next = Duration.ZERO;
    }
  }
}
