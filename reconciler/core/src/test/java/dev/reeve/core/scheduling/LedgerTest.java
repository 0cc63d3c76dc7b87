package dev.reeve.core.scheduling;

import static dev.reeve.core.scheduling.Given.HOST;
import static dev.reeve.core.scheduling.Given.WEB;
import static dev.reeve.core.scheduling.Given.cordoned;
import static dev.reeve.core.scheduling.Given.evenly;
import static dev.reeve.core.scheduling.Given.node;
import static dev.reeve.core.scheduling.Given.nodeWith;
import static dev.reeve.core.scheduling.Given.web;
import static dev.reeve.core.scheduling.Given.withPort;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.scheduling.Ledger.Choice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private final Ledger ledger = new Ledger(Scheduling.PACK);

  @Test
  void takesTwoTemplatesOfOneReleaseForWhatEachIs() {
    ledger.put(node("n1", Map.of()));
    ledger.add("n1", WEB, "r1", web());

    ledger.add("n1", WEB, "r1", withPort(web(), 8080));
    ledger.remove("n1", WEB, "r1", web());

    assertThat(ledger.search(WEB, "r2", withPort(web(), 8080), 1).next())
        .isEqualTo(
            new Choice.Nowhere(
                "0/1 nodes are available:"
                    + " 1 node(s) didn't have free ports for the requested pod ports"));
  }

  @Test
  void keepsNothingOfPodsThatAreGoneOrFoundNoNode() {
    ledger.put(node("n1", Map.of()));
    var selective = web(List.of(nodeWith("disk", "ssd")), List.of(), List.of());

    ledger.add("n1", WEB, "r1", web());
    ledger.remove("n1", WEB, "r1", web());
    ledger.search(WEB, "r2", selective, 1).next();

    assertThat(ledger.kindsOf(WEB)).isEmpty();
  }

  @Test
  void countsNothingForRulesOfPodsThatAreGone() {
    var other = new ObjectKey("Deployment", "shop", "other");
    var spread = web(List.of(), List.of(), List.of(evenly(HOST)));
    ledger.put(node("n1", Map.of(HOST, "n1")));
    ledger.add("n1", WEB, "r1", web());
    ledger.search(other, "r1", spread, 1).next();
    ledger.add("n1", other, "r1", spread);

    assertThat(ledger.kindsOf(WEB).getFirst().countedBy).hasSize(1);

    ledger.remove("n1", other, "r1", spread);
    ledger.add("n1", WEB, "r2", web());
    assertThat(ledger.kindsOf(WEB)).hasSize(2).allMatch(it -> it.countedBy.isEmpty());
  }

  @Test
  void knowsANodeThatChangedHoweverManyDescriptionsOfNodesItWasAskedFor() {
    ledger.put(node("n1", Map.of("disk", "ssd")));
    var early = web(List.of(nodeWith("disk", "ssd")), List.of(), List.of());
    assertThat(ledger.search(WEB, "r1", early, 1).next()).isEqualTo(new Choice.Node("n1"));

    for (int i = 0; i < 2_000; i++) {
      var other = web(List.of(nodeWith("disk", "of-" + i)), List.of(), List.of());
      assertThat(ledger.search(WEB, "r2", other, 1).next()).isInstanceOf(Choice.Nowhere.class);
    }
    ledger.put(cordoned(node("n1", Map.of("disk", "ssd"))));

    assertThat(ledger.search(WEB, "r1", early, 1).next()).isInstanceOf(Choice.Nowhere.class);
  }

  @Test
  void isToBeMadeAnewWhenPodsChangeTheirDomain() {
    ledger.put(node("n1", Map.of("rack", "a")));
    ledger.put(node("n2", Map.of("rack", "a")));
    ledger.add("n1", WEB, "r1", web());

    ledger.put(node("n2", Map.of("rack", "b")));
    assertThat(ledger.isStale()).isFalse();

    ledger.put(node("n1", Map.of("rack", "b")));
    assertThat(ledger.isStale()).isTrue();
  }

  @Test
  void isToBeMadeAnewWhenAPodIsOnANodeThatIsNotKnown() {
    ledger.add("n1", WEB, "r1", web());

    assertThat(ledger.isStale()).isTrue();
  }
}
