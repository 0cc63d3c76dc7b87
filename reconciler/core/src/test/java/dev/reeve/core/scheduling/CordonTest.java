package dev.reeve.core.scheduling;

import static dev.reeve.core.scheduling.Given.WEB;
import static dev.reeve.core.scheduling.Given.cordoned;
import static dev.reeve.core.scheduling.Given.node;
import static dev.reeve.core.scheduling.Given.silent;
import static dev.reeve.core.scheduling.Given.toleration;
import static dev.reeve.core.scheduling.Given.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.scheduling.Ledger.Choice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CordonTest {
  private static final PodTemplate TOLERANT =
      web(List.of(), List.of(toleration("node.kubernetes.io/unschedulable")), List.of());

  private final Ledger ledger = new Ledger(Scheduling.SPREAD);

  private Choice place(PodTemplate template) {
    return ledger.search(WEB, "r1", template, 1).next();
  }

  @Test
  void keepsPodsOff() {
    ledger.put(cordoned(node("n1", Map.of())));

    assertThat(place(web()))
        .isEqualTo(new Choice.Nowhere("0/1 nodes are available: 1 node(s) were unschedulable"));
  }

  @Test
  void isToleratedAsATaint() {
    ledger.put(cordoned(node("n1", Map.of())));

    assertThat(place(TOLERANT)).isEqualTo(new Choice.Node("n1"));
  }

  @Test
  void silenceIsNot() {
    ledger.put(silent(node("n1", Map.of())));

    assertThat(place(web(List.of(), List.of(toleration("")), List.of())))
        .isInstanceOf(Choice.Nowhere.class);
  }
}
