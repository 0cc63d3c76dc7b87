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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The whole agent on a real engine, told what to run by a link in memory.
class NodeAgentIT {
  private static Path folder = Path.of("");
  private static TestEngine engine;

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
    folder = Files.createTempDirectory("reeve-node-it");
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

  private void restartAgent() throws Exception {
    agent.close();
    link = new TestLink();
    agent = NodeAgent.start(settings, link);
  }

  // --- orders

  private PodOrder pod(String name, String spec, ConfigContent... config) {
    var workload = new ObjectKey("Deployment", "default", name);
    return order(
        new PodOrder("uid-" + name, name + "-1", workload, "rel" + name, "c0ffee"), spec, config);
  }

  private PodOrder order(PodOrder pod, String spec, ConfigContent... config) {
    var uses = new ArrayList<ConfigUse>();
    for (var each : config) {
      uses.add(each.use());
    }
    var template =
        Bytes.utf8(
            "{\"metadata\":{\"labels\":{\"app\":\"x\"}},\"spec\":" + spec.replace('\'', '"') + "}");
    pods.add(pod);
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

  private static ConfigContent config(String kind, String name, Map<String, String> data) {
    var bytes = new TreeMap<String, Bytes>();
    data.forEach((key, value) -> bytes.put(key, Bytes.utf8(value)));
    return new ConfigContent(
        new ConfigUse(new ObjectKey(kind, "default", name), "hash" + name), bytes);
  }

  private static ContainerReport container(PodReport pod, String name) {
    return pod.containers().stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
  }

  private static String sandbox(PodOrder pod) throws Exception {
    return engine.docker(
        "ps",
        "-q",
        "--no-trunc",
        "--filter",
        "label=io.kubernetes.pod.uid=" + pod.uid(),
        "--filter",
        "label=io.kubernetes.container.name=POD");
  }

  private static String ours(PodOrder pod) throws Exception {
    return engine.docker("ps", "-aq", "--filter", "label=io.kubernetes.pod.uid=" + pod.uid());
  }

  private static String exec(ContainerReport container, String script) throws Exception {
    return engine.docker("exec", container.id(), "sh", "-c", script);
  }

  private static final String SLEEPER =
      "{'containers':[{'name':'app','image':'bb:1','command':['sleep','1000']}],"
          + "'terminationGracePeriodSeconds':2}";

  // --- a pod runs

  @Test
  void aPodRunsAndIsReported() throws Exception {
    var pod = pod("web", SLEEPER);

    var report = link.await(pod.uid(), PodReport::ready);

    assertThat(report.phase()).isEqualTo(PodReport.Phase.RUNNING);
    assertThat(report.ip()).matches("[0-9.]+");
    var labels =
        engine.docker("inspect", "-f", "{{json .Config.Labels}}", container(report, "app").id());
    assertThat(labels)
        .contains("\"io.kubernetes.pod.name\":\"web-1\"")
        .contains("\"dev.reeve.cluster\":\"it\"")
        .contains("\"dev.reeve.workload\":\"Deployment/default/web\"");
    assertThat(engine.docker("inspect", "-f", "{{.Name}}", container(report, "app").id()))
        .isEqualTo("/k8s_app_web-1_default_uid-web_0");
    assertThat(exec(container(report, "app"), "hostname")).isEqualTo("web-1");
    remove(pod);
    assertThat(ours(pod)).isEmpty();
    assertThat(settings.dataDir().resolve("pods").resolve(pod.uid())).doesNotExist();
  }

  @Test
  void theNodeSaysWhichImagesItHas() throws Exception {
    var bytes = Long.parseLong(engine.docker("image", "inspect", "-f", "{{.Size}}", "bb:1"));

    var info = link.awaitInfo(it -> it.images().containsKey("bb:1"));

    assertThat(info.images()).containsEntry("bb:1", bytes);
    assertThat(info.images().keySet()).noneMatch(it -> it.contains("<none>"));
  }

  @Test
  void environmentConfigSecretsAndVolumesAreSeenInside() throws Exception {
    var settingsMap = config("ConfigMap", "settings", Map.of("greeting", "hello", "other", "o"));
    var secret = config("Secret", "db", Map.of("password", "s3cr3t-value"));
    var pod =
        pod(
            "cfg",
            "{'containers':[{'name':'app','image':'bb:1','command':['sh','-c','echo $(GREETING) > /data/arg; sleep 1000'],"
                + "'env':[{'name':'GREETING','valueFrom':{'configMapKeyRef':{'name':'settings','key':'greeting'}}},"
                + "{'name':'PASSWORD','valueFrom':{'secretKeyRef':{'name':'db','key':'password'}}},"
                + "{'name':'BOTH','value':'$(GREETING)-$(NONE)-$$(GREETING)'},"
                + "{'name':'WHO','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}},"
                + "{'name':'IP','valueFrom':{'fieldRef':{'fieldPath':'status.podIP'}}},"
                + "{'name':'MEM','valueFrom':{'resourceFieldRef':{'resource':'limits.memory','divisor':'1Mi'}}}],"
                + "'envFrom':[{'prefix':'P_','configMapRef':{'name':'settings'}}],"
                + "'resources':{'limits':{'memory':'64Mi','cpu':'200m'}},"
                + "'volumeMounts':[{'name':'data','mountPath':'/data'},{'name':'mem','mountPath':'/mem'},"
                + "{'name':'cm','mountPath':'/cm'},{'name':'sec','mountPath':'/sec','readOnly':true},"
                + "{'name':'all','mountPath':'/all'},{'name':'data','mountPath':'/sub','subPath':'part'}]}],"
                + "'terminationGracePeriodSeconds':1,'volumes':[{'name':'data','emptyDir':{}},"
                + "{'name':'mem','emptyDir':{'medium':'Memory','sizeLimit':'1Mi'}},"
                + "{'name':'cm','configMap':{'name':'settings','defaultMode':256,'items':[{'key':'greeting','path':'deep/g'}]}},"
                + "{'name':'sec','secret':{'secretName':'db'}},"
                + "{'name':'all','projected':{'sources':[{'configMap':{'name':'settings'}},{'secret':{'name':'db'}},"
                + "{'downwardAPI':{'items':[{'path':'labels','fieldRef':{'fieldPath':'metadata.labels'}}]}}]}}]}",
            settingsMap,
            secret);

    var app = container(link.await(pod.uid(), PodReport::ready), "app");

    assertThat(exec(app, "echo $GREETING,$PASSWORD,$BOTH,$WHO,$MEM,$P_other"))
        .isEqualTo("hello,s3cr3t-value,hello-$(NONE)-$(GREETING),cfg-1,64,o");
    assertThat(exec(app, "echo $IP")).isEqualTo(link.pod(pod.uid()).orElseThrow().ip());
    assertThat(exec(app, "cat /data/arg /cm/deep/g /sec/password /all/labels"))
        .isEqualTo("hello\nhellos3cr3t-valueapp=\"x\"");
    assertThat(
            exec(
                app,
                "stat -c %a /cm/deep/g; ls /all; ls -d /data/part; grep -c ' /mem tmpfs' /proc/mounts"))
        .isEqualTo("400\ngreeting\nlabels\nother\npassword\n/data/part\n1");
    assertThat(
            engine.docker(
                "inspect",
                "-f",
                "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}} {{.HostConfig.Init}}",
                app.id()))
        .isEqualTo("67108864 67108864 200000000 true");
    assertThat(
            TestEngine.output(
                "sh", "-c", "grep -rl s3cr3t-value " + settings.dataDir() + " || true"))
        .isEmpty();
    assertThat(MemoryFolder.isInMemory(settings.runDir())).isTrue();
    remove(pod);
    assertThat(settings.runDir().resolve("pods").resolve(pod.uid())).doesNotExist();
  }

  @Test
  void aSecretThatDidNotComeIsSaid() throws Exception {
    var secret = config("Secret", "late", Map.of("k", "v"));
    var pod =
        new PodOrder(
            "uid-late", "late-1", new ObjectKey("Deployment", "default", "late"), "rellate", "c");
    pods.add(pod);
    var text =
        new ReleaseText(
            "rellate",
            "c",
            Bytes.utf8(
                "{'spec':{'containers':[{'name':'app','image':'bb:1','command':['sleep','9'],'envFrom':[{'secretRef':{'name':'late'}}]}]}}"
                    .replace('\'', '"')),
            List.of(secret.use()));
    give(List.of(text), List.of(), List.of());

    var report =
        link.await(pod.uid(), it -> container(it, "app").reason().equals("SecretNotDelivered"));

    assertThat(container(report, "app").message()).contains("late").doesNotContain("v ");
    remove(pod);
  }

  @Test
  void namesAreResolvedAsThePodSays() throws Exception {
    var sleep = "'containers':[{'name':'app','image':'bb:1','command':['sleep','1000']}]";
    var dns =
        "'dnsPolicy':'None','dnsConfig':{'nameservers':['10.9.9.9'],'searches':['a.example'],"
            + "'options':[{'name':'ndots','value':'2'}]},"
            + "'hostAliases':[{'ip':'10.1.1.1','hostnames':['db.example']}],"
            + "'terminationGracePeriodSeconds':1";
    var inNetwork = pod("dns", "{" + sleep + "," + dns + "}");
    var onHost = pod("hostdns", "{'hostNetwork':true," + sleep + "," + dns + "}");

    var inside = container(link.await(inNetwork.uid(), PodReport::ready), "app");
    var outside = container(link.await(onHost.uid(), PodReport::ready), "app");

    // In a network of its own, the engine's resolver stands before the pod's servers.
    assertThat(exec(inside, "cat /etc/resolv.conf")).contains("search a.example", "ndots:2");
    assertThat(engine.docker("inspect", "-f", "{{.HostConfig.Dns}}", sandbox(inNetwork)))
        .isEqualTo("[10.9.9.9]");
    assertThat(exec(outside, "cat /etc/resolv.conf"))
        .contains("nameserver 10.9.9.9", "search a.example", "ndots:2");
    assertThat(exec(inside, "cat /etc/hosts")).containsPattern("10\\.1\\.1\\.1\\s+db\\.example");
    assertThat(exec(outside, "cat /etc/hosts")).containsPattern("10\\.1\\.1\\.1\\s+db\\.example");
    assertThat(exec(outside, "readlink /proc/self/ns/net"))
        .isEqualTo(TestEngine.output("readlink", "/proc/self/ns/net").strip());
    remove(inNetwork);
    remove(onHost);
  }

  @Test
  void confinementIsLiftedOnlyWhereThePodSaysSo() throws Exception {
    var usual = "{'seccompProfile':{'type':'RuntimeDefault'}}";
    var free = "{'seccompProfile':{'type':'Unconfined'},'appArmorProfile':{'type':'Unconfined'}}";
    var pod =
        pod(
            "seccomp",
            "{'terminationGracePeriodSeconds':1,'containers':["
                + "{'name':'usual','image':'bb:1','command':['sleep','1000'],'securityContext':"
                + usual
                + "},{'name':'free','image':'bb:1','command':['sleep','1000'],'securityContext':"
                + free
                + "}]}");

    var report = link.await(pod.uid(), PodReport::ready);

    var mode = "grep Seccomp: /proc/1/status";
    assertThat(exec(container(report, "usual"), mode)).isEqualTo("Seccomp:\t2");
    assertThat(exec(container(report, "free"), mode)).isEqualTo("Seccomp:\t0");
    remove(pod);
  }

  // --- what is broken is mended

  @Test
  void whatIsKilledOrRemovedComesBack() throws Exception {
    var pod = pod("heal", SLEEPER);
    var first = container(link.await(pod.uid(), PodReport::ready), "app").id();

    long begin = System.nanoTime();
    engine.docker("kill", first);
    var second = container(link.await(pod.uid(), it -> isOther(it, first)), "app").id();
    System.out.println("kill -> running took " + (System.nanoTime() - begin) / 1_000_000 + " ms");

    // The second restart is backed off; a removal of the sandbox starts the pod over at once.
    engine.docker("rm", "-f", sandbox(pod));
    var third = container(link.await(pod.uid(), it -> isOther(it, second)), "app").id();

    assertThat(third).isNotIn(first, second);
    remove(pod);
    assertThat(ours(pod)).isEmpty();
  }

  @Test
  void aRemovedContainerComesBack() throws Exception {
    var pod = pod("gone", SLEEPER);
    var first = container(link.await(pod.uid(), PodReport::ready), "app").id();

    engine.docker("rm", "-f", first);

    assertThat(link.await(pod.uid(), it -> isOther(it, first)).restarts()).isEqualTo(1);
    remove(pod);
  }

  private static boolean isOther(PodReport pod, String id) {
    return pod.ready() && !container(pod, "app").id().equals(id);
  }

  @Test
  void aCrashingContainerIsBackedOff() throws Exception {
    var pod =
        pod(
            "crash",
            "{'containers':[{'name':'app','image':'bb:1','command':['sh','-c','echo dying; exit 3']}]}");

    var report =
        link.await(pod.uid(), it -> container(it, "app").reason().equals("CrashLoopBackOff"));

    assertThat(container(report, "app").message()).contains("exit code 3");
    link.give(new ToNode.ReadLog(7, pod.uid(), "app", false, false, false, -1, 0));
    assertThat(link.awaitLog(7)).isEqualTo("dying\n");
    remove(pod);
  }

  // --- probes and hooks

  @Test
  void probesDecideReadinessAndRestarts() throws Exception {
    var pod =
        pod(
            "probe",
            "{'containers':[{'name':'app','image':'bb:1','command':['sh','-c','echo ok > /www/live; httpd -f -p 8080 -h /www'],"
                + "'ports':[{'name':'http','containerPort':8080}],"
                + "'readinessProbe':{'httpGet':{'path':'/ready','port':'http'},'periodSeconds':1},"
                + "'livenessProbe':{'exec':{'command':['test','-f','/www/live']},'periodSeconds':1,'failureThreshold':1,'initialDelaySeconds':1}}],"
                + "'terminationGracePeriodSeconds':1}");
    // Until the server listens, nobody is there to say 404.
    var unready =
        link.await(
            pod.uid(),
            it ->
                container(it, "app").reason().equals("Unready")
                    && container(it, "app").message().contains("404"));
    var app = container(unready, "app");

    exec(app, "touch /www/ready");
    link.await(pod.uid(), PodReport::ready);
    exec(app, "rm /www/live");

    var restarted = link.await(pod.uid(), it -> it.restarts() == 1);
    assertThat(restarted.containers().getFirst().id()).isNotEmpty();
    remove(pod);
  }

  @Test
  void initContainersRunFirstAndHooksRun() throws Exception {
    var seen = Files.createDirectory(settings.dataDir().resolve("seen"));
    var mount = "'volumeMounts':[{'name':'seen','mountPath':'/seen'}]";
    var pod =
        pod(
            "init",
            "{'initContainers':["
                + "{'name':'one','image':'bb:1','command':['sh','-c','sleep 1; echo one >> /seen/log'],"
                + mount
                + "},"
                + "{'name':'two','image':'bb:1','command':['sh','-c','echo two >> /seen/log'],"
                + mount
                + "}],"
                + "'containers':[{'name':'app','image':'bb:1','command':['sh','-c','echo app >> /seen/log; sleep 1000'],"
                + "'lifecycle':{'postStart':{'exec':{'command':['sh','-c','sleep 1; echo post >> /seen/log']}},"
                + "'preStop':{'exec':{'command':['sh','-c','echo pre >> /seen/log']}}},"
                + mount
                + "}],"
                + "'terminationGracePeriodSeconds':3,'volumes':[{'name':'seen','hostPath':{'path':'"
                + seen
                + "','type':'Directory'}}]}");

    link.await(pod.uid(), PodReport::ready);
    remove(pod);

    assertThat(Files.readAllLines(seen.resolve("log")))
        .containsExactly("one", "two", "app", "post", "pre");
  }

  @Test
  void whoIgnoresTheSignalIsKilledAfterTheGrace() throws Exception {
    var pod =
        pod(
            "deaf",
            "{'containers':[{'name':'app','image':'bb:1','command':['sh','-c','trap : TERM; while :; do sleep 1; done']}],"
                + "'shareProcessNamespace':true,'terminationGracePeriodSeconds':3}");
    link.await(pod.uid(), PodReport::ready);

    long begin = System.nanoTime();
    remove(pod);

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(2500));
    assertThat(ours(pod)).isEmpty();
  }

