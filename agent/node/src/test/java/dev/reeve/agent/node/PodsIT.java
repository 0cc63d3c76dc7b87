package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.wire.ConfigContent;
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

/// What a pod may ask for beside its containers, on a real engine.
class PodsIT {
  private static Path folder = Path.of("");
  private static TestEngine engine;

  private final TestLink link = new TestLink();
  private final List<PodOrder> pods = new ArrayList<>();
  private Settings settings;
  private NodeAgent agent;
  private long generation;

  @BeforeAll
  static void startEngine() throws Exception {
    assertThat(TestEngine.isPossible())
        .as("needs root, dockerd and a static busybox; script/test installs them")
        .isTrue();
    folder = Files.createTempDirectory("reeve-pods-it");
    engine = TestEngine.start(folder.resolve("engine"));
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
            .withRunDir(own.resolve("run"));
    agent = NodeAgent.start(settings, link);
  }

  @AfterEach
  void stopAgent() throws Exception {
    agent.close();
    NodeCleanup.removeAll(settings);
  }

  // --- orders

  private PodOrder pod(String name, String spec, ConfigContent... config) {
    var pod =
        new PodOrder(
            "uid-" + name,
            name + "-1",
            new ObjectKey("Job", "default", name),
            "rel" + name,
            "c0ffee");
    var uses = new ArrayList<ConfigUse>();
    for (var each : config) {
      uses.add(each.use());
    }
    pods.add(pod);
    var template = Bytes.utf8("{\"spec\":" + spec.replace('\'', '"') + "}");
    give(
        List.of(new ReleaseText(pod.release(), "c0ffee", template, uses)),
        List.of(config),
        List.of());
    return pod;
  }

