package dev.reeve.server.web.kubernetes;

import dev.reeve.core.model.ObjectKey;
import java.util.Optional;

/// Where a list of what workloads own goes on: behind one of a workload's.
record WorkloadPosition(ObjectKey workload, String within) {

  static Optional<WorkloadPosition> parse(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = text.split("\\|", -1);
    if (parts.length != 4) {
      throw Refusal.badRequest("continue key is not valid");
    }
    return Optional.of(new WorkloadPosition(new ObjectKey(parts[1], parts[0], parts[2]), parts[3]));
  }

  long number() {
    try {
      return Long.parseLong(within);
    } catch (NumberFormatException e) {
      throw Refusal.badRequest("continue key is not valid");
    }
  }

  @Override
  public String toString() {
    return String.join("|", workload.namespace(), workload.kind(), workload.name(), within);
  }
}
