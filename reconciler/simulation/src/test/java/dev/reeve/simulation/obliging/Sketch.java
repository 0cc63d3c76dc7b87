package dev.reeve.simulation.obliging;

import dev.reeve.core.Core;
import dev.reeve.core.Event;
import dev.reeve.core.Recovery;
import dev.reeve.core.model.Autoscaler;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PersistentVolume;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A small cluster, drawn in a few words: what is written in the repository, and a push of it.
final class Sketch {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final ObligingWorld world = new ObligingWorld(new Core("local", START), START);
  final SortedMap<String, NodeSettings> nodes = new TreeMap<>();
  final List<Budget> budgets = new ArrayList<>();
  final SortedMap<ObjectKey, Claim> claims = new TreeMap<>();
  final SortedSet<ObjectKey> unpruned = new TreeSet<>();
  final SortedMap<String, PersistentVolume> volumes = new TreeMap<>();
  final SortedMap<ObjectKey, Autoscaler> autoscalers = new TreeMap<>();
  final SortedMap<ObjectKey, String> configs = new TreeMap<>();
  final SortedMap<ObjectKey, List<ObjectKey>> liveUses = new TreeMap<>();
  final SortedMap<ObjectKey, List<ObjectKey>> uses = new TreeMap<>();
  private final SortedMap<ObjectKey, Workload> wanted = new TreeMap<>();
  private final SortedMap<String, DesiredState> states = new TreeMap<>();
  private int commits;

  Sketch() {
    world.step(
        new Event.Started(
            ClusterSettings.defaults("local"),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
  }

  /// A node of so many thousandths of a core, and memory enough.
  Sketch node(String name, long millis) {
    return node(name, millis, new TreeMap<>(), new TreeMap<>());
  }

  /// @param images that it has, each with its bytes
  Sketch node(String name, long millis, SortedMap<String, Long> images) {
    return node(name, millis, new TreeMap<>(), images);
  }

  Sketch node(String name, long millis, String zone) {
    var labels = new TreeMap<String, String>();
    labels.put(NodeInfo.ZONE, zone);
    return node(name, millis, labels, new TreeMap<>());
  }

  private Sketch node(
      String name, long millis, SortedMap<String, String> labels, SortedMap<String, Long> images) {
    labels.put("kubernetes.io/hostname", name);
    world.join(
        name,
        "id-" + name,
        new NodeInfo(new Resources(millis, 64L << 30), 110, labels, "", new TreeMap<>(), images),
        List.of());
    return this;
  }

  /// A Deployment named as its label `app`.
  Sketch deployment(String name, int replicas, long millis, int priority, Toleration... tolerated) {
    var labels = new TreeMap<String, String>();
    labels.put("app", name);
    var constraints =
        new Constraints(
            labels,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(tolerated),
            List.of(),
            priority,
            true);
    var release = name + "-" + millis + "-" + priority;
    var template =
        new PodTemplate(
            release,
            new Resources(millis, 1 << 20),
            constraints,
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8("{}"));
    var key = new ObjectKey("Deployment", "default", name);
    wanted.put(
        key,
        new Workload(
            key,
            replicas,
            new Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)),
            Duration.ZERO,
            Duration.ofMinutes(10),
            false,
            Workload.OnFailure.ROLLBACK,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new Release(release, "c" + (commits + 1), template, List.of())));
    return this;
  }

  /// Any workload; its release is named as its version.
  Sketch workload(ObjectKey key, int replicas, Strategy strategy, String version) {
    return workload(key, replicas, strategy, version, Workload.OnFailure.PAUSE);
  }

  Sketch workload(
      ObjectKey key,
      int replicas,
      Strategy strategy,
      String version,
      Workload.OnFailure onFailure) {
    return workload(key, replicas, strategy, version, onFailure, List.of());
  }

  /// One whose pods all use these claims.
  Sketch claiming(ObjectKey key, int replicas, Strategy strategy, String version, String... names) {
    return workload(
        key,
        replicas,
        strategy,
        version,
        Workload.OnFailure.PAUSE,
        Stream.of(names).map(it -> new PodTemplate.ClaimUse(it, it, false)).toList());
  }

  private Sketch workload(
      ObjectKey key,
      int replicas,
      Strategy strategy,
      String version,
      Workload.OnFailure onFailure,
      List<PodTemplate.ClaimUse> uses) {
    var labels = new TreeMap<String, String>();
    labels.put("app", key.name());
    var tolerations =
        strategy instanceof Strategy.EachNode
            ? List.of(
                new Toleration(Taint.CORDON.key(), false, "", Optional.empty(), Optional.empty()))
            : List.<Toleration>of();
    var constraints =
        new Constraints(
            labels,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            tolerations,
            List.of(),
            0,
            true);
    boolean ends =
        strategy instanceof Strategy.Completing || strategy instanceof Strategy.Scheduled;
    var template =
        new PodTemplate(
            version,
            new Resources(100, 1 << 20),
            constraints,
            List.of(),
            Optional.empty(),
            !ends,
            List.of("app"),
            List.of(),
            PodTemplate.Addressing.NONE,
            uses,
            Bytes.utf8(version));
    wanted.put(
        key,
        new Workload(
            key,
            replicas,
            strategy,
            Duration.ZERO,
            Duration.ofMinutes(10),
            false,
            onFailure,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new Release(version, "c" + (commits + 1), template, List.of())));
    return this;
  }

  /// A person states that a node is off.
  Sketch fence(String node) {
    world.step(
        new Event.Commanded(
            "f" + world.now().getEpochSecond(),
            List.of(
                Command.parse(
                    Command.Verb.FENCE, "Node/" + node + "@id-" + node, "f0", "A <a@b>"))));
    return this;
  }

