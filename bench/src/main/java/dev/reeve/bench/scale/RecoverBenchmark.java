package dev.reeve.bench.scale;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Heap;
import dev.reeve.bench.Result;
import dev.reeve.core.Event;
import dev.reeve.core.Recovery;
import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.state.Root;
import dev.reeve.manifest.RecordFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/// A control plane that has lost everything but Git: a fresh core is told the record, as its files
/// are, and what all nodes report, until it may order and has nothing left to do.
///
/// Reading the commit's manifests is not in it, nor the fetch: the desired state is there.
public final class RecoverBenchmark implements Benchmark {
  private static final int NODES = 1_000;
  private static final int WORKLOADS = 1_000;

  /// More of the same, measured elsewhere.
  public interface Part {
    List<Figure> figures(Settings settings, Consumer<String> progress) throws Exception;
  }

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Part more;

  public RecoverBenchmark(Part more) {
    this.more = more;
  }

  @Override
  public String name() {
    return "recover";
  }

  @Override
  public String work() {
    return "data directory lost, 1,000 simulated nodes with 100,000 pods report: in process, and over TLS";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress) throws Exception {
    int nodes = Math.max(3, settings.of(NODES));
    int workloads = settings.of(WORKLOADS);
    var plan = new Plan(C2mBenchmark.REPLICAS, Scheduling.SPREAD);
    var seconds = new ArrayList<Double>();
    var cpu = new ArrayList<Double>();
    var open = new ArrayList<Double>();
    var acts = new ArrayList<Double>();
    var longest = new ArrayList<Double>();
    var full = plan.state(1, workloads);
    double peak;
    try (var town = new Town(Plan.nodes(nodes))) {
      town.keepRecord();
      fill(town, plan, full, nodes);
      long actsBefore = town.fleet().acts();
      for (int i = 0; i < settings.runs(); i++) {
        Heap.live();
        Memory.forgetPeak();
        var record = town.record();
        town.restart();
        town.longestMillis();
        double cpuBefore = town.cpuSeconds();
        long from = System.nanoTime();
        town.step(started(record, full));
        town.connect();
        town.until(Root::open, PATIENCE);
        open.add((System.nanoTime() - from) / 1e9);
        town.until(RecoverBenchmark::isQuiet, PATIENCE);
        seconds.add((System.nanoTime() - from) / 1e9);
        cpu.add(town.cpuSeconds() - cpuBefore);
        longest.add(town.longestMillis());
        town.settle();
        acts.add((double) (town.fleet().acts() - actsBefore));
        progress.accept("recovered in %.2f s".formatted(seconds.getLast()));
      }
      peak = Memory.peakMib();
    }
    var figures = new ArrayList<Figure>();
    figures.addAll(
        List.of(
            Figure.of("until quiet", "s", seconds).atMost(10),
            Figure.of("until orders may begin", "s", open),
            Figure.of("core's CPU", "s", cpu),
            Figure.of("longest step", "ms", longest),
            Figure.of("pods started or stopped", "", acts).atMost(0),
            Figure.of("peak memory, nodes and all", "MiB", peak)));
    figures.addAll(more.figures(settings, progress));
    return new Result(
        name(),
        work(),
        figures,
        List.of(
            "In process: from the text of the record's files. Reports pass through the real codec on one thread,",
            "the core is another. Git answers at once. Reading the manifests is not in it. Over TLS: from",
            "the start of a new process of the control plane; agents dial again as real ones do."));
  }

  private static void fill(Town town, Plan plan, DesiredState full, int nodes)
      throws InterruptedException {
    town.begin(plan.settings());
    town.until(root -> root.nodes().size() == nodes && root.records().isIdle(), PATIENCE);
    town.step(new Event.DesiredChanged(full, List.of(), List.of(), List.of()));
    town.until(RecoverBenchmark::isQuiet, PATIENCE);
    town.settle();
  }

  private static boolean isQuiet(Root root) {
    return root.open()
        && root.unhealthy().isEmpty()
        && root.dirtyWorkloads().isEmpty()
        && root.dirtyNodes().isEmpty()
        && root.records().isIdle();
  }

  private static Event.Started started(SortedMap<String, byte[]> files, DesiredState full) {
    var read = RecordFiles.read(files);
    if (!read.problems().isEmpty()) {
      throw new IllegalStateException("the record cannot be read: " + read.problems());
    }
    return Recovery.started(
        Town.CLUSTER,
        read.tree(),
        commit -> Optional.of(full).filter(it -> it.commit().equals(commit)),
        commit -> Optional.empty());
  }
}
