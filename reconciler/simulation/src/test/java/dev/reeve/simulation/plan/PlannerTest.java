package dev.reeve.simulation.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Core;
import dev.reeve.core.Event;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.simulation.obliging.ObligingWorld;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlannerTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int NODES = 6;

  private final TreeMap<ObjectKey, Workload> wanted = new TreeMap<>();
  private final SplittableRandom random = new SplittableRandom(7);
  private ClusterSettings.Scheduling scheduling = ClusterSettings.Scheduling.SPREAD;
  private ObligingWorld world = new ObligingWorld(new Core("local", START), START);
  private int commits;

  private void start() {
    world = new ObligingWorld(new Core("local", START), START);
    world.step(
        new Event.Started(
            settings(),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    for (int i = 0; i < NODES; i++) {
      var labels = new TreeMap<String, String>();
      labels.put("kubernetes.io/hostname", "n" + i);
      labels.put(NodeInfo.ZONE, "z" + i % 3);
      world.join(
          "n" + i,
          "id-n" + i,
          new NodeInfo(new Resources(4_000, 8L << 30), 30, labels, "", new TreeMap<>()),
          List.of());
    }
  }

  private ClusterSettings settings() {
    var defaults = ClusterSettings.defaults("local");
    return new ClusterSettings(
        "local", 100, defaults.toleration(), ClusterSettings.Rollback.OFF, scheduling);
  }

  private DesiredState commit() {
    commits++;
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    wanted.forEach((key, workload) ->
        objects.put(
            key,
            new DesiredObject(
                key,
                workload.toString(),
                DesiredObject.Prune.WITH_ITS_TEXT,
                Optional.of(workload))));
    return new DesiredState(
        "c" + commits, "change", "A <a@example.com>", settings(), objects, List.of());
  }

  private void push(DesiredState state) {
    world.step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
    world.settle(Duration.ofDays(1));
  }

  private Workload workload(String name, int replicas, int millis, String release) {
    var labels = new TreeMap<String, String>();
    labels.put("app", name);
    var template =
        new PodTemplate(
            release,
            new Resources(millis, (long) millis << 20),
            Constraints.ofLabels(labels),
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8(
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"" + release + "\"}]}}"));
    return new Workload(
        new ObjectKey("Deployment", "default", name),
        replicas,
        new Strategy.RollingUpdate(Bound.percent(25), Bound.percent(25)),
        Duration.ZERO,
        Duration.ofMinutes(10),
        false,
        Workload.OnFailure.ROLLBACK,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        new Release(release, "c" + (commits + 1), template, List.of()));
  }

  private void want(Workload workload) {
    wanted.put(workload.key(), workload);
  }

  /// The cluster as a control plane that starts anew would be told of it.
  private Situation situation() {
    var root = world.root();
    var workloads = new TreeMap<ObjectKey, RecordFile.WorkloadFile>();
    var releases = new ArrayList<Release>();
    for (WorkloadState workload : root.workloads().values()) {
      workload.file().ifPresent(file -> workloads.put(file.key(), file));
      workload.stable().ifPresent(releases::add);
      workload.current().ifPresent(releases::add);
      workload.pods().stream().map(Pod::release).forEach(releases::add);
    }
    var files = new TreeMap<String, RecordFile.NodeFile>();
    var nodes = new TreeMap<String, Situation.Node>();
    root.nodes()
        .forEach((name, node) -> {
          files.put(name, node.file());
          nodes.put(
              name,
              new Situation.Node(node.identity(), node.info().orElseThrow(), world.podsOn(name)));
        });
    var cluster =
        new RecordFile.Cluster(
            "local",
            root.epoch(),
            root.accepted().map(DesiredState::commit).orElse(""),
            "success",
            "",
            workloads.size());
    return new Situation(
        "local",
        new Event.Started(
            settings(),
            new RecordTree(
                Optional.of(cluster),
                workloads,
                new TreeMap<>(),
                files,
                new TreeMap<>(),
                new TreeMap<>()),
            root.accepted(),
            releases,
            List.of(),
            Optional.empty()),
        nodes,
        world.now(),
        Situation.Source.LIVE);
  }

  /// What runs: workload, ordinal, release, node.
  private static SortedSet<String> running(Root root) {
    var lines = new TreeSet<String>();
    for (WorkloadState workload : root.workloads().values()) {
      int ordinal = 0;
      for (Pod pod : workload.pods().values()) {
        lines.add(
            workload.key() + " " + ordinal + " " + pod.release().hash() + " on " + pod.node());
        ordinal++;
      }
    }
    return lines;
  }

  private static SortedSet<String> after(SortedSet<String> before, Plan plan) {
    var lines = new TreeSet<>(before);
    plan.workloads()
        .forEach((key, change) -> {
          // Ordinals are counted anew once some are gone, so the whole workload is told again.
          lines.removeIf(line -> line.startsWith(key + " "));
          int ordinal = 0;
          for (String kept : before) {
            boolean isGone =
                change.stopped().stream().anyMatch(it -> kept.equals(key + " " + told(it)));
            if (kept.startsWith(key + " ") && !isGone) {
              lines.add(
                  key
                      + " "
                      + ordinal
                      + kept.substring(kept.indexOf(' ', key.toString().length() + 1)));
              ordinal++;
            }
          }
          change.started().forEach(it -> lines.add(key + " " + told(it)));
        });
    return lines;
  }

  private static String told(Plan.Placed placed) {
    return placed.ordinal() + " " + placed.release() + " on " + placed.node();
  }

  @ParameterizedTest
  @EnumSource(ClusterSettings.Scheduling.class)
  void whatHappensIsWhatWasPlanned(ClusterSettings.Scheduling strategy) {
    scheduling = strategy;
    start();
    int started = 0;
    int unschedulable = 0;
    for (int i = 0; i < 500; i++) {
      var name = "w" + random.nextInt(8);
      var key = new ObjectKey("Deployment", "default", name);
      switch (random.nextInt(6)) {
        case 0 -> wanted.remove(key);
        case 1, 2 ->
            Optional.ofNullable(wanted.get(key))
                .ifPresent(it -> want(it.withReplicas(random.nextInt(8))));
        default ->
            want(workload(name, 1 + random.nextInt(6), 100 * (1 + random.nextInt(14)), "r" + i));
      }
      var next = commit();
      var before = running(world.root());

      var plan = Planner.plan(situation(), next);
      push(next);

      var happened = running(world.root());
      var planned = after(before, plan);
      var differs = new TreeSet<>(happened);
      differs.addAll(planned);
      differs.removeIf(line -> happened.contains(line) && planned.contains(line));
      assertThat(differs)
          .as("change %d: planned %s, happened %s, %s", i, planned, happened, plan)
          .isEmpty();
      plan.workloads()
          .forEach((changed, change) ->
              assertThat(change.unschedulable())
                  .isEqualTo(world.root().unplaced().get(changed).orElse("")));
      started += plan.workloads().values().stream().mapToInt(it -> it.started().size()).sum();
      unschedulable += plan.hasUnschedulable() ? 1 : 0;
    }
    // Otherwise this would have shown nothing.
    assertThat(started).isGreaterThan(500);
    assertThat(unschedulable).isBetween(5, 400);
  }

  @Test
  void aPlanSaysWhatChangesAndWhy() {
    start();
    want(workload("web", 3, 500, "web:1"));
    want(workload("old", 1, 100, "old:1"));
    push(commit());
    want(workload("web", 3, 500, "web:2"));
    want(workload("big", 2, 9_000, "big:1"));
    wanted.remove(new ObjectKey("Deployment", "default", "old"));

    var plan = Planner.plan(situation(), commit());

    var changes = new ArrayList<>(plan.workloads().values());
    assertThat(changes)
        .extracting(it -> it.key().name() + " " + it.action())
        .containsExactly("big CREATE", "old DELETE", "web REPLACE");
    assertThat(changes.get(0).unschedulable())
        .isEqualTo("0/6 nodes are available: 6 Insufficient cpu");
    assertThat(changes.get(1).stopped()).hasSize(1);
    assertThat(changes.get(2).why()).containsExactly("spec.containers[app].image: web:1 -> web:2");
    assertThat(changes.get(2).started()).hasSize(3);
    assertThat(plan.order()).contains("default/old: pruned");
  }

  @Test
  void aPlanThatChangesNothingSaysSo() {
    start();
    want(workload("web", 3, 500, "web:1"));
    push(commit());

    assertThat(Planner.plan(situation(), commit()).isNothing()).isTrue();
  }
}
