package dev.reeve.core.scheduling;

import static dev.reeve.core.scheduling.Given.WEB;
import static dev.reeve.core.scheduling.Given.node;
import static dev.reeve.core.scheduling.Given.web;
import static dev.reeve.core.scheduling.Given.withPort;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.scheduling.Ledger.Choice;
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
}
