package dev.reeve.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.core.protocol.Report;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WireTest {
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");

  @Test
  void anOrderArrivesAsItWasSent() throws Exception {
    var use = new ConfigUse(new ObjectKey("Secret", "default", "db"), "h1");
    var data = new TreeMap<String, Bytes>();
    data.put("password", Bytes.of(new byte[] {0, -1, 7}));
    var order =
        new Order(
            3,
            4,
            5,
            Order.Scope.DELTA,
            List.of(new PodOrder("uid", "web-x-1", WEB, "x", "c0ffee")),
            List.of(new PodRemoval("old", "Superseded")),
            List.of(new ReleaseText("x", "c0ffee", Bytes.utf8("{}"), List.of(use))));
    ToNode sent = new ToNode.Give(order, List.of(new ConfigContent(use, data)));

    var received = Wire.toNode(Wire.write(sent));

    assertThat(received).isEqualTo(sent);
  }

  @Test
  void whatIsUsedArrivesAsItWasSent() throws Exception {
    FromNode sent =
        new FromNode.Used(
            new NodeUsage(
                1_200,
                3L << 30,
                15_000,
                List.of(
                    new NodeUsage.PodUsage(
                        "uid", List.of(new NodeUsage.ContainerUsage("app", 250, 64 << 20))))));

    assertThat(Wire.fromNode(Wire.write(sent))).isEqualTo(sent);
  }

  @Test
  void aReportArrivesAsItWasSent() throws Exception {
    var labels = new TreeMap<String, String>();
    labels.put(NodeInfo.ZONE, "z1");
    var container =
        new ContainerReport(
            "app",
            false,
            "web:1",
            "sha256:1",
            "c1",
            ContainerReport.State.RUNNING,
            true,
            2,
            Optional.of(Instant.parse("2026-01-02T03:04:05.678Z")),
            Optional.empty(),
            0,
            "",
            "");
    var pod =
        new PodReport(
            "uid",
            "web-x-1",
            WEB,
            "x",
            "c0ffee",
            PodReport.Phase.RUNNING,
            true,
            false,
            "10.0.0.7",
            Optional.of(Instant.EPOCH),
            List.of(container),
            "",
            "");
    FromNode sent =
        new FromNode.Tell(
            new Report(
                "boot",
                1,
                2,
                Report.Scope.FULL,
                7,
                9,
                11,
                Optional.of(new NodeInfo(new Resources(1, 2), 110, labels, "", new TreeMap<>())),
                List.of(pod),
                List.of("gone")));

    var received = Wire.fromNode(Wire.write(sent));

    assertThat(received).isEqualTo(sent);
  }

  @Test
  void fieldsOfANewerPeerArePassedOver() throws Exception {
    var received = Wire.fromNode("{\"type\":\"heartbeat\",\"mood\":\"good\"}");

    assertThat(received).isEqualTo(new FromNode.Heartbeat());
  }

  @Test
  void whatAnOlderPeerDoesNotKnowIsEmpty() throws Exception {
    var resources =
        Wire.read(
            "{\"cpuMillis\":1,\"memoryBytes\":2}".getBytes(StandardCharsets.UTF_8),
            Resources.class);

    assertThat(resources).isEqualTo(new Resources(1, 2));
  }

  @Test
  void whatIsNoMessageIsSaidToBeNone() {
    assertThatThrownBy(() -> Wire.fromNode("{\"type\":\"nonsense\"}"))
        .isInstanceOf(Wire.UnreadableMessage.class);
    assertThatThrownBy(() -> Wire.fromNode("hello")).isInstanceOf(Wire.UnreadableMessage.class);
  }

  @Test
  void aSecretOnItsWayIsNotPrinted() {
    var data = new TreeMap<String, Bytes>();
    data.put("password", Bytes.utf8("hunter2"));
    var content =
        new ConfigContent(new ConfigUse(new ObjectKey("Secret", "default", "db"), "h1"), data);

    assertThat(content.toString()).contains("password").doesNotContain("hunter2");
  }
}
