package dev.reeve.bench.scale;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is wanted: Deployments of so many replicas each, and the nodes for them.
final class Plan {
  private static final long MIB = 1L << 20;

  private final ClusterSettings settings;
  private final int replicas;

  Plan(int replicas, Scheduling scheduling) {
    this.replicas = replicas;
    var defaults = ClusterSettings.defaults(Town.CLUSTER);
    settings =
        new ClusterSettings(
            Town.CLUSTER,
            defaults.prunePercent(),
            defaults.toleration(),
            defaults.rollback(),
            scheduling);
  }

  ClusterSettings settings() {
    return settings;
  }

  static SortedMap<String, NodeInfo> nodes(int count) {
    var infos = new TreeMap<String, NodeInfo>();
    for (int i = 0; i < count; i++) {
      var name = "node-%05d".formatted(i);
      var labels = new TreeMap<String, String>();
      labels.put("kubernetes.io/hostname", name);
      labels.put(NodeInfo.ZONE, "z" + i % 3);
      infos.put(
          name,
          new NodeInfo(
              new Resources(36_000, 72_000 * MIB), 400, labels, "10.200.0.1", new TreeMap<>()));
    }
    return infos;
  }

  DesiredState state(int commit, int workloads) {
    var objects = PagedMap.<ObjectKey, DesiredObject>empty().edit();
    for (int i = 0; i < workloads; i++) {
      var object = deployment(i, commit);
      objects.put(object.key(), object);
    }
    return state(commit, objects.publish());
  }

  DesiredState state(int commit, PagedMap<ObjectKey, DesiredObject> objects) {
    return new DesiredState(
        commitId(commit),
        "change " + commit,
        "A <a@example.com>",
        settings,
        objects,
        objects.size(),
        PagedMap.empty(),
        List.of(),
        Storage.NONE,
        new TreeMap<>(),
        PagedMap.empty(),
        List.of());
  }

  static String commitId(int commit) {
    return "%040x".formatted(commit);
  }

  DesiredObject deployment(int number, int commit) {
    var name = "app-%05d".formatted(number);
    var key = new ObjectKey("Deployment", "default", name);
    var labels = new TreeMap<String, String>();
    labels.put("app", name);
    var hash = Hash.name(number * 31L + commit * 1_000_003L + 17, 10);
    var json =
        """
        {"metadata":{"labels":{"app":"%s"}},"spec":{"containers":[{"env":[{"name":"RELEASE","value":"%d"}],\
        "image":"registry.example/team/app:1.0.0","name":"app","ports":[{"containerPort":8080}],\
        "resources":{"requests":{"cpu":"100m","memory":"128Mi"}}}],"restartPolicy":"Always"}}\
        """
            .formatted(name, commit);
    var template =
        new PodTemplate(
            hash,
            new Resources(100, 128 * MIB),
            Constraints.ofLabels(labels),
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8(json));
    var workload =
        new Workload(
            key,
            replicas,
            new Workload.Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)),
            Duration.ZERO,
            Duration.ofMinutes(10),
            false,
            Workload.OnFailure.ROLLBACK,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new Release(hash, commitId(commit), template, List.of()));
    return new DesiredObject(key, hash, DesiredObject.Prune.WITH_ITS_TEXT, Optional.of(workload));
  }
}
