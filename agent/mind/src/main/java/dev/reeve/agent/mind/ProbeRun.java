package dev.reeve.agent.mind;

import dev.reeve.agent.mind.NodeEvent.Probed.Outcome;
import dev.reeve.agent.mind.PodProgram.Probe;
import java.time.Instant;

/// One probe of a running container: when it is due, and what its results add up to.
final class ProbeRun {
  private final Probe probe;
  private Instant nextAt;
  private boolean inFlight;
  private int successes;
  private int failures;
  private boolean passing;
  private boolean heard;

  ProbeRun(Probe probe, Instant startedAt) {
    this.probe = probe;
    nextAt = startedAt.plus(probe.initialDelay());
  }

  /// For a container that was running before the agent was: asked at once.
  static ProbeRun adopted(Probe probe, Instant now) {
    var run = new ProbeRun(probe, now);
    run.nextAt = now;
    return run;
  }

  Instant nextAt() {
    return nextAt;
  }

  boolean isInFlight() {
    return inFlight;
  }

  /// Whether it is to be sent off now; it then counts as under way.
  boolean takeIfDue(Instant now) {
    if (inFlight || now.isBefore(nextAt)) {
      return false;
    }
    inFlight = true;
    return true;
  }

  void answered(Outcome outcome, Instant now) {
    inFlight = false;
    nextAt = now.plus(probe.period());
    boolean first = !heard;
    heard = true;
    switch (outcome) {
      case SUCCESS -> {
        failures = 0;
        successes++;
        if (successes >= probe.successThreshold()) {
          passing = true;
        }
      }
      case FAILURE -> {
        successes = 0;
        failures++;
        if (first || failures >= probe.failureThreshold()) {
          passing = false;
        }
      }
    }
  }

  /// An answer that will not come any more is not waited for.
  void forgetFlight(Instant now) {
    inFlight = false;
    nextAt = now;
  }

  boolean wasHeard() {
    return heard;
  }

  boolean isPassing() {
    return passing;
  }

  boolean hasFailed() {
    return failures >= probe.failureThreshold();
  }

  Probe probe() {
    return probe;
  }
}
