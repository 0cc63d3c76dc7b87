package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.lab.LabNode;
import dev.reeve.lab.LabSwitch;
import dev.reeve.lab.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Pods of three nodes reach each other in every way that Kubernetes promises.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NetworkTests {
  private static final int NODES = 3;
  private static final int NODE_PORT = 30_080;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final int webPort;
  private final int firstIndex;
  private final boolean isOneLink;

  @TempDir private static Path temp;
  private Path folder = Path.of("");
  private Optional<LabSwitch> lan = Optional.empty();
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private Optional<Processes> processes = Optional.empty();
  private Optional<Program> server = Optional.empty();
  private Optional<GitHost> git = Optional.empty();

  NetworkTests(int webPort, int firstIndex, boolean isOneLink) {
    this.webPort = webPort;
    this.firstIndex = firstIndex;
    this.isOneLink = isOneLink;
  }

  @BeforeAll
  void startEverything() throws Exception {
    folder = Files.createDirectories(temp.resolve("at" + webPort));
    if (isOneLink) {
      lan = Optional.of(LabSwitch.start());
    } else {
      // The host is the router between them.
      Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
    }
    for (int i = 0; i < NODES; i++) {
      var own = folder.resolve("node" + i);
      var node =
          lan.isPresent()
              ? LabNode.start(firstIndex + i, own, lan.get())
              : LabNode.start(firstIndex + i, own);
      nodes.add(node);
      node.importImage("web:1");
    }
    var host = GitHost.start(folder.resolve("git"));
    git = Optional.of(host);
    var clone = Repository.clone(List.of(), host.path(), folder.resolve("clone"));
    clone.write("web.yaml", WEB);
    clone.write("guarded.yaml", GUARDED.replace("NAME", "guarded"));
    clone.write("stranger.yaml", GUARDED.replace("NAME", "stranger"));
    clone.write("policy.yaml", POLICY);
    var first = clone.push("First");
    processes = Optional.of(new Processes(folder, host.url(), webPort, webPort + 1));
    server = Optional.of(processes.get().server("--poll", "1"));
    Program.await("the web answers", PATIENCE, new Web(webPort)::isUp);
    for (int i = 0; i < NODES; i++) {
      agents.add(processes.get().agent(i, nodes.get(i)));
    }
    try {
      Program.await("all is ready", PATIENCE, () -> clone.note(first).startsWith("success"));
      Program.await(
          "all nodes have the routes", PATIENCE, () -> nodes.stream().allMatch(this::hasRules));
    } catch (AssertionError e) {
      throw new AssertionError(
          server.get().tail() + agents.get(0).tail() + nodes.get(0).docker("ps", "-a"), e);
    }
  }

  private boolean hasRules(LabNode node) {
    return Shell.end(node.inside("nft", "list", "map", "ip", "reeve-local", "services"))
        .output()
        .contains("10.96.");
  }

  @AfterAll
  void stopEverything() throws Exception {
    agents.forEach(Program::close);
    server.ifPresent(Program::close);
    if (git.isPresent()) {
      git.get().close();
    }
    for (LabNode node : nodes) {
      node.close();
    }
    lan.ifPresent(LabSwitch::close);
  }

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 1
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: web}}
            containers:
              - name: web
                image: web:1
                command: [sh, -c, 'echo $POD > /www/index.html; exec httpd -f -p 8080 -h /www']
                ports: [{name: http, containerPort: 8080}]
                env:
                  - name: POD
                    valueFrom: {fieldRef: {fieldPath: metadata.name}}
                readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        type: NodePort
        selector: {app: web}
        ports: [{port: 80, targetPort: http, nodePort: 30080}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: sticky}
      spec:
        selector: {app: web}
        sessionAffinity: ClientIP
        ports: [{port: 80, targetPort: http}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web-pods}
      spec:
        clusterIP: None
        selector: {app: web}
        ports: [{name: http, port: 8080, targetPort: http}]
      """;

  /// Only pods of web may talk to it, and it talks to nobody.
  private static final String GUARDED =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: NAME}
      spec:
        selector: {matchLabels: {app: NAME}}
        template:
          metadata: {labels: {app: NAME}}
          spec:
            terminationGracePeriodSeconds: 1
            containers: [{name: web, image: "web:1"}]
      """;

  private static final String POLICY =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: guarded}
      spec:
        podSelector: {matchLabels: {app: guarded}}
        policyTypes: [Ingress, Egress]
        ingress:
          - from: [{podSelector: {matchLabels: {app: web}}}]
            ports: [{port: 8080}]
      """;

  // --- the pods

  /// @param process in its network
  private record Pod(LabNode node, String name, String ip, String process) {
    /// What a program prints that runs in the pod's network and asks for names as the pod does.
    Shell.Ended run(String command) {
      var sandbox = node.docker("ps", "-q", "--filter", "name=k8s_POD_" + name + "_").strip();
      var names = node.docker("inspect", "-f", "{{.ResolvConfPath}}", sandbox).strip();
      return Shell.end(
          List.of(
              "nsenter",
              "--net=/proc/" + process + "/ns/net",
              "unshare",
              "-m",
              "sh",
              "-c",
              "mount --bind " + names + " /etc/resolv.conf && " + command));
    }
  }

  private List<Pod> pods() {
    return pods("web");
  }

  private List<Pod> pods(String workload) {
    var pods = new ArrayList<Pod>();
    for (LabNode node : nodes) {
      for (String id :
          node.docker("ps", "-q", "--filter", "name=k8s_POD_" + workload + "-").lines().toList()) {
        var said =
            node.docker(
                    "inspect",
                    "-f",
                    "{{index .Config.Labels \"io.kubernetes.pod.name\"}} {{index .Config.Labels"
                        + " \"dev.reeve.pod-ip\"}} {{.State.Pid}}",
                    id)
                .strip()
                .split(" ");
        pods.add(new Pod(node, said[0], said[1], said[2]));
      }
    }
    return pods;
  }

  private static String get(String url) {
    return "curl -sS --max-time 5 " + url;
  }

  /// All of them, asked often enough that each of three would be missed once in ten million.
  private static SortedSet<String> answering(Pod from, String url) {
    var said =
        from.run("for i in $(seq 40); do " + get(url) + " || echo LOST; done").output().lines();
    return new TreeSet<>(said.toList());
  }

  private SortedSet<String> names() {
    var names = new TreeSet<String>();
    pods().forEach(it -> names.add(it.name()));
    return names;
  }

  // --- what is promised

  @Test
  void everyPodReachesEveryPodByItsAddress() {
    var pods = pods();
    assertThat(pods).hasSize(NODES);
    for (Pod from : pods) {
      for (Pod to : pods) {
        assertThat(from.run(get("http://" + to.ip() + ":8080/")).output().strip())
            .as(from.name() + " to " + to.name())
            .isEqualTo(to.name());
      }
    }
  }

  @Test
  void everyPodReachesTheServiceByItsName() {
    for (Pod from : pods()) {
      assertThat(answering(from, "http://web/")).isEqualTo(names());
      assertThat(answering(from, "http://web.default.svc.cluster.local/")).isEqualTo(names());
    }
  }

  @Test
  void aHeadlessServiceLeadsToThePodsThemselves() {
    for (Pod from : pods()) {
      var found = from.run("dig +short web-pods.default.svc.cluster.local").output().lines();
      assertThat(new TreeSet<>(found.toList()))
          .isEqualTo(new TreeSet<>(pods().stream().map(Pod::ip).toList()));
      assertThat(from.run(get("http://web-pods:8080/")).output().strip()).isIn(names());
    }
  }

  @Test
  void namesAreAnsweredAsKubernetesSpecifiesThem() {
    var pod = pods().getFirst();
    var ip = pod.run("dig +short web.default.svc.cluster.local").output().strip();

    assertThat(pod.run("dig +short -x " + ip).output().strip())
        .isEqualTo("web.default.svc.cluster.local.");
    assertThat(pod.run("dig +short SRV _http._tcp.web-pods.default.svc.cluster.local").output())
        .contains(
            "0 100 8080 " + pod.ip().replace('.', '-') + ".web-pods.default.svc.cluster.local.");
    assertThat(pod.run("dig nothing.default.svc.cluster.local").output()).contains("NXDOMAIN");
    assertThat(pod.run("dig AAAA web.default.svc.cluster.local").output())
        .contains("NOERROR", "ANSWER: 0");
  }

  @Test
  void everyNodeAnswersOnTheNodePort() {
    for (LabNode node : nodes) {
      var answers = new TreeSet<String>();
      for (int i = 0; i < 30; i++) {
        answers.add(
            Shell.run(
                    "curl",
                    "-sS",
                    "--max-time",
                    "5",
                    "http://" + node.address() + ":" + NODE_PORT + "/")
                .strip());
      }
      assertThat(answers).isEqualTo(names());
    }
    var from = pods().getFirst();
    for (LabNode node : nodes) {
      assertThat(answering(from, "http://" + node.address() + ":" + NODE_PORT + "/"))
          .isEqualTo(names());
    }
  }

  @Test
  void theNodeItselfReachesPodsAndServices() {
    var service =
        pods().getFirst().run("dig +short web.default.svc.cluster.local").output().strip();
    for (LabNode node : nodes) {
      for (Pod to : pods()) {
        assertThat(
                Shell.run(
                        node.inside(
                            "curl", "-sS", "--max-time", "5", "http://" + to.ip() + ":8080/"))
                    .strip())
            .isEqualTo(to.name());
      }
      assertThat(
              Shell.run(node.inside("curl", "-sS", "--max-time", "5", "http://" + service + "/"))
                  .strip())
          .isIn(names());
    }
  }

  @Test
  void aPodReachesItselfThroughItsService() {
    // Among the answers of a Service to one of its own pods is that pod's own.
    for (Pod from : pods()) {
      assertThat(answering(from, "http://web/")).contains(from.name());
    }
  }

  @Test
  void aClientStaysWithItsPodAlsoWhenTheAgentIsStartedAnew() throws Exception {
    var stays = new TreeMap<String, SortedSet<String>>();
    for (Pod from : pods()) {
      stays.put(from.name(), answering(from, "http://sticky/"));
    }
    assertThat(stays.values()).allSatisfy(it -> assertThat(it).hasSize(1).isSubsetOf(names()));

    agents.get(0).kill();
    Shell.run(nodes.get(0).inside("nft", "add", "chain", "ip", "reeve-local", "left-behind"));
    agents.set(0, processes.orElseThrow().agent(0, nodes.get(0)));
    Program.await(
        "the table is made anew",
        PATIENCE,
        () ->
            !Shell.run(nodes.get(0).inside("nft", "list", "table", "ip", "reeve-local"))
                .contains("left-behind"));

    for (Pod from : pods()) {
      assertThat(answering(from, "http://sticky/")).isEqualTo(stays.get(from.name()));
    }
  }

  @Test
  void aPodSeesWhoAsksIt() {
    var pods = pods();
    var from = pods.get(0);
    var to = pods.get(1);
    var seen =
        Shell.end(
            List.of(
                "sh",
                "-c",
                "nsenter --net=/proc/"
                    + to.process()
                    + "/ns/net timeout 5 tcpdump -nn -c 1 -i eth0"
                    + " 'tcp dst port 8080 and tcp[tcpflags] & tcp-syn != 0 and src host "
                    + from.ip()
                    + "' 2>/dev/null & sleep 1; nsenter --net=/proc/"
                    + from.process()
                    + "/ns/net curl -s --max-time 3 http://"
                    + to.ip()
                    + ":8080/ >/dev/null; wait"));
    assertThat(seen.output()).contains(from.ip());
  }

  @Test
  void aPolicySaysWhoMayTalkToWhom() throws Exception {
    var guarded = pods("guarded").getFirst();
    var stranger = pods("stranger").getFirst();
    var page = "http://" + guarded.ip() + ":8080/";
    Program.await("the policy is in force", PATIENCE, () -> stranger.run(get(page)).code() != 0);

    for (Pod friend : pods()) {
      assertThat(friend.run(get(page)).output()).as(friend.name()).contains("web:1");
    }
    assertThat(stranger.run("curl -s --max-time 2 " + page).code()).isNotZero();
    assertThat(stranger.run(get("http://web/")).output().strip()).isIn(names());
    assertThat(guarded.run("curl -s --max-time 2 http://web/").code()).isNotZero();
    assertThat(guarded.run("dig +short web.default.svc.cluster.local").output()).contains("10.96.");
  }
}