  private void give(
      List<ReleaseText> releases, List<ConfigContent> config, List<PodRemoval> removals) {
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
            config));
  }

  private void remove(PodOrder pod) throws Exception {
    pods.remove(pod);
    give(List.of(), List.of(), List.of(new PodRemoval(pod.uid(), "ScaledDown")));
    link.awaitGone(pod.uid());
  }

  private static ContainerReport container(PodReport pod, String name) {
    return pod.containers().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
  }

  private static String exec(ContainerReport container, String script) throws Exception {
    return engine.docker("exec", container.id(), "sh", "-c", script);
  }

  /// A folder of the node that containers write to, so that the order of things is seen.
  private Path seen() throws Exception {
    return Files.createDirectory(settings.dataDir().resolve("seen"));
  }

  private static String volume(Path seen) {
    return "'volumes':[{'name':'seen','hostPath':{'path':'" + seen + "','type':'Directory'}}]";
  }

  /// Says when it starts and when it is told to stop.
  private static String container(String name, String run, String more) {
    return "{'name':'%s','image':'bb:1','command':['sh','-c','%s'],'volumeMounts':[{'name':'seen','mountPath':'/seen'}]%s}"
        .formatted(name, run, more.isEmpty() ? "" : "," + more);
  }

  private static String lasting(String name, String more) {
    var run =
        "echo %s >> /seen/log; trap \\\"echo %s stops >> /seen/log; exit 0\\\" TERM; while :; do sleep 0.1; done"
            .formatted(name, name);
    return container(name, run, more);
  }

  private static final String SIDECAR = "'restartPolicy':'Always'";

  // --- sidecars

  @Test
  void sidecarsStartInTheirTurnAndStopLast() throws Exception {
    var seen = seen();
    var probe =
        ",'startupProbe':{'exec':{'command':['test','-f','/seen/go']},'periodSeconds':1,'failureThreshold':30}";
    var pod =
        pod(
            "order",
            "{'initContainers':["
                + lasting("one", SIDECAR + probe)
                + ","
                + container("init", "echo init >> /seen/log", "")
                + ","
                + lasting("two", SIDECAR)
                + "],'containers':["
                + lasting("app", "")
                + "],'terminationGracePeriodSeconds':10,"
                + volume(seen)
                + "}");
    link.await(pod.uid(), it -> container(it, "one").state() == ContainerReport.State.RUNNING);
    Thread.sleep(1_500);
    assertThat(Files.readAllLines(seen.resolve("log"))).containsExactly("one");

    Files.createFile(seen.resolve("go"));
    link.await(pod.uid(), PodReport::ready);
    remove(pod);

    assertThat(Files.readAllLines(seen.resolve("log")))
        .containsExactly("one", "init", "two", "app", "app stops", "two stops", "one stops");
  }

  @Test
  void aJobEndsThoughItsSidecarRunsOn() throws Exception {
    var seen = seen();
    var pod =
        pod(
            "job",
            "{'restartPolicy':'Never','initContainers':["
                + lasting("one", SIDECAR)
                + ","
                + lasting("two", SIDECAR)
                + "],'containers':["
                + container("app", "sleep 1; echo app >> /seen/log", "")
                + "],'terminationGracePeriodSeconds':10,"
                + volume(seen)
                + "}");

    var report = link.await(pod.uid(), it -> it.phase() == PodReport.Phase.SUCCEEDED);

    assertThat(container(report, "one").state()).isEqualTo(ContainerReport.State.TERMINATED);
    assertThat(Files.readAllLines(seen.resolve("log")))
        .containsExactly("one", "two", "app", "two stops", "one stops");
    remove(pod);
  }

  @Test
  void aSidecarThatEndsIsStartedAgain() throws Exception {
    var pod =
        pod(
            "again",
            "{'restartPolicy':'Never','initContainers':[{'name':'side','image':'bb:1',"
                + SIDECAR
                + ",'command':['sleep','1000']}],'containers':[{'name':'app','image':'bb:1','command':['sleep','1000']}],"
                + "'terminationGracePeriodSeconds':1}");
    var first = container(link.await(pod.uid(), PodReport::ready), "side").id();

    engine.docker("kill", first);

    var report =
        link.await(pod.uid(), it -> it.ready() && !container(it, "side").id().equals(first));
    assertThat(container(report, "side").restarts()).isEqualTo(1);
    assertThat(container(report, "app").restarts()).isZero();
    remove(pod);
  }

  // --- how it ends

  @Test
  void aPodPastItsDeadlineIsStoppedAndHasFailed() throws Exception {
    var seen = seen();
    var pod =
        pod(
            "late",
            "{'restartPolicy':'OnFailure','activeDeadlineSeconds':3,'initContainers':["
                + lasting("side", SIDECAR)
                + "],'containers':["
                + lasting("app", "")
                + "],'terminationGracePeriodSeconds':5,"
                + volume(seen)
                + "}");

    var report = link.await(pod.uid(), it -> it.phase() == PodReport.Phase.FAILED);

    assertThat(report.reason()).isEqualTo("DeadlineExceeded");
    assertThat(Files.readAllLines(seen.resolve("log")))
        .containsExactly("side", "app", "app stops", "side stops");
    remove(pod);
  }

  @Test
  void anEndedContainerHasItsLastWordsReported() throws Exception {
    var data = new TreeMap<>(Map.of("password", Bytes.utf8("hunter22")));
    var secret =
        new ConfigContent(new ConfigUse(new ObjectKey("Secret", "default", "db"), "hash"), data);
    var fallback = "'terminationMessagePolicy':'FallbackToLogsOnError'";
    var pod =
        pod(
            "words",
            "{'restartPolicy':'Never','containers':["
                + "{'name':'file','image':'bb:1','command':['sh','-c','echo no such table > /dev/termination-log; exit 3']},"
                + "{'name':'own','image':'bb:1','terminationMessagePath':'/tmp/end','command':['sh','-c','echo done > /tmp/end']},"
                + "{'name':'log','image':'bb:1',"
                + fallback
                + ",'command':['sh','-c','for i in $(seq 200); do echo line $i; done; exit 1']},"
                + "{'name':'good','image':'bb:1',"
                + fallback
                + ",'command':['sh','-c','echo all is well']},"
                + "{'name':'leak','image':'bb:1','env':[{'name':'P','valueFrom':{'secretKeyRef':{'name':'db','key':'password'}}}],'command':['sh','-c','echo cannot log in with $P > /dev/termination-log; exit 1']}"
                + "]}",
            secret);

    var report = link.await(pod.uid(), it -> it.phase() == PodReport.Phase.FAILED);

    assertThat(container(report, "file").message()).isEqualTo("no such table\n");
    assertThat(container(report, "own").message()).isEqualTo("done\n");
    assertThat(container(report, "log").message()).startsWith("line 121\n").endsWith("line 200\n");
    assertThat(container(report, "good").message()).isEmpty();
    assertThat(container(report, "leak").message()).isEqualTo("cannot log in with ***\n");
    remove(pod);
  }

  // --- what is shared

  @Test
  void processesAreSharedAndOrphansReaped() throws Exception {
    var pod =
        pod(
            "share",
            "{'shareProcessNamespace':true,'containers':["
                + "{'name':'one','image':'bb:1','command':['sleep','1234']},"
                + "{'name':'two','image':'bb:1','command':['sleep','2345']}],"
                + "'terminationGracePeriodSeconds':1}");

    var two = container(link.await(pod.uid(), PodReport::ready), "two");

    assertThat(exec(two, "ps -o pid,args")).contains("1 /pause", "sleep 1234", "sleep 2345");
    // Orphans of a shell that ended are left to the first process.
    exec(two, "(sleep 0.2 & sleep 0.3 &) ; exit 0");
    Thread.sleep(1_000);
    assertThat(exec(two, "ps -o stat,args | grep -c ^Z || true")).isEqualTo("0");
    remove(pod);
  }

  @Test
  void theNodesProcessesAndSharedMemoryAreSeenWhereAskedFor() throws Exception {
    var app = "'containers':[{'name':'app','image':'bb:1','command':['sleep','1000']}]";
    var pod =
        pod(
            "host",
            "{'hostPID':true,'hostIPC':true," + app + ",'terminationGracePeriodSeconds':1}");
    var other = pod("own", "{" + app + ",'terminationGracePeriodSeconds':1}");

    var onHost = container(link.await(pod.uid(), PodReport::ready), "app");
    var onItsOwn = container(link.await(other.uid(), PodReport::ready), "app");

    for (var kind : List.of("pid", "ipc")) {
      var ours = TestEngine.output("readlink", "/proc/self/ns/" + kind).strip();
      assertThat(exec(onHost, "readlink /proc/self/ns/" + kind)).isEqualTo(ours);
      assertThat(exec(onItsOwn, "readlink /proc/self/ns/" + kind)).isNotEqualTo(ours);
    }
    remove(pod);
    remove(other);
  }
}
