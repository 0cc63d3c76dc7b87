package dev.reeve.core.scheduling;

import static dev.reeve.core.scheduling.Given.HOST;
import static dev.reeve.core.scheduling.Given.WEB;
import static dev.reeve.core.scheduling.Given.ZONE;
import static dev.reeve.core.scheduling.Given.cordoned;
import static dev.reeve.core.scheduling.Given.evenly;
import static dev.reeve.core.scheduling.Given.evenlyWhereTolerated;
import static dev.reeve.core.scheduling.Given.node;
import static dev.reeve.core.scheduling.Given.nodeWith;
import static dev.reeve.core.scheduling.Given.silent;
import static dev.reeve.core.scheduling.Given.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Taint;
import dev.reeve.core.scheduling.Ledger.Choice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Which nodes, and which pods on them, a required spread is measured over.
class SpreadTest {
  private static final Taint RESERVED = new Taint("reserved", "", Taint.Effect.NO_SCHEDULE);

  private final Ledger ledger = new Ledger(Scheduling.PACK);

  private void running(int count, String node) {
    for (int i = 0; i < count; i++) {
      ledger.add(node, WEB, "r0", web());
    }
  }

  private Choice place(PodTemplate template) {
    return ledger.search(WEB, "r1", template, 5).next();
  }

  private static Choice on(String node) {
    return new Choice.Node(node);
  }

  private static NodeFacts in(String zone, String name, Taint... taints) {
    return node(name, Map.of(HOST, name, ZONE, zone), taints);
  }

  @Nested
  class NodesThatLackALabel {
    private final PodTemplate byZoneAndHost =
        web(List.of(), List.of(), List.of(evenly(ZONE), evenly(HOST)));

    @Test
    void theirPodsAreNotCounted() {
      ledger.put(in("a", "n1"));
      ledger.put(node("n2", Map.of(ZONE, "a")));
      ledger.put(in("b", "n3"));
      running(2, "n2");
      running(1, "n3");

      // Of the three in zone a and b, only that on n3 counts.
      assertThat(place(byZoneAndHost)).isEqualTo(on("n1"));
    }

    @Test
    void theyMakeNoDomain() {
      ledger.put(in("a", "n1"));
      ledger.put(node("n2", Map.of(ZONE, "b")));
      ledger.put(node("n3", Map.of(HOST, "n3")));
      running(1, "n1");

      // Neither zone b nor host n3 is there to be emptier than n1.
      assertThat(place(byZoneAndHost)).isEqualTo(on("n1"));
    }
  }

  @Nested
  class NodesThatThePodMayNotGoTo {
    private final PodTemplate onSsd =
        web(List.of(nodeWith("disk", "ssd")), List.of(), List.of(evenly(ZONE)));

    @Test
    void theirPodsAreNotCounted() {
      ledger.put(node("n1", Map.of(ZONE, "a", "disk", "ssd")));
      ledger.put(node("n2", Map.of(ZONE, "a", "disk", "hdd")));
      ledger.put(node("n3", Map.of(ZONE, "b", "disk", "ssd")));
      running(2, "n2");
      running(1, "n3");

      assertThat(place(onSsd)).isEqualTo(on("n1"));
    }

    @Test
    void podsThatComeAndGoThereChangeNothing() {
      ledger.put(node("n1", Map.of(ZONE, "a", "disk", "ssd")));
      ledger.put(node("n2", Map.of(ZONE, "a", "disk", "hdd")));
      ledger.put(node("n3", Map.of(ZONE, "b", "disk", "ssd")));
      running(1, "n3");
      // From here on the pods are counted as they come and go.
      ledger.add("n1", WEB, "r1", onSsd);

      running(3, "n2");
      ledger.remove("n2", WEB, "r0", web());
      ledger.remove("n1", WEB, "r1", onSsd);

      assertThat(place(onSsd)).isEqualTo(on("n1"));
    }
  }

  @Nested
  class NodesWithTaints {
    private final PodTemplate tolerated =
        web(List.of(), List.of(), List.of(evenlyWhereTolerated(ZONE)));

    @Test
    void countWhereNothingElseIsSaid() {
      ledger.put(in("a", "n1"));
      ledger.put(in("b", "n2", RESERVED));
      running(1, "n1");

      assertThat(place(web(List.of(), List.of(), List.of(evenly(ZONE)))))
          .isInstanceOf(Choice.Nowhere.class);
    }

    @Test
    void areNoDomainWhereTaintsAreHonored() {
      ledger.put(in("a", "n1"));
      ledger.put(in("b", "n2", RESERVED));
      running(1, "n1");

      assertThat(place(tolerated)).isEqualTo(on("n1"));
    }

    @Test
    void aCordonIsATaint() {
      ledger.put(in("a", "n1"));
      ledger.put(cordoned(in("b", "n2")));
      running(1, "n1");

      assertThat(place(tolerated)).isEqualTo(on("n1"));
    }

    @Test
    void silenceIsATaint() {
      ledger.put(in("a", "n1"));
      ledger.put(silent(in("b", "n2")));
      running(1, "n1");

      assertThat(place(tolerated)).isEqualTo(on("n1"));
    }

    @Test
    void podsThatAreNotCountedAreNotWhenATaintComes() {
      var elsewhere = new ObjectKey("Deployment", "bank", "web");
      ledger.put(in("a", "n1"));
      ledger.put(in("a", "n2"));
      ledger.put(in("b", "n3"));
      ledger.add("n2", elsewhere, "r1", web());
      ledger.add("n2", elsewhere, "r1", web());
      ledger.add("n1", WEB, "r1", tolerated);
      assertThat(place(tolerated)).isEqualTo(on("n3"));

      ledger.put(in("a", "n2", RESERVED));

      // Zone a has one pod, and not one less two.
      assertThat(place(tolerated)).isEqualTo(on("n3"));
    }

    @Test
    void theirPodsAreCountedAgainWhenTheTaintGoes() {
      ledger.put(in("a", "n1"));
      ledger.put(in("a", "n2"));
      ledger.put(in("b", "n3"));
      running(2, "n2");
      ledger.add("n3", WEB, "r1", tolerated);

      assertThat(place(tolerated)).isEqualTo(on("n3"));

      ledger.put(in("a", "n2", RESERVED));
      assertThat(place(tolerated)).isEqualTo(on("n1"));

      ledger.put(in("a", "n2"));
      assertThat(place(tolerated)).isEqualTo(on("n3"));
      assertThat(ledger.isStale()).isFalse();
    }
  }
}
