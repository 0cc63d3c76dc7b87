package dev.reeve.bench.place;

import dev.reeve.bench.Benchmark.Settings;
import dev.reeve.bench.Figure;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// How small a cluster still holds a workload (Verma, Korupolu and Wilkes, "Evaluating job packing
/// in warehouse-scale computing", 2014): a single figure of how well pods are packed.
final class Compaction {
  private static final int ORDERS = 11;

  private Compaction() {}

  static void measure(Settings settings, Consumer<String> progress, List<Figure> figures) {
    int nodes = settings.of(1_000);
    int pods = settings.of(10_000);
    for (Work work : List.of(Work.heterogeneous(nodes, pods), Work.withGpus(nodes, pods / 5))) {
      progress.accept("compaction of " + work.name());
      double bestFit = compacted(work, it -> fits(it, Compaction::left));
      double leastAllocated = compacted(work, it -> fits(it, Compaction::taken));
      double ours = compacted(work, it -> PlaceBenchmark.whole(it).placed() == it.pods().size());
      var title = work.name() + " compaction, p90 of nodes: ";
      figures.add(Figure.of(title + "Reeve", "", ours).beside("best fit", bestFit).atMost(bestFit));
      figures.add(
          Figure.of(title + "least allocated", "", leastAllocated).beside("best fit", bestFit));
    }
  }

  /// The ninth decile, over some random orders of the nodes, of how many are needed.
  private static double compacted(Work work, Predicate<Work> holds) {
    var needed = new ArrayList<Integer>();
    for (int seed = 0; seed < ORDERS; seed++) {
      var order = shuffled(new ArrayList<>(work.nodes().keySet()), new SplittableRandom(seed));
      int low = 1;
      int high = order.size();
      while (low < high) {
        int middle = (low + high) / 2;
        if (holds.test(work.on(order.subList(0, middle)))) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      needed.add(low);
    }
    needed.sort(null);
    return needed.get(ORDERS * 9 / 10);
  }

  private static List<String> shuffled(List<String> names, SplittableRandom random) {
    for (int i = names.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      var name = names.get(i);
      names.set(i, names.get(other));
      names.set(other, name);
    }
    return names;
  }

  // --- the schedulers that it is compared with

  /// What a node has left, before a pod comes.
  private record Room(NodeInfo info, Resources left) {}

  /// How little a scheduler likes a node for a pod.
  private interface Dislike {
    double of(Room room, PodTemplate pod);
  }

  /// Best fit: what would be left over of the node, in shares of it.
  private static double left(Room room, PodTemplate pod) {
    var all = room.info().allocatable();
    var left = room.left().minus(pod.requests());
    return left.cpuMillis() / (double) all.cpuMillis()
        + left.memoryBytes() / (double) all.memoryBytes();
  }

  /// Least allocated: how much of the node would be taken.
  private static double taken(Room room, PodTemplate pod) {
    return -left(room, pod);
  }

  private static boolean fits(Work work, Dislike dislike) {
    var rooms = new ArrayList<Room>();
    work.nodes().values().forEach(info -> rooms.add(new Room(info, info.allocatable())));
    for (PodTemplate pod : work.pods()) {
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < rooms.size(); i++) {
        var room = rooms.get(i);
        if (mayGo(pod, room)) {
          double disliked = dislike.of(room, pod);
          if (disliked < least) {
            least = disliked;
            best = i;
          }
        }
      }
      if (best < 0) {
        return false;
      }
      var room = rooms.get(best);
      rooms.set(best, new Room(room.info(), room.left().minus(pod.requests())));
    }
    return true;
  }

  private static boolean mayGo(PodTemplate pod, Room room) {
    if (!pod.requests().fitsIn(room.left(), false)) {
      return false;
    }
    for (var term : pod.constraints().nodes()) {
      for (var requirement : term.labels().requirements()) {
        var label = room.info().labels().getOrDefault(requirement.key(), "");
        if (!requirement.values().contains(label)) {
          return false;
        }
      }
    }
    return true;
  }
}
