package dev.reeve.core.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.scheduling.Placement.Candidate;
import dev.reeve.core.scheduling.Placement.Choice;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final long GIB = 1L << 30;

  private static Candidate node(String name, long usedMillis, int pods, int siblings) {
    var labels = new TreeMap<String, String>();
    labels.put("disk", name.equals("a") ? "ssd" : "hdd");
    var info = new NodeInfo(new Resources(4_000, 8 * GIB), 10, labels, "", new TreeMap<>());
    var ports = new TreeSet<HostPort>();
    if (name.equals("b")) {
      ports.add(new HostPort("TCP", 80));
    }
    return new Candidate(name, info, new Resources(usedMillis, GIB), pods, ports, siblings);
  }

  private static PodTemplate template(
      long cpuMillis, SortedMap<String, String> selector, List<HostPort> ports) {
    return new PodTemplate(
        "t",
        new Resources(cpuMillis, GIB),
        selector,
        ports,
        Optional.empty(),
        true,
        List.of("app"),
        Bytes.utf8("{}"));
  }

  private static final SortedMap<String, String> ANY = new TreeMap<>();

  @Test
  void spreadsTheReplicasOfAWorkload() {
    var choice =
        Placement.choose(
            template(100, ANY, List.of()), List.of(node("a", 0, 1, 1), node("b", 3_000, 3, 0)));

    assertThat(choice).isEqualTo(new Choice.Node("b"));
  }

  @Test
  void takesTheEmptierOfTwo() {
    var choice =
        Placement.choose(
            template(100, ANY, List.of()), List.of(node("a", 2_000, 1, 0), node("b", 500, 1, 0)));

    assertThat(choice).isEqualTo(new Choice.Node("b"));
  }

  @Test
  void saysWhyNothingFits() {
    var ssd = new TreeMap<String, String>();
    ssd.put("disk", "ssd");

    var choice =
        Placement.choose(
            template(3_000, ssd, List.of()), List.of(node("a", 2_000, 1, 0), node("b", 0, 0, 0)));

    assertThat(choice)
        .isEqualTo(
            new Choice.Nowhere(
                "0/2 nodes are available: 1 didn't match Pod's node affinity/selector,"
                    + " 1 Insufficient cpu"));
  }

  @Test
  void givesAHostPortOnce() {
    var web = template(100, ANY, List.of(new HostPort("TCP", 80)));

    assertThat(Placement.choose(web, List.of(node("b", 0, 0, 0))))
        .isInstanceOf(Choice.Nowhere.class);
    assertThat(Placement.choose(web, List.of(node("a", 3_000, 5, 5), node("b", 0, 0, 0))))
        .isEqualTo(new Choice.Node("a"));
  }

  @Test
  void aPodThatAsksForNothingFitsOnAFullNode() {
    var modest =
        new PodTemplate(
            "t", Resources.NONE, ANY, List.of(), Optional.empty(), true, List.of(), Bytes.utf8(""));

    assertThat(Placement.choose(modest, List.of(node("a", 9_000, 1, 0))))
        .isEqualTo(new Choice.Node("a"));
  }
}