  // --- what others do

  @Test
  void anAgentStartedAgainFindsItsContainers() throws Exception {
    var pod = pod("adopt", SLEEPER);
    var before = container(link.await(pod.uid(), PodReport::ready), "app");

    restartAgent();
    var after = container(link.await(pod.uid(), PodReport::ready), "app");

    assertThat(after.id()).isEqualTo(before.id());
    assertThat(after.startedAt()).isEqualTo(before.startedAt());
    assertThat(link.last().orElseThrow().generation()).isEqualTo(generation);
    remove(pod);
  }

  @Test
  void anEngineStartedAgainKeepsTheContainers() throws Exception {
    var kept = pod("engine", SLEEPER);
    var witness = pod("witness", SLEEPER);
    var before = container(link.await(kept.uid(), PodReport::ready), "app").id();
    var killed = container(link.await(witness.uid(), PodReport::ready), "app").id();

    engine.restart();
    // Noticed by who listens again; by then the others were looked at, too.
    engine.docker("kill", killed);
    var mended = link.await(witness.uid(), it -> isOther(it, killed));

    assertThat(mended.restarts()).isEqualTo(1);
    var after = link.pod(kept.uid()).orElseThrow();
    assertThat(container(after, "app").id()).isEqualTo(before);
    assertThat(after.restarts()).isZero();
    remove(kept);
    remove(witness);
  }

