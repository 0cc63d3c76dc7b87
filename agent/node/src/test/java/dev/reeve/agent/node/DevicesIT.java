package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.wire.ToNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Pods that are given devices, on a real engine. The devices are two that yield zeros.
class DevicesIT {
  private static Path folder = Path.of("");
  private static TestEngine engine;
  private static Path one = Path.of("");

  private final List<PodOrder> pods = new ArrayList<>();
  private TestLink link = new TestLink();
  private Settings settings;
  private NodeAgent agent;
  private long generation;

  @BeforeAll
  static void startEngine() throws Exception {
    assertThat(TestEngine.isPossible())
        .as("needs root, dockerd and a static busybox; script/test installs them")
        .isTrue();
    folder = Files.createTempDirectory("reeve-devices-it");
    one = device("zeros1");
    device("zeros2");
    engine = TestEngine.start(folder.resolve("engine"));
  }

  private static Path device(String name) throws Exception {
    var path = folder.resolve(name);
    TestEngine.output("mknod", path.toString(), "c", "1", "5");
    return path;
  }

  @AfterAll
  static void stopEngine() throws Exception {
    if (engine != null) {
      engine.close();
      MemoryFolder.unmountBelow(folder);
      Disk.removeTree(folder);
    }
  }

  @BeforeEach
  void startAgent() throws Exception {
    var own = Files.createTempDirectory(folder, "agent");
    settings =
        Settings.usual("it", "n1", own.resolve("data"))
            .withDockerHost(engine.host())
            .withRunDir(own.resolve("run"))
            .withDevices(
                NodeDevices.find(
                    DeviceOption.parse("example.com/zeros=" + folder + "/zeros*"), it -> {}));
    agent = NodeAgent.start(settings, link);
  }

  @AfterEach
  void stopAgent() throws Exception {
    agent.close();
    NodeCleanup.removeAll(settings);
  }

  private PodOrder pod(String name, String init) {
    var pod =
        new PodOrder(
            "uid-" + name,
            name + "-1",
            new ObjectKey("Deployment", "default", name),
            "rel" + name,
            "c0ffee");
    pods.add(pod);
    var spec =
        "{"
            + init
            + "'containers':[{'name':'app','image':'bb:1','command':['sleep','1000'],"
            + "'resources':{'limits':{'example.com/zeros':'1'}}}],"
            + "'terminationGracePeriodSeconds':1}";
    var template = Bytes.utf8("{'metadata':{},'spec':%s}".formatted(spec).replace('\'', '"'));
    give(List.of(new ReleaseText(pod.release(), "c0ffee", template, List.of())), List.of());
    return pod;
  }

  private void give(List<ReleaseText> releases, List<PodRemoval> removals) {
    generation++;
    link.give(
        new ToNode.Give(
            new Order(
                1,
                generation - 1,
                generation,
                generation == 1 ? Order.Scope.FULL : Order.Scope.DELTA,
                List.copyOf(pods),
                removals,
                releases),
            List.of()));
  }

  private void remove(PodOrder pod) throws Exception {
    pods.remove(pod);
    give(List.of(), List.of(new PodRemoval(pod.uid(), "ScaledDown")));
    link.awaitGone(pod.uid());
  }

  private static ContainerReport container(PodReport pod, String name) {
    return pod.containers().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
  }

  private static String devicesIn(ContainerReport container) throws Exception {
    return engine.docker("exec", container.id(), "sh", "-c", "ls " + folder + " 2>&1");
  }

  @Test
  void eachPodIsGivenItsOwnAndTheThirdWaits() throws Exception {
    assertThat(agent.info().allocatable().extended())
        .isEqualTo(new TreeMap<>(Map.of("example.com/zeros", 2L)));
    var a = pod("a", "");
    var appOfA = container(link.await(a.uid(), PodReport::ready), "app");
    var b = pod("b", "");
    var appOfB = container(link.await(b.uid(), PodReport::ready), "app");
    assertThat(devicesIn(appOfA)).isEqualTo("zeros1");
    assertThat(devicesIn(appOfB)).isEqualTo("zeros2");
    assertThat(
            engine.docker("exec", appOfA.id(), "sh", "-c", "head -c 5 " + one + " | od -An -tx1"))
        .isEqualTo("00 00 00 00 00");

    var c = pod("c", "");
    var waiting =
        container(
            link.await(c.uid(), it -> container(it, "app").reason().equals("DevicesNotFree")),
            "app");
    assertThat(waiting.state()).isEqualTo(ContainerReport.State.WAITING);
    assertThat(waiting.message())
        .isEqualTo("it asks for 1 of example.com/zeros, and 0 of the 2 of this node are free");

    remove(b);

    assertThat(devicesIn(container(link.await(c.uid(), PodReport::ready), "app")))
        .isEqualTo("zeros2");
  }

  @Test
  void whoHasWhatOutlivesTheAgent() throws Exception {
    var a = pod("a", "");
    var appOfA = container(link.await(a.uid(), PodReport::ready), "app");
    agent.close();
    link = new TestLink();
    agent = NodeAgent.start(settings, link);
    assertThat(container(link.await(a.uid(), PodReport::ready), "app").id()).isEqualTo(appOfA.id());

    var b = pod("b", "");
    assertThat(devicesIn(container(link.await(b.uid(), PodReport::ready), "app")))
        .isEqualTo("zeros2");
    engine.docker("kill", appOfA.id());
    var again =
        link.await(a.uid(), it -> it.ready() && !container(it, "app").id().equals(appOfA.id()));

    assertThat(devicesIn(container(again, "app"))).isEqualTo("zeros1");
  }

  @Test
  void theAppUsesWhatTheInitContainerHad() throws Exception {
    var init =
        "'initContainers':[{'name':'init','image':'bb:1','command':['sh','-c','ls "
            + folder
            + " > /dev/termination-log'],'resources':{'limits':{'example.com/zeros':'1'}}}],";
    var a = pod("a", init);

    var report = link.await(a.uid(), PodReport::ready);

    assertThat(container(report, "init").message()).isEqualTo("zeros1\n");
    assertThat(devicesIn(container(report, "app"))).isEqualTo("zeros1");
  }
}
