package dev.reeve.core.scheduling;

import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/// Chooses a node for a pod: of those that fit, the one with the fewest pods of the same workload,
/// then the one with the most left of what it has less of, then the first by name.
public final class Placement {
  private static final long FULL_SHARE = 1_000_000;

  private Placement() {}

  /// A node as it stands.
  ///
  /// @param requested by the pods on it, together
  /// @param pods how many it holds
  /// @param takenPorts ports of the node that its pods hold
  /// @param siblings pods of the same workload on it
  public record Candidate(
      String name,
      NodeInfo info,
      Resources requested,
      int pods,
      SortedSet<HostPort> takenPorts,
      int siblings) {}

  /// Where it goes, or why nowhere.
  public sealed interface Choice {
    record Node(String name) implements Choice {}

    /// In the words of Kubernetes' scheduler: `0/3 nodes are available: 2 Insufficient cpu, …`.
    record Nowhere(String why) implements Choice {}
  }

  public static Choice choose(PodTemplate template, List<Candidate> nodes) {
    Candidate best = null;
    long bestScore = Long.MIN_VALUE;
    var misfits = new EnumMap<Misfit, Integer>(Misfit.class);
    for (Candidate node : nodes) {
      Misfit misfit = misfit(template, node);
      if (misfit != Misfit.NONE) {
        misfits.merge(misfit, 1, Integer::sum);
        continue;
      }
      long score = freeShare(template, node) - node.siblings() * 2L * FULL_SHARE;
      if (score > bestScore) {
        best = node;
        bestScore = score;
      }
    }
    return best != null
        ? new Choice.Node(best.name())
        : new Choice.Nowhere(why(nodes.size(), misfits));
  }

  private enum Misfit {
    NONE(""),
    LABELS("didn't match Pod's node affinity/selector"),
    PODS("Too many pods"),
    PORTS("didn't have free ports for the requested pod ports"),
    CPU("Insufficient cpu"),
    MEMORY("Insufficient memory");

    private final String words;

    Misfit(String words) {
      this.words = words;
    }
  }

  private static Misfit misfit(PodTemplate template, Candidate node) {
    var info = node.info();
    for (Map.Entry<String, String> wanted : template.nodeSelector().entrySet()) {
      if (!wanted.getValue().equals(info.labels().get(wanted.getKey()))) {
        return Misfit.LABELS;
      }
    }
    if (node.pods() >= info.maxPods()) {
      return Misfit.PODS;
    }
    for (HostPort port : template.hostPorts()) {
      if (node.takenPorts().contains(port)) {
        return Misfit.PORTS;
      }
    }
    var free = info.allocatable().minus(node.requested());
    // A pod that asks for nothing fits even where more is promised than there is.
    if (template.requests().cpuMillis() > 0 && template.requests().cpuMillis() > free.cpuMillis()) {
      return Misfit.CPU;
    }
    if (template.requests().memoryBytes() > 0
        && template.requests().memoryBytes() > free.memoryBytes()) {
      return Misfit.MEMORY;
    }
    return Misfit.NONE;
  }

  /// What is left of the scarcer of CPU, memory and places for pods, in millionths of the node.
  private static long freeShare(PodTemplate template, Candidate node) {
    var info = node.info();
    var free = info.allocatable().minus(node.requested()).minus(template.requests());
    long cpu = share(free.cpuMillis(), info.allocatable().cpuMillis());
    long memory =
        share(free.memoryBytes() >> 20, Math.max(1, info.allocatable().memoryBytes() >> 20));
    long places = share(info.maxPods() - node.pods() - 1L, info.maxPods());
    return Math.min(places, Math.min(cpu, memory));
  }

  private static long share(long part, long whole) {
    return whole <= 0 ? 0 : Math.max(0, part) * FULL_SHARE / whole;
  }

  private static String why(int nodes, Map<Misfit, Integer> misfits) {
    var why = new StringBuilder("0/" + nodes + " nodes are available");
    String separator = ": ";
    for (Map.Entry<Misfit, Integer> misfit : misfits.entrySet()) {
      why.append(separator).append(misfit.getValue()).append(' ').append(misfit.getKey().words);
      separator = ", ";
    }
    return why.toString();
  }
}
