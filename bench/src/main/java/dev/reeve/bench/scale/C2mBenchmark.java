package dev.reeve.bench.scale;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Heap;
import dev.reeve.bench.Result;
import dev.reeve.core.Event;
import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Root;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Two million pods, as Nomad's C2M challenge had it: from the desired state until all are reported
/// running; and what single changes cost when so much is there.
///
/// The core is one thread, nodes and codec are another. Peak memory is that of the whole process,
/// simulated nodes and all.
public final class C2mBenchmark implements Benchmark {
  static final int REPLICAS = 100;
  private static final int NODES = 6_100;
  private static final int WORKLOADS = 20_000;
  private static final int[] SHARES = {10, 50, 100};
  private static final int CHANGES = 1_000;
  private static final int PAGES = 100;
  private static final int PAGE = 500;
  private static final Duration LINGER = Duration.ofSeconds(5);
  private static final String CHANGE_P99 = "change of one workload p99";
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Override
  public String name() {
    return "c2m";
  }

  @Override
  public String work() {
    return "2,000,000 pods on 6,100 simulated nodes through the whole core, strategy Pack; and half, and a tenth";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress) throws Exception {
    var figures = new ArrayList<Figure>();
    double leastChange = 0;
    for (int share : SHARES) {
      // Fewer could not take over the pods of one that is lost.
      int nodes = Math.max(20, settings.of(NODES) * share / 100);
      int workloads = Math.max(1, settings.of(WORKLOADS) * share / 100);
      var runs = new LinkedHashMap<String, List<Double>>();
      for (int i = 0; i < settings.runs(); i++) {
        new Run(nodes, workloads, progress)
            .figures()
            .forEach(
                (name, value) -> runs.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
      }
      var title = "%,d pods".formatted(workloads * REPLICAS);
      for (Map.Entry<String, List<Double>> entry : runs.entrySet()) {
        var words = entry.getKey().split(", ", 2);
        var figure = Figure.of(title + ": " + words[0], words[1], entry.getValue());
        figures.add(limited(figure, words[0], share == 100, leastChange));
        if (share == 10 && words[0].equals(CHANGE_P99)) {
          leastChange = figure.median();
        }
      }
    }
    return new Result(
        name(),
        work(),
        figures,
        List.of(
            "Git takes all records at once. A node tells of 50 pods a message, each first starting,",
            "then ready. The core is one thread, nodes and codec another. Peak memory: VmHWM of the",
            "process. Beside the changes: the same at a tenth of the size."));
  }

  private static Figure limited(Figure figure, String name, boolean isAll, double least) {
    return switch (name) {
      case "all running" -> isAll ? figure.beside("Nomad's C2M", 1_334).atMost(60) : figure;
      case "peak memory" -> isAll ? figure.atMost(4_096) : figure;
      case "core" -> isAll ? figure.atMost(400) : figure;
      case CHANGE_P99 ->
          least == 0
              ? figure.atMost(10)
              : figure.beside("a tenth", least).atMost(Math.min(10, 1.5 * least));
      default -> figure;
    };
  }

  /// One size, once.
  private static final class Run {
    private final Plan plan = new Plan(REPLICAS, Scheduling.PACK);
    private final int workloads;
    private final int nodes;
    private final Consumer<String> progress;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private DesiredState state;
    private int commits = 1;

    Run(int nodes, int workloads, Consumer<String> progress) {
      this.nodes = nodes;
      this.workloads = workloads;
      this.progress = progress;
      state = plan.state(commits, 0);
    }

    /// By name and unit.
    Map<String, Double> figures() throws Exception {
      Heap.live();
      Memory.forgetPeak();
      var town = new Town(Plan.nodes(nodes));
      try {
        start(town);
        fill(town);
        changeOneAfterTheOther(town);
        rollOne(town);
        loseOne(town);
        serve(town);
        measureCore(town);
      } finally {
        town.close();
      }
      return figures;
    }

    private void note(String name, String unit, double value) {
      figures.put(name + ", " + unit, value);
      progress.accept("%,d pods: %s %,.3f %s".formatted(workloads * REPLICAS, name, value, unit));
    }

    private void start(Town town) throws InterruptedException {
      town.begin(plan.settings());
      push(town, state);
      town.until(
          root -> root.open() && root.nodes().size() == nodes && root.records().isIdle(), PATIENCE);
      town.until(root -> root.nodes().stream().allMatch(NodeState::isReady), PATIENCE);
      town.settle();
    }

    private long push(Town town, DesiredState next) {
      state = next;
      return town.step(new Event.DesiredChanged(next, List.of(), List.of(), List.of()));
    }

    private void fill(Town town) throws InterruptedException {
      var full = plan.state(++commits, workloads);
      double cpu = town.cpuSeconds();
      double nodesCpu = town.fleet().cpuSeconds();
      long steps = town.steps();
      town.longestMillis();
      long from = System.nanoTime();
      push(town, full);
      town.until(C2mBenchmark::isWell, PATIENCE);
      note("all running", "s", (System.nanoTime() - from) / 1e9);
      note("peak memory", "MiB", Memory.peakMib());
      note("core's CPU", "s", town.cpuSeconds() - cpu);
      note("nodes' and codec's CPU", "s", town.fleet().cpuSeconds() - nodesCpu);
      note("steps", "", (double) (town.steps() - steps));
      note("longest step", "ms", town.longestMillis());
      town.settle();
      if (town.fleet().pods() != (long) workloads * REPLICAS) {
        throw new IllegalStateException(
            "nodes have " + town.fleet().pods() + " pods instead of " + workloads * REPLICAS);
      }
    }

    /// Each commit changes one workload; what follows from those before goes on in between.
    private void changeOneAfterTheOther(Town town) throws InterruptedException {
      var took = new double[CHANGES];
      for (int i = 0; i < CHANGES; i++) {
        var object = plan.deployment((int) ((long) i * workloads / CHANGES), ++commits);
        var next = plan.state(commits, state.objects().with(object.key(), object));
        took[i] = push(town, next) / 1e6;
        town.round();
      }
      town.until(C2mBenchmark::isWell, PATIENCE);
      town.settle();
      Arrays.sort(took);
      note("change of one workload p50", "ms", took[CHANGES / 2]);
      note(CHANGE_P99, "ms", took[CHANGES * 99 / 100]);
      note("change of one workload max", "ms", took[CHANGES - 1]);
    }

    private void rollOne(Town town) throws InterruptedException {
      var object = plan.deployment(workloads / 2, ++commits);
      long steps = town.steps();
      long from = System.nanoTime();
      push(town, plan.state(commits, state.objects().with(object.key(), object)));
      town.until(C2mBenchmark::isWell, PATIENCE);
      note("one workload rolled", "ms", (System.nanoTime() - from) / 1e6);
      note("one workload rolled: steps", "", (double) (town.steps() - steps));
      town.settle();
    }

    private void loseOne(Town town) throws InterruptedException {
      var lost = fullest(town.root());
      int pods = town.root().nodes().get(lost).orElseThrow().pods().size();
      town.lose(lost);
      while (town.root().nodes().get(lost).orElseThrow().pods().size() == pods) {
        town.longestMillis();
        town.skip(Duration.ofSeconds(1));
      }
      long steps = town.steps();
      long from = System.nanoTime();
      double eviction = town.longestMillis();
      town.until(C2mBenchmark::isWell, PATIENCE);
      note("lost node: pods on it", "", pods);
      note("lost node: longest step", "ms", eviction);
      note("lost node: replaced", "ms", (System.nanoTime() - from) / 1e6 + eviction);
      note("lost node: steps", "", (double) (town.steps() - steps + 1));
      town.settle();
    }

    /// Pages of 500 pods each, one after the other, as kubectl asks for them; and a watch that
    /// begins where a list ended, while a workload is rolled. What the core publishes is shown at
    /// once.
    private void serve(Town town) throws IOException, InterruptedException {
      try (var readers = new Readers(town.root())) {
        var pages = new double[PAGES];
        var after = "";
        var version = "";
        for (int i = 0; i < PAGES; i++) {
          var page = readers.page(PAGE, after);
          pages[i] = page.millis();
          after = page.next();
          version = page.version();
        }
        Arrays.sort(pages);
        note("LIST page of 500 pods p50", "ms", pages[PAGES / 2]);
        note("LIST page of 500 pods p99", "ms", pages[PAGES * 99 / 100]);
        var object = plan.deployment(workloads / 3, ++commits);
        try (var watched = readers.watch(version)) {
          long from = System.nanoTime();
          push(town, plan.state(commits, state.objects().with(object.key(), object)));
          readers.publish(town.root());
          while (!isWell(town.root())) {
            long steps = town.steps();
            town.round();
            if (town.steps() > steps) {
              readers.publish(town.root());
            }
          }
          // Every new pod is told of, and that every old one is gone.
          watched.await(2 * REPLICAS);
          note("watch: push to first event", "ms", (double) (watched.firstAt() - from) / 1e6);
          note(
              "watch: push to last event of a rolled workload",
              "ms",
              (double) (watched.lastAt() - from) / 1e6);
        }
      }
      // The web's threads end a little later, and until then hold what they have served.
      Thread.sleep(LINGER);
      town.settle();
    }

    private static String fullest(Root root) {
      NodeState most = root.nodes().stream().findFirst().orElseThrow();
      for (NodeState node : root.nodes().values()) {
        if (node.pods().size() > most.pods().size()) {
          most = node;
        }
      }
      return most.name();
    }

    private void measureCore(Town town) {
      long with = Heap.live();
      town.forgetCore();
      note("core", "bytes a pod", (with - Heap.live()) / (double) (workloads * REPLICAS));
    }
  }

  private static boolean isWell(Root root) {
    return root.unhealthy().isEmpty() && root.dirtyWorkloads().isEmpty();
  }
}