  @Test
  void whatIsNotOursIsNotTouched() throws Exception {
    var plain = engine.docker("run", "-d", "--network", "none", "bb:1", "sleep", "1000");
    var foreign =
        engine.docker(
            "run",
            "-d",
            "--network",
            "none",
            "--label",
            "dev.reeve.cluster=other",
            "--label",
            "io.kubernetes.pod.uid=uid-x",
            "bb:1",
            "sleep",
            "1000");
    var stray =
        engine.docker(
            "run",
            "-d",
            "--network",
            "none",
            "--label",
            "dev.reeve.cluster=it",
            "--label",
            "io.kubernetes.pod.uid=uid-stray",
            "--label",
            "io.kubernetes.pod.name=s",
            "--label",
            "io.kubernetes.container.name=app",
            "--label",
            "dev.reeve.attempt=0",
            "--label",
            "dev.reeve.workload=Pod/default/s",
            "bb:1",
            "sleep",
            "1000");
    restartAgent();
    // Known before the first order is followed: only then does the order say that it must go.
    link.await("uid-stray", it -> true);

    var pod = pod("ours", SLEEPER);
    link.await(pod.uid(), PodReport::ready);
    remove(pod);

    link.awaitGone("uid-stray");
    assertThat(engine.docker("ps", "-q", "--no-trunc").split("\n"))
        .contains(plain, foreign)
        .doesNotContain(stray);
    engine.docker("rm", "-f", plain, foreign);
  }

