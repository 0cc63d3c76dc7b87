package dev.reeve.bench.place;

import static java.util.Objects.requireNonNull;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Nodes, and the pods that come to them in their order. Equal pods share one template.
///
/// @param settings of nodes that have any
record Work(
    String name,
    SortedMap<String, NodeInfo> nodes,
    SortedMap<String, NodeSettings> settings,
    List<PodTemplate> pods) {
  private static final long MIB = 1L << 20;
  private static final int MAX_PODS = 4_000;
  private static final String GPU = "nvidia.com/gpu";

  /// All pods and all nodes alike.
  static Work homogeneous(int nodes, int pods) {
    var infos = new TreeMap<String, NodeInfo>();
    for (int i = 0; i < nodes; i++) {
      infos.put(nodeName(i), node(i, 32_000, 131_072));
    }
    var template = template("w1", 250, 512 * MIB, Constraints.ofLabels(labels("w1")));
    return new Work(
        "W1", infos, new TreeMap<>(), new ArrayList<>(Collections.nCopies(pods, template)));
  }

  /// Three sizes of nodes in three zones, six sizes of pods, of which a tenth is bound to a zone.
  static Work heterogeneous(int nodes, int pods) {
    var draws = new Draws();
    var templates = new HashMap<String, PodTemplate>();
    var all = new ArrayList<PodTemplate>();
    for (int i = 0; i < pods; i++) {
      int size = draws.next(100);
      int bound = draws.next(10);
      int zone = draws.next(3);
      int[] asks = asks(size);
      var selector = bound == 0 ? "z" + zone : "";
      all.add(
          templates.computeIfAbsent(
              "w2-" + asks[0] + selector,
              name -> template(name, asks[0], asks[1] * MIB, bound(name, selector))));
    }
    return new Work("W2", mixedNodes(nodes), new TreeMap<>(), all);
  }

  /// No two pods ask for the same. Of a hundred, twenty keep off the nodes of their like, twenty
  /// are spread over zones with their like, and ten tolerate the taint that every tenth node has.
  static Work unlike(int nodes, int pods) {
    var draws = new Draws();
    var all = new ArrayList<PodTemplate>();
    for (int i = 0; i < pods; i++) {
      int kind = draws.next(100);
      // Distinct by the last digits: there is no other pod with as many bytes.
      int cpu = 50 + draws.next(900);
      long memory = (64L + draws.next(2_000)) * MIB + i;
      var labels = labels("app-" + i / 20);
      all.add(template("w3-" + i, cpu, memory, rules(kind, labels)));
    }
    var settings = new TreeMap<String, NodeSettings>();
    var taint = new Taint("dedicated", "batch", Taint.Effect.NO_SCHEDULE);
    for (int i = 0; i < nodes; i += 10) {
      settings.put(nodeName(i), new NodeSettings(new TreeMap<>(), List.of(taint), false, false));
    }
    return new Work("W3", mixedNodes(nodes), settings, all);
  }

  /// A quarter of the nodes have eight GPUs; of a hundred pods thirty ask for one, two, four or
  /// eight of them, with eight cores each, and the rest for half a core to four.
  static Work withGpus(int nodes, int pods) {
    var infos = new TreeMap<String, NodeInfo>();
    for (int i = 0; i < nodes; i++) {
      infos.put(nodeName(i), i % 4 == 0 ? gpuNode(i) : node(i, 32_000, 131_072));
    }
    var draws = new Draws();
    var templates = new HashMap<String, PodTemplate>();
    var all = new ArrayList<PodTemplate>();
    for (int i = 0; i < pods; i++) {
      int kind = draws.next(100);
      int size = draws.next(4);
      long gpus = kind < 15 ? 1 : kind < 21 ? 2 : kind < 27 ? 4 : kind < 30 ? 8 : 0;
      int cpu = gpus > 0 ? (int) gpus * 8_000 : 500 << size;
      var name = "gpu-" + gpus + "-" + cpu;
      all.add(
          templates.computeIfAbsent(
              name,
              fresh ->
                  new PodTemplate(
                      name,
                      asking(cpu, gpus),
                      Constraints.ofLabels(labels(name)),
                      List.of(),
                      Optional.empty(),
                      true,
                      List.of("app"),
                      Bytes.utf8("{}"))));
    }
    return new Work("GPU", infos, new TreeMap<>(), all);
  }

  private static Resources asking(int cpu, long gpus) {
    var extended = new TreeMap<String, Long>();
    if (gpus > 0) {
      extended.put(GPU, gpus);
    }
    return new Resources(cpu, 4L * cpu * MIB, 0, extended);
  }

  private static NodeInfo gpuNode(int i) {
    var plain = node(i, 96_000, 786_432);
    var extended = new TreeMap<String, Long>();
    extended.put(GPU, 8L);
    return new NodeInfo(
        new Resources(
            plain.allocatable().cpuMillis(), plain.allocatable().memoryBytes(), 0, extended),
        MAX_PODS,
        plain.labels(),
        "",
        new TreeMap<>());
  }

  /// The same pods on some of the nodes.
  Work on(Collection<String> names) {
    var some = new TreeMap<String, NodeInfo>();
    names.forEach(name -> some.put(name, requireNonNull(nodes.get(name))));
    return new Work(name, some, settings, pods);
  }

  List<NodeFacts> facts() {
    var facts = new ArrayList<NodeFacts>();
    nodes.forEach((name, info) -> {
      var said = settings.getOrDefault(name, NodeSettings.NONE);
      facts.add(
          new NodeFacts(
              name, info.allocatable(), info.maxPods(), info.labels(), said.taints(), true, false));
    });
    return facts;
  }

  private static Constraints rules(int kind, SortedMap<String, String> labels) {
    var like =
        new PodTerm(
            Selector.ofLabels(labels),
            new TreeSet<>(List.of("default")),
            false,
            "kubernetes.io/hostname");
    var spread =
        new Spread(1, 1, true, Selector.ofLabels(labels), NodeInfo.ZONE, true, false, false);
    var toleration =
        new Toleration(
            "dedicated", true, "batch", Optional.of(Taint.Effect.NO_SCHEDULE), Optional.empty());
    return new Constraints(
        labels,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        kind < 20 ? List.of(like) : List.of(),
        List.of(),
        kind >= 40 && kind < 50 ? List.of(toleration) : List.of(),
        kind >= 20 && kind < 40 ? List.of(spread) : List.of(),
        0,
        true);
  }

  private static Constraints bound(String name, String zone) {
    var plain = Constraints.ofLabels(labels(name));
    if (zone.isEmpty()) {
      return plain;
    }
    var term = new NodeTerm(Selector.ofLabels(Map.of(NodeInfo.ZONE, zone)), Selector.EVERYTHING);
    return new Constraints(
        plain.labels(),
        Optional.empty(),
        List.of(term),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        true);
  }

  private static SortedMap<String, NodeInfo> mixedNodes(int nodes) {
    var infos = new TreeMap<String, NodeInfo>();
    for (int i = 0; i < nodes; i++) {
      int kind = i % 10;
      infos.put(
          nodeName(i),
          kind < 5
              ? node(i, 16_000, 65_536)
              : kind < 8 ? node(i, 32_000, 131_072) : node(i, 64_000, 262_144));
    }
    return infos;
  }

  private static int[] asks(int size) {
    if (size < 30) {
      return new int[] {100, 128};
    }
    if (size < 55) {
      return new int[] {250, 512};
    }
    if (size < 75) {
      return new int[] {500, 1_024};
    }
    if (size < 90) {
      return new int[] {1_000, 2_048};
    }
    return size < 98 ? new int[] {2_000, 8_192} : new int[] {4_000, 16_384};
  }

  static String nodeName(int i) {
    return "node-%05d".formatted(i);
  }

  private static NodeInfo node(int i, long cpu, long memoryMib) {
    var labels = new TreeMap<String, String>();
    labels.put("kubernetes.io/hostname", nodeName(i));
    labels.put(NodeInfo.ZONE, "z" + i % 3);
    return new NodeInfo(new Resources(cpu, memoryMib * MIB), MAX_PODS, labels, "", new TreeMap<>());
  }

  private static SortedMap<String, String> labels(String app) {
    var labels = new TreeMap<String, String>();
    labels.put("app", app);
    return labels;
  }

  private static PodTemplate template(
      String name, int cpu, long memoryBytes, Constraints constraints) {
    return new PodTemplate(
        name,
        new Resources(cpu, memoryBytes),
        constraints,
        List.of(),
        Optional.empty(),
        true,
        List.of("app"),
        Bytes.utf8("{}"));
  }

  /// Cores that all pods ask for together: no set of nodes with fewer can hold them.
  double cores() {
    return pods.stream().mapToLong(it -> it.requests().cpuMillis()).sum() / 1_000.0;
  }

  /// The generator that the workloads are defined by.
  private static final class Draws {
    private long x = 42;

    int next(int below) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      return (int) ((x >>> 33) % below);
    }
  }
}
