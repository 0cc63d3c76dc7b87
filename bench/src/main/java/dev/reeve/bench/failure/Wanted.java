package dev.reeve.bench.failure;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// What is written in the repository: Deployments of one to fifty replicas, of which a disruption
/// budget lets one be missing at a time; and nodes in three zones that they fill to about 70%.
final class Wanted {
  static final String CLUSTER = "bench";
  static final int ZONES = 3;
  private static final long MIB = 1L << 20;

  /// A node has room for so many pods of the mean size, were it full.
  private static final double FULL = 20 / 0.68;

  private final ClusterSettings settings = ClusterSettings.defaults(CLUSTER);
  private final PagedMap<ObjectKey, DesiredObject> objects;
  private final List<Budget> budgets = new ArrayList<>();
  private final SortedMap<ObjectKey, Integer> replicas = new TreeMap<>();
  private final SortedMap<String, NodeInfo> nodes = new TreeMap<>();
  private int commits;

  Wanted(int nodeCount, int pods) {
    var random = new SplittableRandom(1);
    var editor = PagedMap.<ObjectKey, DesiredObject>empty().edit();
    long asked = 0;
    for (int left = pods; left > 0; ) {
      int count = Math.min(left, 1 + random.nextInt(50));
      int millis = 100 * (1 + random.nextInt(8));
      var object = deployment(replicas.size(), count, millis);
      editor.put(object.key(), object);
      replicas.put(object.key(), count);
      budgets.add(budget(object.key()));
      asked += (long) count * millis;
      left -= count;
    }
    objects = editor.publish();
    long each = Math.round(asked / (double) pods * FULL);
    for (int i = 0; i < nodeCount; i++) {
      var name = "node-%04d".formatted(i);
      var labels = new TreeMap<String, String>();
      labels.put("kubernetes.io/hostname", name);
      labels.put(NodeInfo.ZONE, "z" + i % ZONES);
      var room = new Resources(each, 64_000 * MIB);
      nodes.put(name, new NodeInfo(room, 110, labels, "10.0.0.1", new TreeMap<>()));
    }
  }

  ClusterSettings settings() {
    return settings;
  }

  SortedMap<String, NodeInfo> nodes() {
    return nodes;
  }

  SortedMap<ObjectKey, Integer> replicas() {
    return replicas;
  }

  /// A commit that drains these nodes, and no others.
  DesiredState drained(List<String> drained) {
    commits++;
    var said = new TreeMap<String, NodeSettings>();
    drained.forEach(
        name -> said.put(name, new NodeSettings(new TreeMap<>(), List.of(), true, true)));
    return new DesiredState(
        "%040x".formatted(commits),
        "change",
        "A <a@example.com>",
        settings,
        objects,
        objects.size(),
        PagedMap.copyOf(said),
        budgets,
        Storage.NONE,
        new TreeMap<>(),
        PagedMap.empty(),
        List.of());
  }

  private static SortedMap<String, String> labels(String app) {
    var labels = new TreeMap<String, String>();
    labels.put("app", app);
    return labels;
  }

  private static Budget budget(ObjectKey workload) {
    return new Budget(
        new ObjectKey("PodDisruptionBudget", workload.namespace(), workload.name()),
        Selector.ofLabels(labels(workload.name())),
        Budget.Kind.MAX_UNAVAILABLE,
        Bound.pods(1));
  }

  private static DesiredObject deployment(int number, int count, int millis) {
    var name = "app-%04d".formatted(number);
    var key = new ObjectKey("Deployment", "default", name);
    var hash = Hash.name(number * 31L + 17, 10);
    var template =
        new PodTemplate(
            hash,
            new Resources(millis, millis * MIB),
            Constraints.ofLabels(labels(name)),
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8("{}"));
    var workload =
        new Workload(
            key,
            count,
            new Workload.Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)),
            Duration.ZERO,
            Duration.ofMinutes(10),
            false,
            Workload.OnFailure.ROLLBACK,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new Release(hash, "0".repeat(40), template, List.of()));
    return new DesiredObject(key, hash, DesiredObject.Prune.WITH_ITS_TEXT, Optional.of(workload));
  }
}
