package dev.reeve.agent.mind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A node with two devices, and pods of which each asks for one. What the mind wants done is done
/// at once, but a pod is cleared only when the test says so.
class PodsWithDevicesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String TTY = "example.com/tty";

  private final Map<String, DeviceSet> started = new TreeMap<>();
  private final Map<String, PodReport> reports = new TreeMap<>();
  private final List<PodOrder> orders = new ArrayList<>();
  private DeviceSet offered = ttys("a", "b");
  private NodeMind mind = new NodeMind("first");
  private int generation;

  @BeforeEach
  void boot() {
    boot(List.of());
  }

  private void boot(List<FoundContainer> found) {
    var info =
        new NodeInfo(
            Resources.NONE, 10, Collections.emptySortedMap(), "", Collections.emptySortedMap());
    take(
        new NodeEvent.Restored(
            info,
            generation == 0 ? 0 : 1,
            generation,
            orders,
            new TreeMap<>(Map.of("job", program())),
            RouteTable.NONE,
            offered));
    take(new NodeEvent.Linked());
    take(new NodeEvent.Found(found));
  }

  private void restarted(FoundContainer... found) {
    mind = new NodeMind("second");
    started.clear();
    boot(List.of(found));
  }

  private static PodProgram program() {
    var wanted = new TreeMap<String, Integer>();
    wanted.put(TTY, 1);
    var app =
        new PodProgram.Container(
            "app",
            "image",
            PodProgram.PullPolicy.IF_NOT_PRESENT,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            wanted);
    return new PodProgram(
        List.of(),
        List.of(app),
        PodProgram.RestartPolicy.ON_FAILURE,
        Duration.ofSeconds(30),
        Optional.empty());
  }

  private static DeviceSet ttys(String... ids) {
    var all = new TreeMap<String, List<String>>();
    all.put(TTY, List.of(ids));
    return new DeviceSet(all);
  }

  private static PodOrder pod(String uid) {
    return new PodOrder(uid, uid + "-1", new ObjectKey("Job", "default", "job"), "job", "c0ffee");
  }

  private void ordered(String... uids) {
    for (String uid : uids) {
      orders.add(pod(uid));
    }
    order(List.of());
  }

  private void removed(String uid) {
    orders.removeIf(it -> it.uid().equals(uid));
    order(List.of(new PodRemoval(uid, "ScaledDown")));
  }

  private void order(List<PodRemoval> removals) {
    generation++;
    var order =
        new Order(
            1,
            generation - 1,
            generation,
            Order.Scope.FULL,
            List.copyOf(orders),
            removals,
            List.of());
    take(new NodeEvent.Ordered(order, new TreeMap<>(Map.of("job", program()))));
  }

  private static FoundContainer found(
      String uid, String container, FoundContainer.State state, int exitCode, DeviceSet devices) {
    var order = pod(uid);
    return new FoundContainer(
        uid + "/" + container,
        uid,
        order.name(),
        order.workload(),
        order.release(),
        order.commit(),
        container,
        0,
        state,
        "image",
        "sha256:x",
        "",
        Optional.of(NOW),
        state == FoundContainer.State.EXITED ? Optional.of(NOW) : Optional.empty(),
        exitCode,
        false,
        "",
        devices);
  }

  private static FoundContainer pause(String uid) {
    return found(uid, "", FoundContainer.State.RUNNING, 0, DeviceSet.NONE);
  }

  private void take(NodeEvent first) {
    var events = new ArrayDeque<NodeEvent>(List.of(first));
    while (!events.isEmpty()) {
      for (NodeEffect effect : mind.step(events.remove(), NOW)) {
        switch (effect) {
          case NodeEffect.Pull it ->
              events.add(new NodeEvent.Pulled(it.uid(), it.container(), "sha256:x"));
          case NodeEffect.StartSandbox(var pod) ->
              events.add(new NodeEvent.SandboxStarted(pod.uid(), pod.uid() + "/", "10.0.0.1"));
          case NodeEffect.StartContainer it -> {
            started.put(it.pod().uid(), it.devices());
            events.add(
                new NodeEvent.ContainerStarted(
                    it.pod().uid(),
                    it.container(),
                    it.attempt(),
                    it.pod().uid() + "/" + it.container(),
                    NOW));
          }
          case NodeEffect.Send(var report) ->
              report.pods().forEach(it -> reports.put(it.uid(), it));
          default -> {}
        }
      }
    }
  }

  private ContainerReport app(String uid) {
    return Optional.ofNullable(reports.get(uid)).orElseThrow().containers().getFirst();
  }

  @Test
  void eachPodGetsItsOwnAndTheThirdSaysWhatItWaitsFor() {
    ordered("one", "three", "two");

    assertThat(started).isEqualTo(Map.of("one", ttys("a"), "three", ttys("b")));
    assertThat(app("two").state()).isEqualTo(ContainerReport.State.WAITING);
    assertThat(app("two").reason()).isEqualTo("DevicesNotFree");
    assertThat(app("two").message())
        .isEqualTo("it asks for 1 of example.com/tty, and 0 of the 2 of this node are free");
  }

  @Test
  void aStartWaitsForAPodThatIsStillStopping() {
    ordered("one", "two");
    removed("one");
    ordered("three");

    assertThat(started).containsOnlyKeys("one", "two");
    assertThat(app("three").message())
        .isEqualTo(
            "it asks for 1 of example.com/tty, and 0 of the 2 of this node are free; still"
                + " stopping with some: one-1");

    take(new NodeEvent.PodCleared("one"));

    assertThat(started).containsEntry("three", ttys("a"));
    assertThat(app("three").state()).isEqualTo(ContainerReport.State.RUNNING);
    assertThat(app("three").message()).isEmpty();
  }

  @Test
  void aPodThatHasEndedGivesItsDeviceBack() {
    ordered("one", "two", "zero");
    take(new NodeEvent.Died("one/app", 0, false, "", NOW));

    assertThat(started).containsEntry("zero", ttys("a"));
  }

  @Test
  void aContainerThatStartsAgainHasTheSame() {
    ordered("one", "two");
    started.clear();

    take(new NodeEvent.Died("two/app", 1, false, "", NOW));

    assertThat(started).isEqualTo(Map.of("two", ttys("b")));
  }

  @Test
  void whoHasWhatIsKnownAfterARestart() {
    ordered("one", "two");
    orders.add(0, pod("before"));

    restarted(
        pause("one"),
        found("one", "app", FoundContainer.State.RUNNING, 0, ttys("a")),
        pause("two"),
        found("two", "app", FoundContainer.State.EXITED, 1, ttys("b")));

    assertThat(started).isEqualTo(Map.of("two", ttys("b")));
    assertThat(app("before").reason()).isEqualTo("DevicesNotFree");
  }

  @Test
  void whatAPodHadThatEndedIsFreeAfterARestart() {
    ordered("one");

    orders.add(pod("two"));
    restarted(pause("one"), found("one", "app", FoundContainer.State.EXITED, 0, ttys("a")));

    assertThat(started).isEqualTo(Map.of("two", ttys("a")));
  }

  @Test
  void whatNoOrderNamesKeepsItsDeviceUntilItIsGone() {
    orders.add(pod("two"));
    restarted(
        pause("stray"),
        found("stray", "app", FoundContainer.State.RUNNING, 0, ttys("a")),
        pause("other"),
        found("other", "app", FoundContainer.State.RUNNING, 0, ttys("b")));
    assertThat(started).isEmpty();

    order(List.of());
    take(new NodeEvent.PodCleared("other"));

    assertThat(started).isEqualTo(Map.of("two", ttys("b")));
  }

  @Test
  void aNodeWithoutThemSaysSo() {
    offered = DeviceSet.NONE;

    orders.add(pod("one"));
    restarted();

    assertThat(started).isEmpty();
    assertThat(app("one").message()).isEqualTo("this node has no example.com/tty");
  }
}
