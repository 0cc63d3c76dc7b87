package dev.reeve.core;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides one workload after another: which release, how many pods, where.
final class Workloads {
  private static final long BOUND = 1L << 30;

  private Workloads() {}

  /// One that is marked, and where it stands among the others.
  private record Turn(ObjectKey key, long rank) implements Comparable<Turn> {
    @Override
    public int compareTo(Turn other) {
      int order = Long.compare(other.rank, rank);
      return order != 0 ? order : key.compareTo(other.key);
    }
  }

  /// Decides everything that is marked, until the work allowed for one step is done: the most
  /// urgent first, of these the ones that are bound to some nodes, then the ones whose pods are
  /// largest, since small ones fit in what is left over, and then in key order.
  static void drain(Draft draft, int work) {
    if (!draft.mayOrder()) {
      return;
    }
    int left = work;
    while (true) {
      var dirty = draft.takeDirtyWorkloads();
      if (dirty.isEmpty()) {
        return;
      }
      for (Turn turn : turns(draft, dirty)) {
        var key = turn.key();
        if (left <= 0) {
          draft.leaveRest();
          return;
        }
        draft.settledWorkload(key);
        var workload = draft.workloads.get(key);
        if (workload.isPresent()) {
          draft.startDeciding(key);
          long minted = draft.podsMinted();
          left -= 1 + workload.get().pods().size();
          if (!MeasuringPods.decide(draft, workload.get())) {
            Measuring.giveUp(draft, key);
            new WorkloadDecision(draft, draft.workloads.get(key).orElseThrow()).run();
          }
          draft.endDeciding();
          draft.routes.touch(key);
          left -= (int) (draft.podsMinted() - minted);
        }
      }
    }
  }

  private static List<Turn> turns(Draft draft, PagedMap<ObjectKey, String> dirty) {
    var turns = new ArrayList<Turn>(dirty.size());
    for (ObjectKey key : dirty.keys()) {
      turns.add(new Turn(key, draft.workloads.get(key).map(Workloads::rank).orElse(0L)));
    }
    turns.sort(null);
    return turns;
  }

  private static long rank(WorkloadState workload) {
    if (workload.desired().isEmpty()) {
      return 0;
    }
    var template = workload.desired().get().release().template();
    var requests = template.requests();
    // A core comes with four GiB, about; what only some nodes have comes first.
    long size = requests.cpuMillis() + (requests.memoryBytes() >> 22);
    long extended = 0;
    for (long amount : requests.extended().values()) {
      extended += amount;
    }
    // Those that may go to some nodes only choose before those that may go anywhere.
    boolean isBound =
        !template.constraints().nodes().isEmpty() || template.constraints().nodeName().isPresent();
    return ((long) template.constraints().priority() << 32)
        + (isBound ? BOUND : 0)
        + step(size + (extended << 24));
  }

  /// Eight steps for each doubling: what is nearly as large is taken in key order, in which the
  /// state is kept, so that what is looked at next lies near.
  private static long step(long size) {
    if (size <= 0) {
      return 0;
    }
    int doublings = 63 - Long.numberOfLeadingZeros(size);
    return doublings * 8L + ((size << 3 >>> doublings) & 7);
  }

  /// A release by its hash; where the workload does not know it, one of which nothing is known.
  static Release release(WorkloadState workload, String hash, String commit) {
    return workload
        .release(hash)
        .orElseGet(() -> new Release(hash, commit, unknownTemplate(hash), List.of()));
  }

  /// What a pod asks for where its template is not known: nothing.
  static PodTemplate unknownTemplate(String hash) {
    return new PodTemplate(
        hash,
        Resources.NONE,
        Constraints.NONE,
        List.of(),
        Optional.empty(),
        true,
        List.of(),
        Bytes.utf8(""));
  }
}
