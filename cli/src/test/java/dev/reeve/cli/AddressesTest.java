package dev.reeve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AddressesTest {
  private static final String DIAL =
      "Invalid value for option '--server': it is wss://HOST:7071, where agents dial in"
          + " (or REEVE_AGENT_SERVER), not ";
  private static final String WEB =
      "Invalid value for option '--server': it is http://HOST:7070, where the web is"
          + " (or REEVE_SERVER), not ";

  private static void isUsage(Said said, String message) {
    assertThat(said.code()).isEqualTo(64);
    assertThat(said.err()).startsWith("reeve: " + message);
  }

  @Test
  void ofAgentsAreNotThoseOfReaders() {
    isUsage(Said.by("agent", "--server", "http://host:7070"), DIAL + "'http://host:7070'");
    isUsage(Said.by("agent", "--server", "host:7071"), DIAL + "'host:7071'");
    isUsage(Said.by("status", "--server", "wss://host:7071"), WEB + "'wss://host:7071'");
    isUsage(Said.by("logs", "--server", "host", "pod"), WEB + "'host'");
  }

  @Test
  void haveVariablesOfTheirOwn() {
    var both = Map.of("REEVE_SERVER", "http://127.0.0.1:1", "REEVE_AGENT_SERVER", "nonsense");

    isUsage(Said.by(both, "agent"), DIAL + "'nonsense'");
    assertThat(Said.by(both, "status").err()).contains("answers at http://127.0.0.1:1 ");
  }

  @Test
  void ofNodesAreThoseTheyReachTheControlPlaneFrom() throws SocketException {
    var own = new ArrayList<String>();
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(it -> !it.isLoopbackAddress())
        .forEach(it -> own.add(it.getHostAddress()));
    own.add("");

    assertThat(AgentCommand.addressTowards(URI.create("wss://192.0.2.1:7071"))).isIn(own);
    assertThat(AgentCommand.addressTowards(URI.create("wss://127.0.0.1:7071"))).isEmpty();
    assertThat(AgentCommand.addressTowards(URI.create("wss://nowhere.invalid"))).isEmpty();
  }

  @Test
  void ofAgentsMustBeGiven() {
    isUsage(
        Said.by(Map.of("REEVE_SERVER", "http://host:7070"), "agent"),
        "Missing required option: '--server=URL'");
  }
}
