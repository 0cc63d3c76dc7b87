package dev.reeve.agent.node.network;

import static dev.reeve.agent.node.network.Given.endpoint;
import static dev.reeve.agent.node.network.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.Service;
import dev.reeve.wire.FromNode.Connections;
import dev.reeve.wire.FromNode.Requests;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetersTest {
  private static final Service WEB = service("web", Service.Type.NODE_PORT, "10.96.0.10", 30080);
  private static final RouteTable ROUTES =
      new Given()
          .served(WEB, endpoint("10.244.1.2", "n1", 1), endpoint("10.244.2.2", "n2", 1))
          .table();

  private final Meters meters = new Meters();

  /// @param elements as the kernel tells them
  private List<Connections> connections(String... elements) {
    var text =
        "table ip reeve-prod {\n\tset served {\n\t\telements = { "
            + String.join(",\n\t\t\t     ", elements)
            + " }\n\t}\n}\n";
    return meters
        .since(ROUTES, Optional.of(text), Optional.empty())
        .map(it -> it.connections())
        .orElse(List.of());
  }

  private static String element(String asked, String found, int count) {
    return asked + " . " + found + " counter packets " + count + " bytes 60 expires 59m";
  }

  private static Connections to(String ip, int count) {
    return new Connections(WEB.key(), "pod-" + ip, count);
  }

  @Test
  void connectionsAreToldByServiceAndPod() {
    assertThat(
            connections(
                element("10.96.0.10 . 80", "10.244.1.2 . 8080", 3),
                element("10.96.0.10 . 80", "10.244.2.2 . 8080", 4)))
        .containsExactlyInAnyOrder(to("10.244.1.2", 3), to("10.244.2.2", 4));
  }

  @Test
  void whatCameByANodesPortIsCountedWithTheRest() {
    assertThat(
            connections(
                element("10.96.0.10 . 80", "10.244.1.2 . 8080", 3),
                element("192.168.0.7 . 30080", "10.244.1.2 . 8080", 2)))
        .containsExactly(to("10.244.1.2", 5));
  }

  @Test
  void onlyWhatIsNewIsToldAgain() {
    connections(element("10.96.0.10 . 80", "10.244.1.2 . 8080", 3));

    assertThat(connections(element("10.96.0.10 . 80", "10.244.1.2 . 8080", 3))).isEmpty();
    assertThat(connections(element("10.96.0.10 . 80", "10.244.1.2 . 8080", 5)))
        .containsExactly(to("10.244.1.2", 2));
  }

  @Test
  void aTableThatWasMadeAnewCountsFromZero() {
    connections(element("10.96.0.10 . 80", "10.244.1.2 . 8080", 7));

    assertThat(connections(element("10.96.0.10 . 80", "10.244.1.2 . 8080", 2)))
        .containsExactly(to("10.244.1.2", 2));
  }

  @Test
  void aPodThatDidNotServeForAWhileIsNotCountedTwice() {
    var text = element("10.96.0.10 . 80", "10.244.1.2 . 8080", 7);
    connections(text);
    meters.since(new Given().served(WEB).table(), Optional.of(text), Optional.empty());

    assertThat(connections(element("10.96.0.10 . 80", "10.244.1.2 . 8080", 8)))
        .containsExactly(to("10.244.1.2", 1));
  }

  @Test
  void whatBelongsToNoServiceIsNotTold() {
    assertThat(
            connections(
                element("10.96.0.99 . 80", "10.244.1.2 . 8080", 3),
                element("10.96.0.10 . 80", "10.244.9.9 . 8080", 3)))
        .isEmpty();
  }

  @Test
  void requestsAreToldByBackendAndWhatTheyWereAnsweredWith() {
    var csv =
        """
        Name: HAProxy
        Pid: 41

        # pxname,svname,scur,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,
        default:web:80,BACKEND,0,0,12,0,1,0,0,
        nowhere,BACKEND,0,0,0,0,5,0,0,
        """;

    var told = meters.since(ROUTES, Optional.empty(), Optional.of(ProxyStatistics.read(csv)));

    assertThat(told.orElseThrow().requests())
        .containsExactlyInAnyOrder(
            new Requests(WEB.key(), "80", "2xx", 12), new Requests(WEB.key(), "80", "4xx", 1));
    assertThat(meters.since(ROUTES, Optional.empty(), Optional.of(ProxyStatistics.read(csv))))
        .isEmpty();
    var reloaded = ProxyStatistics.read(csv.replace("Pid: 41", "Pid: 42").replace(",12,", ",15,"));
    assertThat(
            meters.since(ROUTES, Optional.empty(), Optional.of(reloaded)).orElseThrow().requests())
        .as("another process has counted them from zero")
        .contains(new Requests(WEB.key(), "80", "2xx", 15));
  }
}
