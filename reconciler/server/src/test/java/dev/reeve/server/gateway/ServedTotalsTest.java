package dev.reeve.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.server.web.view.Counter;
import dev.reeve.wire.FromNode.Connections;
import dev.reeve.wire.FromNode.Requests;
import dev.reeve.wire.FromNode.Served;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServedTotalsTest {
  private static final ObjectKey WEB = new ObjectKey("Service", "default", "web");
  private final ServedTotals totals = new ServedTotals();

  @Test
  void whatAllNodesSayIsAddedUp() {
    totals.add(new Served(List.of(new Connections(WEB, "web-1", 3)), List.of()));
    totals.add(
        new Served(
            List.of(new Connections(WEB, "web-1", 4), new Connections(WEB, "web-2", 1)),
            List.of(new Requests(WEB, "80", "2xx", 9))));

    assertThat(totals.counters())
        .containsExactlyInAnyOrder(
            counter("reeve.service.connections", Map.of("pod", "web-1"), 7),
            counter("reeve.service.connections", Map.of("pod", "web-2"), 1),
            counter("reeve.ingress.requests", Map.of("port", "80", "code", "2xx"), 9));
  }

  private static Counter counter(String name, Map<String, String> labels, double value) {
    var all = new TreeMap<>(labels);
    all.put("namespace", "default");
    all.put("service", "web");
    return new Counter(name, all, value);
  }
}
