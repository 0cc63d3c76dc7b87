package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.reeve.lab.Shell;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Requests from outside come to a node by host and path, over TLS or not, and go where the
/// Ingresses say.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngressIT {
  @TempDir private static Path temp;
  private Stage stage;

  @BeforeAll
  void startEverything() throws Exception {
    stage = Stage.set(51, 7202, temp);
    PoliteApp.importInto(stage.node);
    var clone = stage.clone;
    for (String name : List.of("main", "api", "beta")) {
      clone.write(name + ".yaml", app(name));
    }
    clone.write("echo.yaml", ECHO);
    clone.write("certificate.yaml", certificate("first"));
    clone.write("ingress.yaml", INGRESS);
    stage.verdict(clone.push("Apps and their front"), "success");
    try {
      Program.await(
          "the proxy answers",
          Duration.ofSeconds(30),
          () -> get("shop.example", "/").equals("main"));
    } catch (AssertionError e) {
      throw new AssertionError(get("shop.example", "/") + "\n" + stage.agentLog(), e);
    }
  }

  @AfterAll
  void stopEverything() throws Exception {
    Shell.end(stage.node.inside("sh", "-c", "kill $(cat /run/reeve/local/n0/ingress/haproxy.pid)"));
    stage.close();
  }

  private static String app(String name) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s}
    spec:
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          terminationGracePeriodSeconds: 5
          containers:
    %2$s
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s}
    spec:
      selector: {app: %1$s}
      ports: [{name: web, port: 80, targetPort: http}]
    """
        .formatted(name, PoliteApp.container(name).indent(8).stripTrailing());
  }

  /// It takes an upgrade, and says what it hears.
  private static final String ECHO =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: echo}
      spec:
        selector: {matchLabels: {app: echo}}
        template:
          metadata: {labels: {app: echo}}
          spec:
            terminationGracePeriodSeconds: 1
            containers:
              - name: echo
                image: polite:1
                command: [sh, -c, 'while :; do busybox nc -l -p 8081 -e /bin/upgrade; done']
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: echo}
      spec:
        selector: {app: echo}
        publishNotReadyAddresses: true
        ports: [{port: 80, targetPort: 8081}]
      """;

  private static final String INGRESS =
      """
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: shop}
      spec:
        tls: [{hosts: [shop.example], secretName: shop}]
        rules:
          - host: shop.example
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: main, port: {number: 80}}}}
                - {path: /api, pathType: Prefix, backend: {service: {name: api, port: {name: web}}}}
                - {path: /only, pathType: Exact, backend: {service: {name: beta, port: {number: 80}}}}
                - {path: /socket, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}
          - host: '*.wild.example'
            http:
              paths:
                - {path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: shop-canary
        annotations:
          nginx.ingress.kubernetes.io/canary: "true"
          nginx.ingress.kubernetes.io/canary-by-header: X-Canary
          nginx.ingress.kubernetes.io/canary-weight: "20"
      spec:
        rules:
          - host: shop.example
            http:
              paths:
                - {path: /api, pathType: Prefix, backend: {service: {name: beta, port: {number: 80}}}}
      """;

  /// Its Ingress names the Service of its stable release, as those of Argo Rollouts do.
  private static String routed(String release) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: routed}
    spec:
      replicas: 2
      selector: {matchLabels: {app: routed}}
      template:
        metadata: {labels: {app: routed}}
        spec:
          terminationGracePeriodSeconds: 5
          containers:
    %1$s
      strategy:
        canary:
          stableService: routed
          canaryService: routed-next
          trafficRouting: {managedRoutes: [{name: early}]}
          steps:
            - setCanaryScale: {replicas: 1}
            - setHeaderRoute:
                name: early
                match: [{headerName: X-Early, headerValue: {prefix: "y"}}]
            - pause: {duration: 15s}
            - setWeight: 30
            - pause: {}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: routed}
    spec: {selector: {app: routed}, ports: [{port: 80, targetPort: http}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: routed-next}
    spec: {selector: {app: routed}, ports: [{port: 80, targetPort: http}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: routed}
    spec:
      rules:
        - host: routed.example
          http:
            paths:
              - {path: /, pathType: Prefix, backend: {service: {name: routed, port: {number: 80}}}}
    """
        .formatted(PoliteApp.container(release).indent(8).stripTrailing());
  }

  private static String certificate(String name) throws IOException {
    var key = temp.resolve(name + ".key");
    var certificate = temp.resolve(name + ".crt");
    Shell.run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "3",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=DNS:shop.example",
        "-keyout",
        key.toString(),
        "-out",
        certificate.toString());
    return """
    apiVersion: v1
    kind: Secret
    metadata: {name: shop}
    type: kubernetes.io/tls
    data:
      tls.crt: %s
      tls.key: %s
    """
        .formatted(base64(certificate), base64(key));
  }

  private static String base64(Path file) throws IOException {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
  }

  // --- asking

  private String get(String host, String path, String... more) {
    var words = new ArrayList<>(List.of("curl", "-s", "--max-time", "5", "-H", "Host: " + host));
    words.addAll(List.of(more));
    words.add("http://" + stage.node.address() + path);
    return Shell.end(words).output().strip();
  }

  /// @param write what curl is to print
  private String overTls(String write) {
    return Shell.end(
            List.of(
                "curl",
                "-sk",
                "--max-time",
                "5",
                "--connect-to",
                "shop.example:443:" + stage.node.address() + ":443",
                "-o",
                "/dev/null",
                "-w",
                write,
                "https://shop.example/"))
        .output();
  }

  private String subject() {
    return Shell.end(
            List.of(
                "sh",
                "-c",
                "echo | openssl s_client -connect "
                    + stage.node.address()
                    + ":443 -servername shop.example 2>/dev/null | openssl x509 -noout -subject"))
        .output();
  }

  // --- what is promised

  @Test
  void hostsAndPathsSayWhere() {
    assertThat(get("shop.example", "/anything")).isEqualTo("main");
    assertThat(get("shop.example", "/only")).isEqualTo("beta");
    assertThat(get("shop.example", "/only/more")).isEqualTo("main");
    assertThat(get("shop.example", "/apiary")).isEqualTo("main");
    assertThat(get("a.wild.example", "/")).isEqualTo("api");
    assertThat(get("a.b.wild.example", "/")).contains("no Ingress for this");
    assertThat(get("other.example", "/")).contains("no Ingress for this");
    assertThat(get("other.example", "/", "-o", "/dev/null", "-w", "%{http_code}")).isEqualTo("404");
  }

  @Test
  void aCanaryIsChosenByHeaderAndByWeight() {
    assertThat(get("shop.example", "/api", "-H", "X-Canary: always")).isEqualTo("beta");
    assertThat(get("shop.example", "/api", "-H", "X-Canary: never")).isEqualTo("api");
    int beta = 0;
    for (int i = 0; i < 200; i++) {
      beta += get("shop.example", "/api").equals("beta") ? 1 : 0;
    }
    System.out.println("of 200 requests to a canary of 20% it got " + beta);
    assertThat(beta).isCloseTo(40, within(25));
  }

  @Test
  void aRolloutTakesRequestsByHeaderFirstAndThenByWeight() throws Exception {
    stage.clone.write("routed.yaml", routed("one"));
    stage.verdict(stage.clone.push("A routed rollout"), "success");
    Program.await("it is served", Stage.PATIENCE, () -> get("routed.example", "/").equals("one"));

    stage.clone.write("routed.yaml", routed("two"));
    stage.clone.push("Its second release");
    Program.await(
        "who asks for the new one gets it",
        Stage.PATIENCE,
        () -> get("routed.example", "/", "-H", "X-Early: yes").equals("two"));
    for (int i = 0; i < 20; i++) {
      assertThat(get("routed.example", "/", "-H", "X-Early: no")).isEqualTo("one");
      assertThat(get("routed.example", "/", "-H", "X-Early: yes")).isEqualTo("two");
    }
    Program.await(
        "others get it by chance", Stage.PATIENCE, () -> get("routed.example", "/").equals("two"));
    int two = 0;
    for (int i = 0; i < 200; i++) {
      var said = get("routed.example", "/");
      assertThat(said).isIn("one", "two");
      two += said.equals("two") ? 1 : 0;
    }
    System.out.println("of 200 requests to a rollout at 30% its new release got " + two);
    assertThat(two).isCloseTo(60, within(10));

    Files.delete(stage.clone.folder().resolve("routed.yaml"));
    stage.verdict(stage.clone.push("No routed rollout"), "success");
  }

  @Test
  void whatWasServedIsCounted() throws Exception {
    double before = counted("reeve_ingress_requests_total", "service=\"api\"");
    double connections = counted("reeve_service_connections_total", "service=\"api\"");
    for (int i = 0; i < 10; i++) {
      assertThat(get("a.wild.example", "/")).isEqualTo("api");
    }

    Program.await(
        "ten requests are counted",
        Stage.PATIENCE,
        () -> counted("reeve_ingress_requests_total", "service=\"api\"") >= before + 10);

    assertThat(counted("reeve_ingress_requests_total", "service=\"api\"", "code=\"5xx\"")).isZero();
    assertThat(counted("reeve_service_connections_total", "service=\"api\"", "pod=\"api-"))
        .as("the proxy keeps no connection for another request")
        .isGreaterThanOrEqualTo(connections + 10);
  }

  /// What `/metrics` says of all lines of a name that have these labels, added up.
  private double counted(String name, String... labels) throws Exception {
    return stage
        .web
        .send(stage.web.to("/metrics"))
        .body()
        .lines()
        .filter(it -> it.startsWith(name + "{"))
        .filter(it -> List.of(labels).stream().allMatch(it::contains))
        .mapToDouble(it -> Double.parseDouble(it.substring(it.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void aCertificateIsChangedUnderLoadWithoutAFailedHandshake() throws Exception {
    assertThat(overTls("%{http_code} %{http_version}")).isEqualTo("200 2");
    assertThat(subject()).contains("first");
    List<String> failed = Collections.synchronizedList(new ArrayList<>());
    var handshakes = new java.util.concurrent.atomic.AtomicInteger();
    var end = new java.util.concurrent.atomic.AtomicBoolean();
    var users = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      users.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!end.get()) {
                  var said = overTls("%{http_code}");
                  handshakes.incrementAndGet();
                  if (!said.equals("200")) {
                    failed.add(said);
                  }
                }
              }));
    }
    stage.clone.write("certificate.yaml", certificate("second"));
    stage.verdict(stage.clone.push("Another certificate"), "success");
    Program.await("the new one is shown", Stage.PATIENCE, () -> subject().contains("second"));
    TimeUnit.SECONDS.sleep(2);
    end.set(true);
    for (Thread user : users) {
      user.join();
    }
    System.out.println(handshakes + " handshakes, failed: " + failed);
    assertThat(failed).isEmpty();
  }

  @Test
  void aWebSocketIsHeldThroughAnUnrelatedChange() throws Exception {
    try (var socket = new Socket(stage.node.address(), 80)) {
      socket.setSoTimeout(10_000);
      var out = socket.getOutputStream();
      var request =
          List.of(
              "GET /socket HTTP/1.1",
              "Host: shop.example",
              "Connection: Upgrade",
              "Upgrade: websocket",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              "",
              "");
      out.write(String.join("\r\n", request).getBytes(StandardCharsets.US_ASCII));
      var in = socket.getInputStream();
      var head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        head.append((char) in.read());
      }
      assertThat(head.toString()).contains(" 101 ");
      out.write("one\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(in.readNBytes(4), StandardCharsets.US_ASCII)).isEqualTo("one\n");

      stage.clone.write(
          "more.yaml",
          INGRESS
              .replace("shop", "more")
              .replace("tls: [{hosts: [more.example], secretName: more}]", ""));
      stage.verdict(stage.clone.push("More hosts"), "success");
      Program.await(
          "they are served", Stage.PATIENCE, () -> get("more.example", "/").equals("main"));

      out.write("two\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(in.readNBytes(4), StandardCharsets.US_ASCII)).isEqualTo("two\n");
    }
  }
}
