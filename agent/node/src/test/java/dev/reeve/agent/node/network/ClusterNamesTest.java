package dev.reeve.agent.node.network;

import static dev.reeve.agent.node.network.Given.endpoint;
import static dev.reeve.agent.node.network.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Service;
import org.junit.jupiter.api.Test;

/// As the specification of DNS for Kubernetes has it.
class ClusterNamesTest {
  private final ClusterNames names =
      new ClusterNames(
          new Given()
              .served(
                  service("web", Service.Type.CLUSTER_IP, "10.96.0.10", 0),
                  endpoint("10.244.1.2", "n1", 1))
              .served(
                  service("db", Service.Type.HEADLESS, "", 0),
                  endpoint("10.244.1.3", "n1", 1),
                  endpoint("10.244.2.3", "n2", 1))
              .table());

  private ClusterNames.Found at(String name) {
    return names.find(name + ".cluster.local.").orElseThrow();
  }

  @Test
  void aServiceHasItsAddress() {
    assertThat(at("web.default.svc").addresses()).containsExactly("10.96.0.10");
  }

  @Test
  void aHeadlessServiceHasThoseOfItsPods() {
    assertThat(at("db.default.svc").addresses()).containsExactly("10.244.1.3", "10.244.2.3");
    assertThat(at("10-244-1-3.db.default.svc").addresses()).containsExactly("10.244.1.3");
  }

  @Test
  void aPortLeadsToTheServiceOrToItsPods() {
    assertThat(at("_http._tcp.web.default.svc").ports())
        .containsExactly(new ClusterNames.Port("web.default.svc.cluster.local.", "10.96.0.10", 80));
    assertThat(at("_http._tcp.db.default.svc").ports())
        .extracting(ClusterNames.Port::number)
        .containsExactly(8080, 8080);
    assertThat(names.find("_smtp._tcp.web.default.svc.cluster.local.")).isEmpty();
  }

  @Test
  void aPodHasTheAddressThatItsNameSays() {
    assertThat(at("10-244-7-8.default.pod").addresses()).containsExactly("10.244.7.8");
    assertThat(names.find("192-168-0-1.default.pod.cluster.local.")).isEmpty();
  }

  @Test
  void whatIsNotThereIsNot() {
    assertThat(names.find("nothing.default.svc.cluster.local.")).isEmpty();
    assertThat(names.find("web.other.svc.cluster.local.")).isEmpty();
    assertThat(at("default.svc")).isEqualTo(ClusterNames.Found.NOTHING);
  }

  @Test
  void addressesLeadBackToNames() {
    assertThat(names.namesOf("10.96.0.10")).containsExactly("web.default.svc.cluster.local.");
    assertThat(names.namesOf("10.244.2.3"))
        .containsExactly("10-244-2-3.db.default.svc.cluster.local.");
    assertThat(names.isOwnAddress("10.244.9.9")).isTrue();
    assertThat(names.isOwnAddress("8.8.8.8")).isFalse();
  }
}
