package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The devices of a node, as people name them and as they are found.
class NodeDevicesTest {
  @TempDir Path folder;

  private static NodeDevices find(String option) throws IOException {
    return NodeDevices.find(DeviceOption.parse(option), it -> {});
  }

  private static NodeDevice file(String path) throws IOException {
    return new NodeDevice.File(Path.of(path).toRealPath().toString(), path);
  }

  private static void isMisread(String option, String problem) {
    assertThatThrownBy(() -> DeviceOption.parse(option))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(problem);
  }

  private static void isMissed(String option, String problem) {
    assertThatThrownBy(() -> find(option)).isInstanceOf(IOException.class).hasMessage(problem);
  }

  @Test
  void eachPathIsOneUnit() throws IOException {
    var devices = find("example.com/tty=/dev/null,/dev/zero example.com/noise=/dev/random");

    assertThat(devices.byResource())
        .isEqualTo(
            Map.of(
                "example.com/tty", List.of(file("/dev/null"), file("/dev/zero")),
                "example.com/noise", List.of(file("/dev/random"))));
    assertThat(devices.amounts()).isEqualTo(Map.of("example.com/tty", 2L, "example.com/noise", 1L));
  }

  @Test
  void aGlobStandsForTheDevicesThatItFits() throws IOException {
    Files.createSymbolicLink(folder.resolve("tty2"), Path.of("/dev/zero"));
    Files.createSymbolicLink(folder.resolve("tty1"), Path.of("/dev/null"));
    Files.createSymbolicLink(folder.resolve("tty3"), Path.of("/nowhere"));
    Files.createFile(folder.resolve("tty4"));
    Files.createDirectory(folder.resolve("tty5"));

    var devices = find("example.com/tty=" + folder + "/tty*");

    assertThat(devices.byResource().get("example.com/tty"))
        .containsExactly(file(folder + "/tty1"), file(folder + "/tty2"));
    assertThat(devices.ids().of("example.com/tty")).containsExactly("/dev/null", "/dev/zero");
  }

  @Test
  void aGlobMayFitNothing() throws IOException {
    var notices = new ArrayList<String>();
    var glob = folder + "/tty*";

    var devices = NodeDevices.find(DeviceOption.parse("example.com/tty=" + glob), notices::add);

    assertThat(devices.amounts()).isEqualTo(Map.of("example.com/tty", 0L));
    assertThat(notices)
        .containsExactly("--device example.com/tty: there is no device " + glob + " at the moment");
    assertThat(find("example.com/tty=" + folder + "/serial/*").ids().isEmpty()).isTrue();
  }

  @Test
  void whatIsNoDeviceIsAnError() throws IOException {
    var plain = Files.createFile(folder.resolve("plain"));
    var link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/null"));

    isMissed(
        "example.com/tty=/dev/null,/dev/nix", "--device example.com/tty: /dev/nix does not exist");
    isMissed("example.com/tty=" + plain, "--device example.com/tty: " + plain + " is no device");
    isMissed(
        "example.com/tty=/dev/null example.com/tty=/dev/null",
        "--device example.com/tty: /dev/null is named twice");
    isMissed(
        "example.com/tty=/dev/null example.com/other=" + link,
        "--device example.com/other: " + link + " is named twice, also as /dev/null");
  }

  @Test
  void whatIsNotWrittenSoIsAnError() {
    isMisread("tty", "is written NAME=PATH[,PATH...], not 'tty'");
    isMisread("example.com/tty=", "is written NAME=PATH[,PATH...], not 'example.com/tty='");
    for (String name :
        List.of("tty", "kubernetes.io/tty", "Example.com/tty", "example.com/", "requests.a/b")) {
      isMisread(
          name + "=/dev/null",
          "NAME is a domain and a name such as example.com/tty, not of kubernetes.io, and not '"
              + name
              + "'");
    }
    isMisread("example.com/tty=dev/null", "PATH is the absolute path of a device, not 'dev/null'");
    isMisread("example.com/tty=/dev/null,", "PATH is the absolute path of a device, not ''");
    isMisread(
        "example.com/tty=/dev/*/null",
        "only the last part of a PATH may have * ? [ ], which '/dev/*/null' does not keep to");
  }

  @Test
  void gpusAreFoundWhereTheEngineCanGiveThem() throws IOException {
    for (String name : List.of("nvidia0", "nvidia10", "nvidia2", "nvidiactl", "nvidia-uvm")) {
      Files.createFile(folder.resolve(name));
    }

    assertThat(NodeDevices.NONE.withGpus(facts("runc", "nvidia"), folder).byResource())
        .isEqualTo(Map.of("nvidia.com/gpu", List.of(gpu("0"), gpu("2"), gpu("10"))));
    assertThat(NodeDevices.NONE.withGpus(facts("runc"), folder)).isEqualTo(NodeDevices.NONE);
    var named = find("nvidia.com/gpu=/dev/null");
    assertThat(named.withGpus(facts("nvidia"), folder)).isEqualTo(named);
  }

  private NodeDevice gpu(String number) {
    return new NodeDevice.Gpu(folder + "/nvidia" + number, number);
  }

  private static Engine.Facts facts(String... runtimes) {
    return new Engine.Facts(
        2, 4L << 30, "6.1", "Debian", "linux", "x86_64", "28", List.of(runtimes));
  }

  @Test
  void aNodeTellsHowManyItHas() throws IOException {
    var devices = find("example.com/tty=/dev/null,/dev/zero");
    var settings = Settings.usual("it", "n1", folder);

    var info = NodeAgent.info(settings, facts("runc"), devices);

    assertThat(info.allocatable().extended())
        .isEqualTo(new TreeMap<>(Map.of("example.com/tty", 2L)));
  }

  @Test
  void onlyWhatTheNodeHasIsGiven() throws IOException {
    var devices = find("example.com/tty=/dev/null,/dev/zero");

    assertThat(devices.of(find("example.com/tty=/dev/zero").ids()))
        .contains(List.of(file("/dev/zero")));
    assertThat(devices.of(find("example.com/tty=/dev/zero,/dev/random").ids())).isEmpty();
  }
}
