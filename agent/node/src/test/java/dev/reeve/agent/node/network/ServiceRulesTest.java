package dev.reeve.agent.node.network;

import static dev.reeve.agent.node.network.Given.endpoint;
import static dev.reeve.agent.node.network.Given.localOutside;
import static dev.reeve.agent.node.network.Given.service;
import static dev.reeve.agent.node.network.Given.sticky;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Service;
import dev.reeve.core.model.Service.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceRulesTest {
  private static final Service WEB = service("web", Service.Type.CLUSTER_IP, "10.96.0.10", 0);
  private static final Service OPEN = service("web", Service.Type.NODE_PORT, "10.96.0.10", 30080);
  private static final String CHAIN = "svc-default/web/tcp/80";

  @Test
  void anAddressLeadsToTheChainOfItsService() {
    var rules = new Given().served(WEB, endpoint("10.244.1.2", "n1", 1)).rules();

    assertThat(rules.elements().get("services"))
        .containsEntry("10.96.0.10 . tcp . 80", "goto " + CHAIN);
    assertThat(rules.chains().get(CHAIN))
        .containsExactly("meta l4proto tcp dnat ip to 10.244.1.2:8080");
  }

  @Test
  void endpointsShareByWeight() {
    var rules =
        new Given()
            .served(WEB, endpoint("10.244.1.2", "n1", 9000), endpoint("10.244.2.2", "n2", 1000))
            .rules();

    assertThat(rules.chains().get(CHAIN))
        .containsExactly(
            "meta l4proto tcp dnat ip to numgen random mod 10 map"
                + " { 0-8 : 10.244.1.2 . 8080, 9 : 10.244.2.2 . 8080 }");
  }

  @Test
  void aServiceThatNobodyServesLeadsNowhere() {
    var rules = new Given().served(WEB).rules();

    assertThat(rules.elements().get("services")).isEmpty();
    assertThat(rules.chains()).doesNotContainKey(CHAIN);
  }

  @Test
  void whatComesToANodesPortComesBackThroughTheNode() {
    var rules = new Given().served(OPEN, endpoint("10.244.1.2", "n1", 1)).rules();

    assertThat(rules.elements().get("nodeports"))
        .containsEntry("tcp . 30080", "goto ext-default/web/tcp/80");
    assertThat(rules.chains().get("ext-default/web/tcp/80"))
        .containsExactly("meta mark set meta mark | 0x4000", "goto " + CHAIN);
  }

  @Test
  void withALocalPolicyOnlyPodsOfTheNodeAreAskedAndSeeWhoAsks() {
    var rules =
        new Given()
            .served(
                localOutside(OPEN),
                endpoint("10.244.1.2", "n1", 1),
                endpoint("10.244.0.2", "n0", 1))
            .rules();

    assertThat(rules.chains().get("ext-default/web/tcp/80"))
        .containsExactly("goto out-default/web/tcp/80");
    assertThat(rules.chains().get("out-default/web/tcp/80"))
        .containsExactly("meta l4proto tcp dnat ip to 10.244.0.2:8080");
  }

  @Test
  void aClientStaysWithItsPod() {
    var rules =
        new Given()
            .served(sticky(WEB), endpoint("10.244.1.2", "n1", 1), endpoint("10.244.2.2", "n2", 1))
            .rules();

    var clients = "by-default/web/tcp/80/10.244.1.2/8080";
    var own = "ep-default/web/tcp/80/10.244.1.2/8080";
    assertThat(rules.sets().get(clients)).contains("timeout");
    assertThat(rules.chains().get(CHAIN))
        .startsWith("ip saddr @" + clients + " goto " + own)
        .endsWith(
            "numgen random mod 2 vmap { 0 : goto "
                + own
                + ", 1 : goto ep-default/web/tcp/80/10.244.2.2/8080 }");
    assertThat(rules.chains().get(own))
        .startsWith("update @" + clients + " { ip saddr timeout 60s }");
  }

  @Test
  void aHostPortLeadsIntoThePod() {
    var pod =
        new AttachedPod("u1", "10.244.0.5", List.of(new HostPort(Protocol.UDP, "", 53, 5353)));

    var rules = new Given().rules(pod);

    assertThat(rules.elements().get("hostports")).containsEntry("udp . 53", "goto host-udp/53");
    assertThat(rules.chains().get("host-udp/53"))
        .containsExactly("meta l4proto udp dnat ip to 10.244.0.5:5353");
    assertThat(rules.elements().get("hairpin")).containsKey("10.244.0.5 . 10.244.0.5");
  }

  @Test
  void onlyTheChainOfWhatChangedIsWrittenAnew() {
    var other = service("other", Service.Type.CLUSTER_IP, "10.96.0.11", 0);
    var before =
        new Given()
            .served(WEB, endpoint("10.244.1.2", "n1", 1))
            .served(other, endpoint("10.244.1.3", "n1", 1))
            .rules();
    var after =
        new Given()
            .served(WEB, endpoint("10.244.1.2", "n1", 1))
            .served(other, endpoint("10.244.1.4", "n1", 1))
            .rules();

    assertThat(Ruleset.change("t", before, after).lines())
        .containsExactly(
            "flush chain ip t svc-default/other/tcp/80",
            "add rule ip t svc-default/other/tcp/80 meta l4proto tcp dnat ip to 10.244.1.4:8080");
    assertThat(Ruleset.change("t", after, after)).isEmpty();
  }

  @Test
  void aServiceThatIsGoneLosesItsElementBeforeItsChain() {
    var before = new Given().served(WEB, endpoint("10.244.1.2", "n1", 1)).rules();

    assertThat(Ruleset.change("t", before, new Given().rules()).lines())
        .containsExactly(
            "delete element ip t services { 10.96.0.10 . tcp . 80 }",
            "flush chain ip t " + CHAIN,
            "delete chain ip t " + CHAIN);
  }
}
