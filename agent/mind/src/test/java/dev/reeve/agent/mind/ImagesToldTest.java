package dev.reeve.agent.mind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a node says of the images that it has.
class ImagesToldTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final SortedMap<String, Long> IMAGES =
      new TreeMap<>(Map.of("app:1", 100L, "app:2", 120L));

  private final NodeMind mind = new NodeMind("boot");

  @BeforeEach
  void begin() {
    var info =
        new NodeInfo(
            Resources.NONE, 10, Collections.emptySortedMap(), "", Collections.emptySortedMap());
    step(new NodeEvent.Restored(info, 0, 0, List.of(), new TreeMap<>(), RouteTable.NONE));
    step(new NodeEvent.Found(List.of()));
  }

  private List<Report> step(NodeEvent event) {
    var sent = new ArrayList<Report>();
    for (NodeEffect effect : mind.step(event, NOW)) {
      if (effect instanceof NodeEffect.Send(var report)) {
        sent.add(report);
      }
    }
    return sent;
  }

  @Test
  void isToldWithTheFirstReport() {
    step(new NodeEvent.ImagesFound(IMAGES));

    var first = step(new NodeEvent.Linked()).getFirst();

    assertThat(first.scope()).isEqualTo(Report.Scope.FULL);
    assertThat(first.info().orElseThrow().images()).isEqualTo(IMAGES);
  }

  @Test
  void isToldAgainWhereItHasChangedAndOnlyThen() {
    step(new NodeEvent.Linked());

    var news = step(new NodeEvent.ImagesFound(IMAGES));
    var nothing = step(new NodeEvent.ImagesFound(IMAGES));

    assertThat(news).hasSize(1);
    assertThat(news.getFirst().scope()).isEqualTo(Report.Scope.DELTA);
    assertThat(news.getFirst().info().orElseThrow().images()).isEqualTo(IMAGES);
    assertThat(nothing).isEmpty();
  }
}
