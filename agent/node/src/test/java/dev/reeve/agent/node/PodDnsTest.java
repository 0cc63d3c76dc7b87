package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.agent.node.ContainerPlan.Resolver;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodDnsTest {
  private static final Resolver NODE =
      new Resolver(List.of("10.0.0.1"), List.of("node.example"), List.of("ndots:1", "rotate"));

  @Test
  void leavesAPodThatSaysNothingToTheEngine() {
    var spec = new PodSpecBuilder().withDnsPolicy("ClusterFirst").build();

    assertThat(PodDns.resolver("shop", spec, Optional.empty())).isEqualTo(Resolver.OF_THE_NODE);
  }

  @Test
  void takesWithPolicyNoneOnlyWhatThePodSays() {
    PodSpec spec =
        new PodSpecBuilder()
            .withDnsPolicy("None")
            .withNewDnsConfig()
            .withNameservers("10.9.9.9")
            .addNewOption("ndots", "2")
            .endDnsConfig()
            .build();

    assertThat(PodDns.resolver("shop", spec, Optional.empty()))
        .isEqualTo(new Resolver(List.of("10.9.9.9"), List.of("."), List.of("ndots:2")));
  }

  @Test
  void addsToWhatTheNodeHas() {
    var own = new Resolver(List.of("10.9.9.9"), List.of("own.example"), List.of("ndots:2"));

    assertThat(PodDns.added(NODE, own))
        .isEqualTo(
            new Resolver(
                List.of("10.0.0.1", "10.9.9.9"),
                List.of("node.example", "own.example"),
                List.of("rotate", "ndots:2")));
  }

  @Test
  void leavesToTheEngineWhatThePodDoesNotAddTo() {
    var own = new Resolver(List.of(), List.of("own.example"), List.of());

    assertThat(PodDns.added(NODE, own))
        .isEqualTo(new Resolver(List.of(), List.of("node.example", "own.example"), List.of()));
  }

  @Test
  void readsTheNodesFileAsAPodCouldUseIt() {
    var lines =
        List.of(
            "# made by hand",
            "nameserver 127.0.0.53",
            "nameserver 10.0.0.1",
            "search  node.example other.example",
            "options edns0 trust-ad",
            "");

    assertThat(PodDns.parse(lines))
        .isEqualTo(
            new Resolver(
                List.of("10.0.0.1"),
                List.of("node.example", "other.example"),
                List.of("edns0", "trust-ad")));
  }
}
