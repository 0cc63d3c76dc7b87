package dev.reeve.agent.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.ToNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    return pod(name, spec, "{}", config);
  }

  private PodOrder pod(String name, String spec, String annotations, ConfigContent... config) {
    return pod(name, spec, annotations, List.of(), config);
  }

  private PodOrder pod(
      String name,
      String spec,
      String annotations,
      List<ImagePin> images,
      ConfigContent... config) {
    var pod =
        new PodOrder(
            "uid-" + name,
            name + "-1",
            new ObjectKey("Job", "default", name),
            "rel" + name,
            "c0ffee",
            List.of(),
            images);
    var uses = new ArrayList<ConfigUse>();
    for (var each : config) {
      uses.add(each.use());
    }
    pods.add(pod);
    give(
        List.of(new ReleaseText(pod.release(), "c0ffee", template(annotations, spec), uses)),
        List.of(config),
        List.of());
    return pod;
  }

  private static Bytes template(String annotations, String spec) {
    return Bytes.utf8(
        "{'metadata':{'annotations':%s},'spec':%s}"
            .formatted(annotations, spec)
            .replace('\'', '"'));
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

  // --- images

  private static final String SLEEPS =
      "{'containers':[{'name':'c','image':'moves:1','command':['sleep','1000']}],"
          + "'terminationGracePeriodSeconds':1}";

  /// Gives a tag to another image.
  ///
  /// @return its id
  private static String tag(String content) throws Exception {
    var root = Files.createTempDirectory(folder, "image");
    var bin = Files.createDirectory(root.resolve("bin"));
    Files.copy(Path.of("/bin/busybox"), bin.resolve("sleep"));
    Files.writeString(root.resolve("content"), content);
    var tar = folder.resolve("moves.tar");
    run("tar", "-C", root.toString(), "-cf", tar.toString(), ".");
    engine.docker("import", tar.toString(), "moves:1");
    return engine.docker("image", "inspect", "-f", "{{.Id}}", "moves:1").strip();
  }

  private static void run(String... words) throws Exception {
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void aContainerThatIsStartedAgainHasTheImageThatItHad() throws Exception {
    var first = tag("one");
    var pod = pod("keeps", SLEEPS);
    var before = container(link.await(pod.uid(), PodReport::ready), "c");
    assertThat(before.imageId()).isEqualTo(first);

    tag("two");
    engine.docker("kill", before.id());

    var after = container(link.await(pod.uid(), it -> it.ready() && it.restarts() == 1), "c");
    assertThat(after.imageId()).isEqualTo(first);
    assertThat(engine.docker("inspect", "-f", "{{.Image}}", after.id()).strip()).isEqualTo(first);
    remove(pod);
  }

  @Test
  void soHasOneThatIsStartedAgainByAnotherAgent() throws Exception {
    var first = tag("one");
    var pod = pod("later", SLEEPS);
    var before = container(link.await(pod.uid(), PodReport::ready), "c");

    agent.close();
    tag("two");
    engine.docker("kill", before.id());
    agent = NodeAgent.start(settings, link);

    var after =
        container(
            link.await(pod.uid(), it -> it.ready() && !container(it, "c").id().equals(before.id())),
            "c");
    assertThat(after.imageId()).isEqualTo(first);
    assertThat(engine.docker("inspect", "-f", "{{.Image}}", after.id()).strip()).isEqualTo(first);
    remove(pod);
  }

  @Test
  void anImageThatTheOrderNamesIsTakenWhereverItsTagHasGone() throws Exception {
    var first = tag("one");
    tag("two");

    var pod = pod("named", SLEEPS, "{}", List.of(new ImagePin("moves:1", first, "n0")));

    var container = container(link.await(pod.uid(), PodReport::ready), "c");
    assertThat(container.imageId()).isEqualTo(first);
    assertThat(engine.docker("inspect", "-f", "{{.Image}}", container.id()).strip())
        .isEqualTo(first);
    remove(pod);
  }

  @Test
  void anotherImageOfTheSameNameIsAnErrorThatNamesBothNodes() throws Exception {
    var here = tag("two");
    var there = "sha256:" + "a".repeat(64);

    var pod = pod("differs", SLEEPS, "{}", List.of(new ImagePin("moves:1", there, "n0")));

    var report = link.await(pod.uid(), it -> container(it, "c").reason().equals("ErrImageDiffers"));
    assertThat(container(report, "c").message())
        .isEqualTo(
            "image moves:1 is "
                + there
                + " on n0, where its release was started first, and "
                + here
                + " on n1: give both nodes the same one, or serve it from a registry");
    remove(pod);
  }

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

  // --- what it may do

  @Test
  void aProfileOfTheNodeAndBoundsOfThePodHold() throws Exception {
    var profiles = Files.createDirectories(settings.dataDir().resolve("seccomp/profiles"));
    Files.writeString(
        profiles.resolve("no-mkdir.json"),
        "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['mkdir','mkdirat'],'action':'SCMP_ACT_ERRNO'}]}"
            .replace('\'', '"'));
    var pod =
        pod(
            "bounds",
            "{'securityContext':{'sysctls':[{'name':'net.ipv4.ip_unprivileged_port_start','value':'80'}]},"
                + "'containers':["
                + "{'name':'app','image':'bb:1','command':['sleep','1000'],'securityContext':"
                + "{'seccompProfile':{'type':'Localhost','localhostProfile':'profiles/no-mkdir.json'}}},"
                + "{'name':'none','image':'bb:1','command':['sleep','1000'],'securityContext':"
                + "{'seccompProfile':{'type':'Localhost','localhostProfile':'profiles/none.json'}}}],"
                + "'terminationGracePeriodSeconds':1}",
            "{'reeve.dev/ulimits':'nofile=1024:2048, core=0'}");

    var report =
        link.await(
            pod.uid(),
            it ->
                container(it, "none").reason().equals("CreateContainerConfigError")
                    && container(it, "app").state() == ContainerReport.State.RUNNING);

    var app = container(report, "app");
    assertThat(exec(app, "mkdir /tmp/x 2>&1 || true")).contains("Operation not permitted");
    // Of the pod's own process: older engines raise those of what is run beside it.
    assertThat(exec(app, "cat /proc/1/limits"))
        .containsPattern("Max open files +1024 +2048 ")
        .containsPattern("Max core file size +0 +0 ");
    assertThat(exec(app, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start")).isEqualTo("80");
    assertThat(container(report, "none").message()).contains("none.json");
    remove(pod);
  }

  @Test
  void aContainerStopsByItsOwnSignalAfterItsSleep() throws Exception {
    var seen = seen();
    var pod =
        pod(
            "signal",
            "{'containers':["
                + container(
                    "app",
                    "trap \\\"echo int >> /seen/log; exit 0\\\" INT; while :; do sleep 0.1; done",
                    "'lifecycle':{'stopSignal':'SIGINT','preStop':{'sleep':{'seconds':2}}}")
                + "],'terminationGracePeriodSeconds':20,"
                + volume(seen)
                + "}");
    link.await(pod.uid(), PodReport::ready);

    long begin = System.nanoTime();
    remove(pod);

    assertThat(Files.readAllLines(seen.resolve("log"))).containsExactly("int");
    assertThat(System.nanoTime() - begin).isBetween(2_000_000_000L, 12_000_000_000L);
  }

  // --- where it comes from

  @Test
  void imagesArePulledWithThePodsOwnLogin() throws Exception {
    var asked = new ConcurrentLinkedQueue<String>();
    var registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    registry.createContext(
        "/",
        exchange -> {
          var login = exchange.getRequestHeaders().getFirst("Authorization");
          asked.add(exchange.getRequestURI() + " " + login);
          exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"it\"");
          exchange.sendResponseHeaders(login == null ? 401 : 404, -1);
          exchange.close();
        });
    registry.start();
    var host = "127.0.0.1:" + registry.getAddress().getPort();
    var file =
        "{'auths':{'%s':{'username':'puller','password':'hunter22'}}}"
            .formatted(host)
            .replace('\'', '"');
    var secret = new ObjectKey("Secret", "default", "registry");
    link.give(
        new ToNode.PullSecrets(
            List.of(
                new ConfigContent(
                    new ConfigUse(secret, ""),
                    new TreeMap<>(Map.of(".dockerconfigjson", Bytes.utf8(file)))))));

    var pod =
        pod(
            "private",
            "{'imagePullSecrets':[{'name':'none'},{'name':'registry'}],'containers':[{'name':'app','image':'%s/app:1'}]}"
                .formatted(host));
    var report =
        link.await(pod.uid(), it -> container(it, "app").reason().contains("ErrImagePull"));
    registry.stop(0);

    var login = Base64.getEncoder().encodeToString("puller:hunter22".getBytes(UTF_8));
    assertThat(asked).anyMatch(it -> it.endsWith("Basic " + login));
    assertThat(container(report, "app").message()).doesNotContain("hunter22");
    for (var dir : List.of(settings.dataDir(), settings.runDir())) {
      assertThat(TestEngine.output("sh", "-c", "grep -rl hunter22 " + dir + " || true")).isEmpty();
    }
    remove(pod);
  }

  // --- config that is live

  private static ConfigContent flags(String kind, int version) {
    var text = Bytes.utf8(String.valueOf(version));
    return new ConfigContent(
        new ConfigUse(new ObjectKey(kind, "default", "flags"), kind + version),
        new TreeMap<>(Map.of("a", text, "b", text, "only" + version, text)));
  }

  private void renew(PodOrder pod, String spec, int version, long generationsBack) {
    var contents = List.of(flags("ConfigMap", version), flags("Secret", version));
    generation++;
    link.give(
        new ToNode.Give(
            new Order(
                1,
                generation - 1 - generationsBack,
                generation - generationsBack,
                Order.Scope.DELTA,
                List.of(),
                List.of(),
                List.of(
                    new ReleaseText(
                        pod.release(),
                        "c0ffee",
                        template("{}", spec),
                        contents.stream().map(ConfigContent::use).toList()))),
            contents));
    generation -= generationsBack;
  }

  private static void awaitOutput(ContainerReport container, String script, String wanted)
      throws Exception {
    long until = System.nanoTime() + 20_000_000_000L;
    var said = exec(container, script);
    while (!said.equals(wanted) && System.nanoTime() < until) {
      Thread.sleep(100);
      said = exec(container, script);
    }
    assertThat(said).isEqualTo(wanted);
  }

  @Test
  void newContentReachesAContainerThatRunsAsAWhole() throws Exception {
    // What is read from one folder behind ..data agrees, or the folder is gone by then.
    var read =
        "while :; do for v in map secret; do d=/$v/$(readlink /$v/..data);"
            + " a=$(cat $d/a 2>/dev/null) && b=$(cat $d/b 2>/dev/null)"
            + " && if [ $a != $b ]; then echo $a $b >> /tmp/mixed; else echo $a >> /tmp/whole; fi;"
            + " done; done";
    var spec =
        "{'securityContext':{'fsGroup':3000},'containers':[{'name':'app','image':'bb:1','command':['sh','-c','%s'],"
                .formatted(read)
            + "'env':[{'name':'A','valueFrom':{'configMapKeyRef':{'name':'flags','key':'a'}}}],"
            + "'volumeMounts':[{'name':'map','mountPath':'/map'},{'name':'secret','mountPath':'/secret'},"
            + "{'name':'map','mountPath':'/one','subPath':'a'}]}],"
            + "'volumes':[{'name':'map','configMap':{'name':'flags'}},"
            + "{'name':'secret','secret':{'secretName':'flags','defaultMode':256}}],"
            + "'terminationGracePeriodSeconds':1}";
    var pod = pod("live", spec, flags("ConfigMap", 1), flags("Secret", 1));
    var first = container(link.await(pod.uid(), PodReport::ready), "app");
    assertThat(exec(first, "cat /map/a /secret/a /one; echo $A")).isEqualTo("1111");

    for (int version = 2; version <= 40; version++) {
      renew(pod, spec, version, 0);
      Thread.sleep(50);
    }

    awaitOutput(first, "cat /map/a /secret/b", "4040");
    // An order that comes late brings nothing back.
    renew(pod, spec, 39, 1);
    Thread.sleep(1_000);
    assertThat(exec(first, "cat /map/a /secret/b")).isEqualTo("4040");
    assertThat(exec(first, "ls /map /secret | grep only | sort -u")).isEqualTo("only40");
    assertThat(exec(first, "stat -L -c %a:%g /map/a /secret/a")).isEqualTo("644:3000\n440:3000");
    assertThat(exec(first, "cat /one; echo $A")).isEqualTo("11");
    assertThat(exec(first, "cat /tmp/mixed 2>/dev/null; test -s /tmp/whole && echo read"))
        .isEqualTo("read");
    var now = container(link.await(pod.uid(), PodReport::ready), "app");
    assertThat(now.id()).isEqualTo(first.id());
    assertThat(now.restarts()).isZero();

    engine.docker("kill", first.id());
    var again =
        container(
            link.await(
                pod.uid(), it -> it.ready() && !container(it, "app").id().equals(first.id())),
            "app");
    assertThat(exec(again, "cat /one; echo $A")).isEqualTo("4040");
    remove(pod);
  }

  @Test
  void newContentThatAnAgentHadNotWrittenIsWrittenByTheNext() throws Exception {
    var spec =
        "{'containers':[{'name':'app','image':'bb:1','command':['sleep','1000'],"
            + "'volumeMounts':[{'name':'map','mountPath':'/map'},{'name':'secret','mountPath':'/secret'}]}],"
            + "'volumes':[{'name':'map','configMap':{'name':'flags'}},{'name':'secret','secret':{'secretName':'flags'}}],"
            + "'terminationGracePeriodSeconds':1}";
    var pod = pod("left", spec, flags("ConfigMap", 1), flags("Secret", 1));
    var app = container(link.await(pod.uid(), PodReport::ready), "app");
    renew(pod, spec, 2, 0);
    awaitOutput(app, "cat /map/a /secret/a", "22");
    agent.close();
    var map = settings.dataDir().resolve("pods").resolve(pod.uid()).resolve("volumes/map");
    Files.writeString(map.resolve("..data").toRealPath().resolve("a"), "0");

    agent = NodeAgent.start(settings, link);

    awaitOutput(app, "cat /map/a /secret/a", "22");
    assertThat(exec(app, "ls /map")).isEqualTo("a\nb\nonly2");
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
