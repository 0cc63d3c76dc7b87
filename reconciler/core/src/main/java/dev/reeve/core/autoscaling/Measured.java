package dev.reeve.core.autoscaling;

import dev.reeve.core.model.Autoscaler.Kind;
import dev.reeve.core.protocol.NodeUsage.ContainerUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a node has last measured of a pod.
///
/// @param at when that was heard
/// @param window the time over which CPU was measured
/// @param wasReady it was ready then, or before
public record Measured(
    Instant at, Duration window, List<ContainerUsage> containers, boolean wasReady) {
  public Measured {
    containers = List.copyOf(containers);
  }

  /// Of one container, or of all together; empty where that container was not measured.
  public Optional<Long> of(Kind kind, Optional<String> container) {
    long sum = 0;
    boolean isFound = false;
    for (ContainerUsage each : containers) {
      if (container.map(it -> it.equals(each.name())).orElse(true)) {
        sum += kind == Kind.CPU ? each.cpuMillis() : each.memoryBytes();
        isFound = true;
      }
    }
    return isFound ? Optional.of(sum) : Optional.empty();
  }
}
