package dev.reeve.bench.idle;

import dev.reeve.bench.Figure;
import dev.reeve.bench.stage.ProcessUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one process has had, in each run. Confined to one thread.
final class Watched {
  private final String name;
  private final long pid;
  private final List<Double> memory = new ArrayList<>();
  private final List<Double> heap = new ArrayList<>();
  private final List<Double> cpu = new ArrayList<>();
  private long begunAt;
  private double cpuBefore;
  private double most;

  Watched(String name, long pid) {
    this.name = name;
    this.pid = pid;
  }

  void begin() throws IOException {
    begunAt = System.nanoTime();
    cpuBefore = ProcessUse.of(pid).cpuSeconds();
    most = 0;
  }

  void look() throws IOException {
    most = Math.max(most, ProcessUse.of(pid).resident());
  }

  void end() throws IOException {
    double seconds = (System.nanoTime() - begunAt) / 1e9;
    cpu.add((ProcessUse.of(pid).cpuSeconds() - cpuBefore) / seconds * 100);
    memory.add(most);
    // Asked last, since to answer costs a little.
    ProcessUse.heap(pid).ifPresent(heap::add);
  }

  Figure memory() {
    return Figure.of(name + ": memory", "MiB", memory);
  }

  Optional<Figure> heap() {
    return heap.isEmpty()
        ? Optional.empty()
        : Optional.of(Figure.of(name + ": heap in use", "MiB", heap));
  }

  Figure cpu() {
    return Figure.of(name + ": CPU", "% of a core", cpu);
  }
}
