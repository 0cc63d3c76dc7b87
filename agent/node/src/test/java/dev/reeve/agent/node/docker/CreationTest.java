package dev.reeve.agent.node.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.agent.node.ContainerPlan;
import dev.reeve.agent.node.NodeDevice;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What the engine is told, as it goes over the wire.
class CreationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode hostConfig(NodeDevice... devices) {
    var plan =
        new ContainerPlan(
            "name",
            "image",
            Collections.emptySortedMap(),
            new ContainerPlan.Program(
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                false,
                false,
                Optional.empty()),
            new ContainerPlan.Network(
                "none",
                Optional.empty(),
                new ContainerPlan.Resolver(List.of(), List.of(), List.of()),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Collections.emptySortedMap()),
            new ContainerPlan.Limits(
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                0,
                OptionalLong.empty(),
                List.of()),
            new ContainerPlan.Rights(false, false, List.of(), List.of(), List.of(), List.of()),
            List.of(),
            List.of(devices));
    return JSON.valueToTree(Creation.hostConfig(plan));
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return JSON.readTree(text.replace('\'', '"'));
  }

  @Test
  void deviceFilesKeepTheirPaths() throws JsonProcessingException {
    var config = hostConfig(new NodeDevice.File("/dev/ttyUSB0", "/dev/serial/by-id/modem"));

    assertThat(config.path("Devices"))
        .isEqualTo(
            json(
                "[{'PathOnHost':'/dev/serial/by-id/modem',"
                    + "'PathInContainer':'/dev/serial/by-id/modem','CgroupPermissions':'rwm'}]"));
    assertThat(config.path("DeviceRequests").isEmpty()).isTrue();
  }

  /// What `docker run --gpus '"device=0,2"'` sends.
  @Test
  void gpusAreAskedForByTheirNumbers() throws JsonProcessingException {
    var config =
        hostConfig(
            new NodeDevice.Gpu("/dev/nvidia0", "0"), new NodeDevice.Gpu("/dev/nvidia2", "2"));

    assertThat(config.path("DeviceRequests"))
        .isEqualTo(
            json(
                "[{'Driver':'','Count':0,'DeviceIDs':['0','2'],"
                    + "'Capabilities':[['gpu']],'Options':{}}]"));
    assertThat(config.path("Devices").isEmpty()).isTrue();
  }

  @Test
  void whoIsGivenNoneAsksForNone() {
    var config = hostConfig();

    assertThat(config.path("Devices").isEmpty()).isTrue();
    assertThat(config.path("DeviceRequests").isEmpty()).isTrue();
  }
}
