package dev.reeve.core;

import dev.reeve.core.model.Release;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;

/// What the pods of a release say of themselves, when they are not well.
final class Troubles {
  /// A release has failed when a container of each of its pods was restarted so often and no pod
  /// was ever ready.
  private static final int CRASHES = 3;

  private static final int MESSAGE_LENGTH = 400;

  private Troubles() {}

  static boolean everReady(WorkloadState workload, Release release) {
    for (Pod pod : workload.pods().values()) {
      if (isOf(pod, release) && pod.saysReady()) {
        return true;
      }
    }
    return false;
  }

  static boolean allCrashed(WorkloadState workload, Release release) {
    int pods = 0;
    for (Pod pod : workload.pods().values()) {
      if (pod.isStopping() || !isOf(pod, release)) {
        continue;
      }
      pods++;
      if (pod.mostRestarts() < CRASHES) {
        return false;
      }
    }
    return pods > 0;
  }

  static boolean finishedBadly(WorkloadState workload, Release release) {
    for (Pod pod : workload.pods().values()) {
      if (isOf(pod, release) && pod.phase() == PodReport.Phase.FAILED) {
        return true;
      }
    }
    return false;
  }

  /// What the first pod in trouble says; empty where none is.
  static String told(WorkloadState workload, Release release) {
    for (Pod pod : workload.pods().values()) {
      if (pod.isStopping() || !isOf(pod, release) || pod.saysReady()) {
        continue;
      }
      var said = pod.report().map(Troubles::told).orElse("");
      if (!said.isEmpty()) {
        return clip(pod.name() + " on " + pod.node() + ": " + said);
      }
    }
    return "";
  }

  private static boolean isOf(Pod pod, Release release) {
    return pod.release().hash().equals(release.hash());
  }

  private static String told(PodReport report) {
    for (ContainerReport container : report.containers()) {
      if (!container.reason().isEmpty() && !isOrdinary(container.reason())) {
        return join(container.reason(), container.message());
      }
    }
    return report.reason().isEmpty() || isOrdinary(report.reason())
        ? ""
        : join(report.reason(), report.message());
  }

  private static boolean isOrdinary(String reason) {
    return switch (reason) {
      case "ContainerCreating", "PodInitializing", "Pulling", "Completed", "ContainersNotReady" ->
          true;
      default -> false;
    };
  }

  private static String join(String reason, String message) {
    return message.isEmpty() ? reason : reason + ": " + message.replace('\n', ' ');
  }

  private static String clip(String text) {
    return text.length() <= MESSAGE_LENGTH ? text : text.substring(0, MESSAGE_LENGTH) + "…";
  }
}
