package dev.reeve.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordTree;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What many nodes have said is taken in together.
class NodesReportedTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Core core = new Core("test", NOW);

  NodesReportedTest() {
    core.step(
        new Event.Started(
            ClusterSettings.defaults("test"),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()),
        NOW);
  }

  @Test
  void takesInWhatEachSays() {
    core.step(new Event.NodesReported(List.of(report("a", "boot"), report("b", "boot"))), NOW);

    assertThat(core.root().nodes().keys()).containsExactly("a", "b");
  }

  @Test
  void losesNothingButTheReportThatCannotBeTakenIn() {
    var effects =
        core.step(
            new Event.NodesReported(
                List.of(report("a", "boot"), unusable("b"), report("c", "boot"))),
            NOW);

    assertThat(core.root().nodes().keys()).containsExactly("a", "c");
    assertThat(effects)
        .filteredOn(
            it -> it instanceof Effect.Notice notice && notice.message().startsWith("dropped"))
        .hasSize(1);
  }

  private static Event.NodeReport report(String node, String boot) {
    var info =
        new NodeInfo(
            new Resources(4_000, 1L << 34), 110, new TreeMap<>(), "10.0.0.1", new TreeMap<>());
    return new Event.NodeReport(
        node,
        "id-" + node,
        new Report(
            boot, 0, 1, Report.Scope.FULL, 0, 0, 0, Optional.of(info), List.of(), List.of()));
  }

  @SuppressWarnings("NullAway") // what no agent says, and a fault might
  private static Event.NodeReport unusable(String node) {
    return report(node, null);
  }
}
