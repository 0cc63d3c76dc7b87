package dev.reeve.simulation.placement;

import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector.Operator;
import dev.reeve.core.model.Taint;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Many nodes in a few zones, and workloads of which each asks for something of its own.
final class LargeCluster {
  private static final String HOST = "kubernetes.io/hostname";
  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String GPU = "nvidia.com/gpu";
  private static final Taint RESERVED = new Taint("reserved", "", Taint.Effect.NO_SCHEDULE);

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<NodeFacts> nodes = new ArrayList<>();
  private final List<PodFacts> kinds = new ArrayList<>();

  LargeCluster(int nodeCount, int workloads) {
    for (int i = 0; i < nodeCount; i++) {
      nodes.add(node(i));
    }
    for (int i = 0; i < workloads; i++) {
      kinds.add(kind(i).facts());
    }
  }

  List<NodeFacts> nodes() {
    return nodes;
  }

  /// One for each workload.
  List<PodFacts> kinds() {
    return kinds;
  }

  private NodeFacts node(int number) {
    var name = "node-%05d".formatted(number);
    var labels = new TreeMap<String, String>();
    labels.put(HOST, name);
    labels.put(ZONE, "zone-" + number % 7);
    labels.put("disk", number % 3 == 0 ? "ssd" : "hdd");
    var extended = new TreeMap<String, Long>();
    if (number % 10 == 0) {
      extended.put(GPU, 4L);
    }
    return new NodeFacts(
        name,
        new Resources(8_000, 32L << 30, 0, extended),
        60,
        labels,
        number % 11 == 0 ? List.of(RESERVED) : List.of(),
        number % 501 != 0,
        number % 301 == 0);
  }

  private TestPod kind(int number) {
    var app = "app=w" + number;
    var pod =
        TestPod.pod("w" + number, app + ",tier=t" + number % 5)
            .in("team-" + number % 3)
            .requests(
                new Resources(
                    50L * (1 + random.nextInt(10)), (64L << 20) * (1 + random.nextInt(16))));
    switch (number % 10) {
      case 0 -> pod.spread(TestPod.evenly(1, ZONE, app)).spread(TestPod.evenly(1, HOST, app));
      case 1 -> pod.apart(podsWith(app, HOST, number));
      case 2 -> pod.nodeTerm(TestPod.requires("disk", Operator.IN, "ssd"));
      case 3 -> pod.near(podsWith(app, ZONE, number));
      case 4 -> pod.requests(new Resources(100, 1 << 30, 0, new TreeMap<>(Map.of(GPU, 1L))));
      case 5 -> pod.tolerates(TestPod.exists("reserved"));
      case 6 ->
          pod.nodeTerm(TestPod.requires("disk", Operator.NOT_IN, "hdd"))
              .spread(TestPod.evenly(2, ZONE, app));
      // Where the workload before it is, which keeps to one zone, and not beside each other.
      case 7 ->
          pod.near(podsWith("app=w" + (number - 4), ZONE, number - 4))
              .apart(podsWith(app, HOST, number));
      case 8 -> pod.apart(podsWith("tier=t" + (number + 1) % 5, HOST, number));
      default -> {}
    }
    return pod;
  }

  /// Pods of the workload's namespace.
  private static PodTerm podsWith(String labels, String topologyKey, int number) {
    return TestPod.podsWith(labels, topologyKey, "team-" + number % 3);
  }
}
