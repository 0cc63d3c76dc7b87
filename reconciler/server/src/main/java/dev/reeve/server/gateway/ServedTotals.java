package dev.reeve.server.gateway;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.server.web.view.Counter;
import dev.reeve.wire.FromNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// What nodes say went through them, added up over all nodes since this control plane started.
/// Counters: they begin anew with it, and what nothing came for in an hour is forgotten.
///
/// Safe for many threads.
final class ServedTotals {
  private static final long KEPT = Duration.ofHours(1).toNanos();

  private final Map<What, Total> totals = new ConcurrentHashMap<>();

  private record What(String name, SortedMap<String, String> labels) {}

  private record Total(long count, long at) {
    Total plus(Total other) {
      return new Total(count + other.count, other.at);
    }
  }

  void add(FromNode.Served served) {
    for (FromNode.Connections each : served.connections()) {
      var labels = labels(each.service());
      labels.put("pod", each.pod());
      add("reeve.service.connections", labels, each.count());
    }
    for (FromNode.Requests each : served.requests()) {
      var labels = labels(each.service());
      labels.put("port", each.port());
      labels.put("code", each.code());
      add("reeve.ingress.requests", labels, each.count());
    }
  }

  private static SortedMap<String, String> labels(ObjectKey service) {
    var labels = new TreeMap<String, String>();
    labels.put("namespace", service.namespace());
    labels.put("service", service.name());
    return labels;
  }

  private void add(String name, SortedMap<String, String> labels, long count) {
    totals.merge(new What(name, labels), new Total(count, System.nanoTime()), Total::plus);
  }

  List<Counter> counters() {
    long now = System.nanoTime();
    totals.values().removeIf(it -> now - it.at() > KEPT);
    var counters = new ArrayList<Counter>();
    totals.forEach(
        (what, total) -> counters.add(new Counter(what.name(), what.labels(), total.count())));
    return counters;
  }
}
