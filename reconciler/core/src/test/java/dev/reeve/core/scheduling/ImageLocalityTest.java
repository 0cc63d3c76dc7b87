package dev.reeve.core.scheduling;

import static dev.reeve.core.scheduling.Given.HOST;
import static dev.reeve.core.scheduling.Given.WEB;
import static dev.reeve.core.scheduling.Given.nodeWith;
import static dev.reeve.core.scheduling.Given.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.scheduling.Ledger.Choice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Kubernetes' ImageLocality: "favors nodes that already have the container images that the Pod
/// runs".
class ImageLocalityTest {
  private static final ObjectKey OTHER = new ObjectKey("Deployment", "shop", "other");
  private static final String IMAGE = "registry/web:1";
  private static final long MEGABYTES = 1_000_000;

  private static NodeFacts node(String name, Map<String, Long> images) {
    var bare = Given.node(name, Map.of(HOST, name));
    return new NodeFacts(
        name,
        bare.allocatable(),
        bare.maxPods(),
        bare.labels(),
        bare.taints(),
        true,
        false,
        new TreeMap<>(images));
  }

  private static Ledger ledger(Scheduling scheduling) {
    var ledger = new Ledger(scheduling);
    ledger.put(node("a", Map.of()));
    ledger.put(node("b", Map.of(IMAGE, 500 * MEGABYTES, "other:1", 900 * MEGABYTES)));
    ledger.put(node("c", Map.of("other:1", 900 * MEGABYTES)));
    return ledger;
  }

  private static Choice place(Ledger ledger, PodTemplate template) {
    return ledger.search(WEB, "r1", template, List.of(IMAGE), 1).next();
  }

  @ParameterizedTest
  @EnumSource(Scheduling.class)
  void ofNodesThatAreAlikeTheOneIsTakenThatHasTheImage(Scheduling scheduling) {
    assertThat(place(ledger(scheduling), web())).isEqualTo(new Choice.Node("b"));
  }

  @ParameterizedTest
  @EnumSource(Scheduling.class)
  void anImageThatIsGoneDoesNotCount(Scheduling scheduling) {
    var ledger = ledger(scheduling);
    ledger.put(node("b", Map.of("other:1", 900 * MEGABYTES)));

    assertThat(place(ledger, web())).isEqualTo(new Choice.Node("a"));
  }

  @Test
  void moreOfTheBytesAreBetter() {
    var ledger = ledger(Scheduling.SPREAD);
    ledger.put(node("c", Map.of("sidecar:1", 700 * MEGABYTES)));

    assertThat(ledger.search(WEB, "r1", web(), List.of(IMAGE, "sidecar:1"), 1).next())
        .isEqualTo(new Choice.Node("c"));
  }

  @Test
  void halfAGigabyteIsWorthATwentiethOfANode() {
    // Each of these pods takes a fortieth of the CPU.
    var ledger = ledger(Scheduling.SPREAD);
    ledger.add("b", OTHER, "r1", web());
    assertThat(place(ledger, web())).isEqualTo(new Choice.Node("b"));

    ledger.add("b", OTHER, "r1", web());
    ledger.add("b", OTHER, "r1", web());

    assertThat(place(ledger, web())).isEqualTo(new Choice.Node("a"));
  }

  @Test
  void aGigabyteIsAsMuchAsAnyIsWorth() {
    var ledger = ledger(Scheduling.SPREAD);
    ledger.put(node("b", Map.of(IMAGE, 40_000 * MEGABYTES)));
    for (int i = 0; i < 5; i++) {
      ledger.add("b", OTHER, "r1", web());
    }

    assertThat(place(ledger, web())).isEqualTo(new Choice.Node("a"));
  }

  @Test
  void podsOfAWorkloadAreStillKeptApart() {
    var ledger = ledger(Scheduling.SPREAD);
    ledger.add("b", WEB, "r1", web());

    assertThat(place(ledger, web())).isEqualTo(new Choice.Node("a"));
  }

  @Test
  void whatMustHoldComesFirst() {
    assertThat(
            place(
                ledger(Scheduling.SPREAD), web(List.of(nodeWith(HOST, "c")), List.of(), List.of())))
        .isEqualTo(new Choice.Node("c"));
  }
}