  Sketch without(ObjectKey key) {
    wanted.remove(key);
    claims.remove(key);
    return this;
  }

  Sketch open(String node) {
    nodes.remove(node);
    return this;
  }

  /// Another control plane takes over, with nothing but the record.
  Sketch restart() {
    var files = new TreeMap<String, Optional<RecordFile>>();
    world.record().forEach(commit -> files.putAll(commit.files()));
    Optional<RecordFile.Cluster> cluster = Optional.empty();
    var workloads = new TreeMap<ObjectKey, RecordFile.WorkloadFile>();
    var services = new TreeMap<ObjectKey, RecordFile.ServiceFile>();
    var recorded = new TreeMap<String, RecordFile.NodeFile>();
    var bound = new TreeMap<String, RecordFile.VolumeFile>();
    for (Optional<RecordFile> file : files.values()) {
      switch (file.orElse(null)) {
        case RecordFile.Cluster it -> cluster = Optional.of(it);
        case RecordFile.WorkloadFile it -> workloads.put(it.key(), it);
        case RecordFile.ServiceFile it -> services.put(it.key(), it);
        case RecordFile.NodeFile it -> recorded.put(it.name(), it);
        case RecordFile.VolumeFile it -> bound.put(it.name(), it);
        case RecordFile.ImagePolicyFile _ -> {}
        case null -> {}
      }
    }
    world.restart(
        new Core("local", world.now()),
        Recovery.started(
            "local",
            new RecordTree(cluster, workloads, services, recorded, bound, new TreeMap<>()),
            commit -> Optional.ofNullable(states.get(commit)),
            commit -> Optional.empty()));
    return this;
  }

  /// Names of a workload's pods that are not stopping, each with its release, sorted.
  List<String> pods(ObjectKey key) {
    return world.root().workloads().get(key).stream()
        .flatMap(it -> it.pods().stream())
        .filter(it -> !it.isStopping())
        .map(it -> it.name() + "@" + it.release().hash())
        .sorted()
        .toList();
  }

  WorkloadState state(ObjectKey key) {
    return world.root().workloads().get(key).orElseThrow();
  }

  Sketch pass(Duration time) {
    world.pass(time, Duration.ofMillis(500));
    return this;
  }

  Sketch drained(String node) {
    nodes.put(node, new NodeSettings(new TreeMap<>(), List.of(), true, true));
    return this;
  }

  Sketch tainted(String node, Taint taint) {
    nodes.put(node, new NodeSettings(new TreeMap<>(), List.of(taint), false, false));
    return this;
  }

  Sketch budget(String app, Budget.Kind kind, int pods) {
    budgets.add(
        new Budget(
            new ObjectKey("PodDisruptionBudget", "default", app),
            Selector.ofLabels(Map.of("app", app)),
            kind,
            Bound.pods(pods)));
    return this;
  }

  /// Pushes what is written, and lets nothing come of it but what comes at once.
  Sketch push() {
    commits++;
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    wanted.forEach((key, workload) ->
        objects.put(
            key,
            new DesiredObject(
                key,
                workload.toString(),
                prune(key),
                Optional.of(workload.with(withConfig(key, workload.release()))))));
    for (ObjectKey key : claims.keySet()) {
      objects.put(key, new DesiredObject(key, "claim", prune(key), Optional.empty()));
    }
    configs.forEach((key, content) ->
        objects.put(key, new DesiredObject(key, content, prune(key), Optional.empty())));
    var defaults = ClusterSettings.defaults("local");
    var state =
        new DesiredState(
            "c" + commits,
            "change",
            "A <a@example.com>",
            new ClusterSettings(
                "local",
                100,
                defaults.toleration(),
                ClusterSettings.Rollback.OFF,
                defaults.scheduling()),
            PagedMap.copyOf(objects),
            objects.size(),
            PagedMap.copyOf(nodes),
            budgets,
            new Storage(PagedMap.copyOf(claims), PagedMap.copyOf(volumes)),
            new TreeMap<>(),
            PagedMap.copyOf(autoscalers),
            List.of());
    states.put(state.commit(), state);
    world.step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
    return this;
  }

  private DesiredObject.Prune prune(ObjectKey key) {
    return unpruned.contains(key) ? DesiredObject.Prune.NEVER : DesiredObject.Prune.WITH_ITS_TEXT;
  }

  /// What a workload uses, at the contents that are written; its version must tell those apart that
  /// are not live.
  private Release withConfig(ObjectKey workload, Release release) {
    return new Release(
        release.hash(),
        "c" + commits,
        release.template(),
        contents(uses.getOrDefault(workload, List.of())),
        contents(liveUses.getOrDefault(workload, List.of())));
  }

  private List<ConfigUse> contents(List<ObjectKey> keys) {
    return keys.stream().map(key -> new ConfigUse(key, configs.getOrDefault(key, ""))).toList();
  }

  Sketch settle() {
    world.settle(Duration.ofHours(1));
    return this;
  }

  /// Nodes of a workload's pods that are not stopping, sorted.
  List<String> nodesOf(String name) {
    return world.root().workloads().get(new ObjectKey("Deployment", "default", name)).stream()
        .flatMap(it -> it.pods().stream())
        .filter(it -> !it.isStopping())
        .map(Pod::node)
        .sorted()
        .toList();
  }

  List<String> unplaced() {
    var lines = new ArrayList<String>();
    world.root().unplaced().forEach((key, why) -> lines.add(key.name() + ": " + why));
    return lines;
  }

  List<String> recorded() {
    return world.record().stream()
        .flatMap(it ->
            Stream.concat(Stream.of(it.reason().word() + " " + it.subject()), it.lines().stream()))
        .toList();
  }
}
