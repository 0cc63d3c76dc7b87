package dev.reeve.core;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What nodes are told: everything, or what changed since they were last told.
final class Orders {
  /// An order not taken over within this is given again, in full.
  static final Duration ACKNOWLEDGE = Duration.ofSeconds(5);

  private Orders() {}

  /// Under a new epoch every node is told everything once.
  static void orderAllAnew(Draft draft) {
    draft.nodes.publish().keys().forEach(name -> fullOrderAsked(draft, name));
  }

  static void fullOrderAsked(Draft draft, String name) {
    draft
        .nodes
        .get(name)
        .ifPresent(node -> {
          var edit = node.edit();
          edit.fullOrder = true;
          Nodes.put(draft, edit);
          draft.markNode(name);
        });
  }

  static void drain(Draft draft, int work) {
    if (!draft.mayOrder()) {
      return;
    }
    int left = work;
    for (String name : draft.takeDirtyNodes().keys()) {
      if (left <= 0) {
        draft.leaveRest();
        return;
      }
      draft.settledNode(name);
      var node = draft.nodes.get(name);
      if (node.isPresent() && node.get().isReady()) {
        left -= 1 + order(draft, node.get());
      }
    }
  }

  private static int order(Draft draft, NodeState node) {
    if (!node.fullOrder()
        && !node.textsDue()
        && node.starts().isEmpty()
        && node.stops().isEmpty()) {
      return 0;
    }
    boolean isFull = node.fullOrder();
    long generation = node.generation() + 1;
    var edit = node.edit();
    var starts = new ArrayList<PodOrder>();
    var stops = new ArrayList<PodRemoval>();
    var texts = new TreeMap<String, ReleaseText>();
    var later = PagedMap.<Long, ObjectKey>empty().edit();
    if (isFull) {
      edit.texts = PagedMap.empty();
      node.orphans().forEach((uid, why) -> stops.add(new PodRemoval(uid, why)));
    }
    (isFull ? node.pods() : merged(node))
        .forEach((id, key) -> {
          var workload = draft.workloads.get(key);
          var pod = workload.flatMap(it -> it.pods().get(id));
          if (pod.isEmpty() || node.withheld().containsKey(id)) {
            return;
          }
          if (pod.get().isStopping()) {
            if (!draft.routes.isWithdrawing(id)) {
              stops.add(stopAt(draft, pod.get(), generation));
              return;
            }
            // Some node may still send it something: it runs on until none does.
            later.put(id, key);
            if (!isFull) {
              return;
            }
          }
          var release = pod.get().release();
          starts.add(
              new PodOrder(
                  pod.get().uid(),
                  pod.get().name(),
                  key,
                  release.hash(),
                  release.commit(),
                  Volumes.orders(draft, pod.get()),
                  workload.get().images().of(release.hash())));
          tell(draft, edit, pod.get(), texts);
        });
    if (node.textsDue() && !isFull) {
      node.pods()
          .forEach((id, key) -> {
            if (!node.withheld().containsKey(id)) {
              Nodes.pod(draft, node, id).ifPresent(pod -> tell(draft, edit, pod, texts));
            }
          });
    }
    edit.textsDue = false;
    if (!isFull && starts.isEmpty() && stops.isEmpty() && texts.isEmpty()) {
      Nodes.put(draft, edit);
      return 0;
    }
    edit.generation = generation;
    edit.orderedAt = draft.now;
    edit.fullOrder = false;
    edit.starts = PagedMap.empty();
    edit.stops = later.publish();
    Nodes.put(draft, edit);
    Silence.arm(draft, node.name(), draft.now.plus(ACKNOWLEDGE));
    draft.emit(
        new Effect.Order(
            node.name(),
            new Order(
                draft.epoch,
                node.generation(),
                generation,
                isFull ? Order.Scope.FULL : Order.Scope.DELTA,
                starts,
                stops,
                new ArrayList<>(texts.values()),
                Volumes.unclaimed(draft, node.name()))));
    return starts.size() + stops.size() + texts.size();
  }

  /// Adds the text of a pod's release, where the node was not told it as it is now.
  private static void tell(
      Draft draft, NodeState.Edit edit, Pod pod, SortedMap<String, ReleaseText> texts) {
    var release = pod.release();
    if (release.template().json().size() == 0) {
      return;
    }
    var config = LiveConfig.of(draft, pod.workload(), release);
    var name = LiveConfig.name(release, config);
    if (!edit.texts.get(release.hash()).equals(Optional.of(name))) {
      edit.texts = edit.texts.with(release.hash(), name);
      texts.put(
          release.hash(),
          new ReleaseText(release.hash(), release.commit(), release.template().json(), config));
    }
  }

  private static PagedMap<Long, ObjectKey> merged(NodeState node) {
    var all = node.starts().edit();
    node.stops().forEach(all::put);
    return all.publish();
  }

  private static PodRemoval stopAt(Draft draft, Pod pod, long generation) {
    var removal = pod.removal().orElseThrow();
    if (removal.generation() == 0) {
      var workload = draft.workloads.get(pod.workload()).orElseThrow().edit();
      workload.pods =
          workload.pods.with(
              pod.id(), pod.withRemoval(new Pod.Removal(removal.because(), generation)));
      draft.workloads.put(pod.workload(), workload.build());
    }
    return new PodRemoval(pod.uid(), removal.because().word());
  }
}
