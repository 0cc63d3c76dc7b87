package dev.reeve.bench.place;

import static java.util.Objects.requireNonNull;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Heap;
import dev.reeve.bench.Result;
import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.simulation.placement.PodFacts;
import dev.reeve.simulation.placement.Replay;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/// How many pods are placed in a second of one core, and on how few nodes.
///
/// *whole*: one commit brings all of them, as Deployments of up to a hundred equal pods. *online*:
/// each pod is a commit of its own, in the order in which they come, and nothing is known of those
/// that follow: as the peers' figures were measured.
public final class PlaceBenchmark implements Benchmark {
  private static final int REPLICAS = 100;
  private static final List<int[]> SIZES =
      List.of(new int[] {1_000, 10_000}, new int[] {5_000, 50_000}, new int[] {10_000, 100_000});

  private static final List<String> NOTES =
      List.of(
          "Each placement was checked, in its order, by rules that share no code with the scheduler.",
          "Peers on the same workloads (placements/s, whole machine): kube-scheduler 1.26 261-347"
              + " (W1, W2 1,000 x 10,000), Nomad 1.1 1,028 (W2, a job for each pod) and 3,094 (W1,"
              + " one job), 912 (W2 5,000 x 100,000, 24 jobs).",
          "compaction: of the nodes in a random order, how many of the first suffice for all pods;"
              + " the ninth decile of eleven orders. Best fit and least allocated take pods as they"
              + " come.");

  private enum Way {
    WHOLE,
    ONLINE
  }

  /// @param seconds of CPU in the core
  /// @param why one of them was not placed; empty where all were
  record Outcome(
      double seconds, long placed, String why, long nodes, double cores, double heapMib) {}

  @Override
  public String name() {
    return "place";
  }

  @Override
  public String work() {
    return "pods placed by the whole core, strategy Pack; heap is the state and all that it came from";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress) {
    var figures = new ArrayList<Figure>();
    for (int[] size : SIZES) {
      int nodes = settings.of(size[0]);
      int pods = settings.of(size[1]);
      for (Work work :
          List.of(
              Work.homogeneous(nodes, pods),
              Work.heterogeneous(nodes, pods),
              Work.unlike(nodes, pods))) {
        for (Way way : Way.values()) {
          measure(work, way, settings.runs(), progress, figures);
        }
      }
    }
    Compaction.measure(settings, progress, figures);
    return new Result(name(), work(), figures, NOTES);
  }

  private static void measure(
      Work work, Way way, int runs, Consumer<String> progress, List<Figure> figures) {
    var rates = new ArrayList<Double>();
    var heaps = new ArrayList<Double>();
    var nodes = new ArrayList<Double>();
    var cores = new ArrayList<Double>();
    // The first is not measured: a control plane that just started is not what is asked about.
    for (int i = -1; i < runs; i++) {
      var outcome = way == Way.WHOLE ? whole(work) : online(work);
      if (outcome.placed() != work.pods().size()) {
        throw new IllegalStateException(
            outcome.placed() + " of " + work.pods().size() + " pods were placed; " + outcome.why());
      }
      if (i < 0) {
        continue;
      }
      rates.add(outcome.placed() / outcome.seconds());
      heaps.add(outcome.heapMib());
      nodes.add((double) outcome.nodes());
      cores.add(outcome.cores());
    }
    var title =
        "%s %,d x %,d %s"
            .formatted(
                work.name(),
                work.nodes().size(),
                work.pods().size(),
                way == Way.WHOLE ? "whole" : "online");
    progress.accept(title);
    boolean isOwn = work.name().equals("W3");
    // A pod that comes alone is a commit of its own, with all that belongs to one.
    var rate = Figure.of(title + ": placed", "/CPU s", rates);
    figures.add(way == Way.ONLINE ? rate : rate.atLeast(isOwn ? 20_000 : 100_000));
    figures.add(Figure.of(title + ": heap", "MiB", heaps));
    if (work.name().equals("W1")) {
      double bound = Math.ceil(work.cores() / 32);
      figures.add(
          Figure.of(title + ": nodes used", "", nodes)
              .beside("lower bound", bound)
              .atMost(bound * 1.05));
    } else {
      var figure =
          Figure.of(title + ": cores of used nodes", "", cores).beside("lower bound", work.cores());
      figures.add(isOwn ? figure : figure.atMost(work.cores() * 1.05));
    }
  }

  static Outcome whole(Work work) {
    long before = Heap.live();
    var core = new PlacingCore(work, Scheduling.PACK);
    var equal = new LinkedHashMap<PodTemplate, Integer>();
    work.pods().forEach(pod -> equal.merge(pod, 1, Integer::sum));
    var objects = PagedMap.<ObjectKey, DesiredObject>empty().edit();
    equal.forEach((template, count) -> {
      for (int i = 0; i * REPLICAS < count; i++) {
        var object =
            PlacingCore.deployment(
                template.hash() + "-" + i, Math.min(REPLICAS, count - i * REPLICAS), template);
        objects.put(object.key(), object);
      }
    });
    core.push(core.state(objects.publish()));
    return outcome(work, core, before);
  }

  private static Outcome online(Work work) {
    long before = Heap.live();
    var core = new PlacingCore(work, Scheduling.PACK);
    for (int i = 0; i < work.pods().size(); i++) {
      var object = PlacingCore.pod("pod-%06d".formatted(i), work.pods().get(i));
      core.push(core.state(core.state().objects().with(object.key(), object)));
    }
    return outcome(work, core, before);
  }

  /// Every rule held when each pod was placed.
  private static void check(Work work, List<Pod> pods) {
    var replay = new Replay(work.facts());
    for (Pod pod : pods) {
      var facts = new PodFacts(pod.workload(), pod.release().hash(), pod.release().template());
      var refusals = replay.place(facts, pod.node());
      if (!refusals.isEmpty()) {
        throw new IllegalStateException(
            pod.name() + " must not be on " + pod.node() + ": " + refusals);
      }
    }
  }

  private static Outcome outcome(Work work, PlacingCore core, long heapBefore) {
    double heap = (Heap.live() - heapBefore) / (double) (1 << 20);
    var used = new TreeSet<String>();
    var pods = new ArrayList<Pod>();
    for (WorkloadState workload : core.root().workloads().values()) {
      workload.pods().values().forEach(pods::add);
    }
    pods.sort(Comparator.comparingLong(Pod::id));
    pods.forEach(pod -> used.add(pod.node()));
    check(work, pods);
    long placed = pods.size();
    double cores =
        used.stream()
                .mapToLong(it -> requireNonNull(work.nodes().get(it)).allocatable().cpuMillis())
                .sum()
            / 1_000.0;
    var why = new ArrayList<String>();
    core.root().unplaced().forEach((key, reason) -> why.add(key + ": " + reason));
    core.root().quarantined().forEach((key, reason) -> why.add(key + ": " + reason));
    return new Outcome(
        core.cpuSeconds(), placed, why.isEmpty() ? "" : why.getFirst(), used.size(), cores, heap);
  }
}
