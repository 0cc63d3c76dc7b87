package dev.reeve.agent.node.network;

import static dev.reeve.agent.node.network.Given.endpoint;
import static dev.reeve.agent.node.network.Given.service;
import static dev.reeve.agent.node.network.Given.sticky;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Service;
import org.junit.jupiter.api.Test;

class StickyClientsTest {
  private static final String STAYS = "by-default/web/tcp/80/10.244.1.2/8080";

  private static final String LISTED =
      """
      table ip reeve-prod {
      	map services {
      		type ipv4_addr . inet_proto . inet_service : verdict
      		elements = { 10.96.0.10 . 6 . 80 : goto svc-default/web/tcp/80 }
      	}

      	set by-default/web/tcp/80/10.244.1.2/8080 {
      		type ipv4_addr
      		size 65535
      		flags dynamic,timeout
      		elements = { 10.244.0.7 timeout 1m expires 41s20ms,
      			     10.244.0.9 timeout 1m expires 59s }
      	}

      	set by-default/web/tcp/80/10.244.1.3/8080 {
      		type ipv4_addr
      		flags dynamic,timeout
      	}

      	set by-default/gone/tcp/80/10.244.1.4/8080 {
      		type ipv4_addr
      		elements = { 10.244.0.7 timeout 1m expires 1s }
      	}

      	chain prerouting {
      		type nat hook prerouting priority dstnat - 5; policy accept;
      	}
      }
      """;

  @Test
  void aTableThatIsMadeAnewRemembersWhoStaysWhere() {
    var rules =
        new Given()
            .served(
                sticky(service("web", Service.Type.CLUSTER_IP, "10.96.0.10", 0)),
                endpoint("10.244.1.2", "n1", 1),
                endpoint("10.244.1.3", "n1", 1))
            .rules();

    var again = StickyClients.again(StickyClients.read(LISTED), rules, "reeve-prod");

    assertThat(again)
        .isEqualTo(
            "add element ip reeve-prod "
                + STAYS
                + " { 10.244.0.7 timeout 1m expires 41s20ms, 10.244.0.9 timeout 1m expires 59s }\n");
  }

  @Test
  void whereThereIsNoTableNobodyStaysAnywhere() {
    assertThat(StickyClients.read("")).isEmpty();
  }
}
