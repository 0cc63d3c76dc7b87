package dev.reeve.agent.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.NetworkPolicy.Peer.Block;
import dev.reeve.core.model.NetworkPolicy.Ports;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service.Protocol;
import dev.reeve.core.protocol.Routing.PolicyRoute;
import dev.reeve.core.protocol.Routing.RuleRoute;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyRulesTest {
  private static final AttachedPod POD = new AttachedPod("u1", "10.244.0.5", List.of());

  private static PolicyRoute policy(
      String name, boolean in, boolean out, String pod, RuleRoute... rules) {
    return new PolicyRoute(
        new ObjectKey("NetworkPolicy", "default", name),
        in,
        out,
        List.of(pod),
        in ? List.of(rules) : List.of(),
        out ? List.of(rules) : List.of());
  }

  @Test
  void whatNoPolicyLetsInIsDropped() {
    var rule =
        new RuleRoute(
            false,
            List.of("10.244.1.2", "10.244.1.3"),
            List.of(new Block(Cidr.parse("10.0.0.0/8"), List.of(Cidr.parse("10.1.0.0/16")))),
            List.of(new Ports(Protocol.TCP, 80, 80), new Ports(Protocol.TCP, 90, 95)));

    var rules = new Given().with(policy("p", true, false, POD.ip(), rule)).rules(POD);

    assertThat(rules.elements().get("isolated-in"))
        .containsEntry("10.244.0.5", "goto to-10.244.0.5");
    assertThat(rules.elements().get("isolated-out")).isEmpty();
    assertThat(rules.chains().get("to-10.244.0.5")).containsExactly("jump in-default/p", "drop");
    assertThat(rules.chains().get("in-default/p"))
        .containsExactly(
            "ip saddr { 10.244.1.2, 10.244.1.3 } tcp dport { 80, 90-95 } accept",
            "ip saddr 10.0.0.0/8 ip saddr != { 10.1.0.0/16 } tcp dport { 80, 90-95 } accept");
  }

  @Test
  void whatIsLetOutIsStillAskedWhetherItMayComeIn() {
    var rule = new RuleRoute(true, List.of(), List.of(), List.of(new Ports(Protocol.UDP, 0, 0)));

    var rules = new Given().with(policy("p", false, true, POD.ip(), rule)).rules(POD);

    assertThat(rules.chains().get("go-default/p")).containsExactly("meta l4proto udp goto let-out");
    assertThat(rules.chains().get("let-out"))
        .containsExactly("ip daddr vmap @isolated-in", "accept");
  }

  @Test
  void aPolicyWithoutRulesLetsNobodyIn() {
    var rules = new Given().with(policy("deny", true, false, POD.ip())).rules(POD);

    assertThat(rules.chains().get("in-default/deny")).isEmpty();
    assertThat(rules.chains().get("to-10.244.0.5")).endsWith("drop");
  }

  @Test
  void podsOfOtherNodesAreTheirs() {
    var rules = new Given().with(policy("deny", true, false, "10.244.9.9")).rules(POD);

    assertThat(rules.elements().get("isolated-in")).isEmpty();
  }
}
