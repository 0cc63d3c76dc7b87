package dev.reeve.bench.scale;

import dev.reeve.core.protocol.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What nodes have said and the core has not looked at. As in the control plane's own loop, of a
/// node at most one report waits, and a newer one is folded into it.
final class Inbox {
  private static final int MOST = 200;

  private final Map<String, Report> waiting = new LinkedHashMap<>();
  private final List<String> fullOrders = new ArrayList<>();

  /// @param fullOrders nodes that cannot follow their last order
  record Taken(Map<String, Report> reports, List<String> fullOrders) {
    boolean isEmpty() {
      return reports.isEmpty() && fullOrders.isEmpty();
    }
  }

  synchronized void put(String node, Report report) {
    var before = waiting.get(node);
    waiting.put(node, before == null ? report : before.followedBy(report));
    notifyAll();
  }

  synchronized void askFullOrder(String node) {
    fullOrders.add(node);
    notifyAll();
  }

  /// Whether nodes had better wait before they say more.
  synchronized boolean isFull() {
    return waiting.size() >= MOST;
  }

  /// Everything that waits.
  synchronized Taken take() {
    var taken = new Taken(new LinkedHashMap<>(waiting), new ArrayList<>(fullOrders));
    waiting.clear();
    fullOrders.clear();
    return taken;
  }

  /// Returns early where something comes in, or for no reason at all: the caller looks again.
  @SuppressWarnings("WaitNotInLoop")
  synchronized void await(long millis) throws InterruptedException {
    if (waiting.isEmpty() && fullOrders.isEmpty()) {
      wait(Math.max(1, millis));
    }
  }
}