  @Test
  void aTakenNameIsNoObstacle() throws Exception {
    engine.docker(
        "create",
        "--name",
        "k8s_app_taken-1_default_uid-taken_0",
        "--label",
        "dev.reeve.cluster=it",
        "bb:1",
        "sleep",
        "1");

    var pod = pod("taken", SLEEPER);

    assertThat(link.await(pod.uid(), PodReport::ready).restarts()).isZero();
    remove(pod);
  }

  @Test
  void badImagesAreNamedAsKubernetesNamesThem() throws Exception {
    var pod =
        pod(
            "img",
            "{'containers':[{'name':'a','image':'nowhere.invalid/x:1'},"
                + "{'name':'b','image':'nowhere.invalid/x:1','imagePullPolicy':'Never'},{'name':'c','image':'Not An Image'}]}");

    link.await(pod.uid(), it -> container(it, "b").reason().equals("ErrImageNeverPull"));
    link.await(pod.uid(), it -> container(it, "c").reason().equals("InvalidImageName"));
    link.await(pod.uid(), it -> container(it, "a").reason().equals("ErrImagePull"));
    remove(pod);
  }

  @Test
  void runAsNonRootIsKept() throws Exception {
    var pod =
        pod(
            "root",
            "{'containers':[{'name':'app','image':'bb:1','command':['sleep','9'],'securityContext':{'runAsNonRoot':true}}]}");
    var user =
        pod(
            "user",
            "{'securityContext':{'runAsUser':1000,'runAsGroup':1000,'fsGroup':2000,'runAsNonRoot':true},"
                + "'containers':[{'name':'app','image':'bb:1','command':['sh','-c','echo x > /d/f; sleep 1000'],"
                + "'securityContext':{'readOnlyRootFilesystem':true,'allowPrivilegeEscalation':false,'capabilities':{'drop':['ALL']}},"
                + "'volumeMounts':[{'name':'d','mountPath':'/d'}]}],'volumes':[{'name':'d','emptyDir':{}}],'terminationGracePeriodSeconds':1}");

    link.await(pod.uid(), it -> container(it, "app").reason().equals("CreateContainerConfigError"));
    var app = container(link.await(user.uid(), PodReport::ready), "app");
    assertThat(exec(app, "id -u; id -g; id -G; stat -c %g /d/f; grep NoNewPrivs /proc/self/status"))
        .isEqualTo("1000\n1000\n1000 2000\n2000\nNoNewPrivs:\t1");
    remove(pod);
    remove(user);
  }
}
