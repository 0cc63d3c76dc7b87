package dev.reeve.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.lab.Shell;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A tag is pushed to a registry, and nobody does anything: it comes into the text by a commit and
/// is rolled out. A bad one goes back out of the text, and is not chosen again.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageFollowIT {
  private static final int NODE = 52;
  private static final int WEB_PORT = 7204;
  private static final int REGISTRY_PORT = 7206;
  private static final String IMAGE = "127.0.0.1:" + REGISTRY_PORT + "/team/web";
  private static final String RECORD =
      "namespaces/default/imagepolicy.image.toolkit.fluxcd.io/web.yaml";

  private static final String WEB_RECORD = "namespaces/default/deployment/web.yaml";

  @TempDir private static Path temp;
  private final List<Program> registries = new ArrayList<>();
  private Stage stage;

  @BeforeAll
  void startEverything() throws Exception {
    stage = Stage.set(NODE, WEB_PORT, temp);
    var config = temp.resolve("registry.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: info, accesslog: {disabled: false}}
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: "127.0.0.1:%d"}
        """
            .formatted(temp.resolve("images"), REGISTRY_PORT));
    // The same address on the node and here leads to the same images.
    var words = List.of("/usr/bin/docker-registry", "serve", config.toString());
    registries.add(Program.start(words, registryLog()));
    registries.add(
        Program.start(
            stage.node.inside(words.toArray(String[]::new)), temp.resolve("registry-node.log")));
    publish("1.0.0");
    Program.await(
        "the node is there", Stage.PATIENCE, () -> !stage.recorded("nodes/n0.yaml").isEmpty());
  }

  @AfterAll
  void stopEverything() throws IOException {
    registries.forEach(Program::close);
    if (stage != null) {
      stage.close();
    }
  }

  private static Path registryLog() {
    return temp.resolve("registry.log");
  }

  /// An image whose page says its name, pushed, and not kept on the node.
  private void publish(String tag) throws Exception {
    stage.node.importImage(IMAGE + ":" + tag);
    push(tag);
  }

  /// One that ends at once.
  private void publishBad(String tag) throws Exception {
    var root = Files.createDirectories(temp.resolve("bad/bin"));
    Files.copy(Path.of("/bin/busybox"), root.resolve("false"));
    Shell.run("chmod", "755", root.resolve("false").toString());
    stage.node.importImage(temp.resolve("bad"), IMAGE + ":" + tag, "CMD [\"/bin/false\"]");
    push(tag);
  }

  private void push(String tag) throws Exception {
    Program.await(
        "the registry takes " + tag,
        Stage.PATIENCE,
        () ->
            Shell.end(
                        List.of(
                            "docker",
                            "-H",
                            stage.node.dockerHost(),
                            "push",
                            "-q",
                            IMAGE + ":" + tag))
                    .code()
                == 0);
    stage.node.docker("rmi", IMAGE + ":" + tag);
  }

  private static String manifests(String tag) {
    return """
    # What is followed.
    apiVersion: image.toolkit.fluxcd.io/v1
    kind: ImageRepository
    metadata: {name: web}
    spec: {image: %1$s, interval: 5s}
    ---
    apiVersion: image.toolkit.fluxcd.io/v1
    kind: ImagePolicy
    metadata: {name: web}
    spec:
      imageRepositoryRef: {name: web}
      policy: {semver: {range: ^1.0.0}}
    ---
    # The web.
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      progressDeadlineSeconds: 45
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name:  web
              image: '%1$s:%2$s'   # {"$imagepolicy": "default:web"}
              readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
    """
        .formatted(IMAGE, tag);
  }

  /// What the pods of the web say, each once.
  private List<String> pages() throws IOException {
    var pages = new ArrayList<String>();
    for (var each : Containers.running(List.of(stage.node))) {
      if (each.name().equals(Containers.PAUSE)) {
        var words =
            stage.node.inside(
                "timeout", "5", "busybox", "wget", "-qO-", "http://" + each.ip() + ":8080/");
        pages.add(Shell.end(words).output().strip());
      }
    }
    return pages.stream().distinct().toList();
  }

  private Duration awaitServed(String tag) throws Exception {
    return Program.await(
        tag + " is served", Stage.PATIENCE, () -> pages().equals(List.of(IMAGE + ":" + tag)));
  }

  /// Waits for a commit that nobody here made.
  private Duration awaitCommit(String than, String subject) throws Exception {
    try {
      return Program.await(
          subject,
          Stage.PATIENCE,
          () ->
              !stage.tip().equals(than)
                  && stage
                      .clone
                      .git("log", "--format=%s", than + "..origin/main")
                      .contains(subject));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + stage.serverLog(), e);
    }
  }

  /// The registry was asked for its tags so often again, and the core was told.
  private void awaitPolls(int more) throws Exception {
    long before = polls();
    Program.await("the registry is asked", Stage.PATIENCE, () -> polls() >= before + more);
  }

  private static long polls() throws IOException {
    return Files.readString(registryLog())
        .lines()
        .filter(it -> it.contains("\"GET /v2/team/web/tags/list"))
        .count();
  }

  @Test
  @Order(1)
  void aNewTagComesByACommitAndIsServed() throws Exception {
    stage.clone.write("web.yaml", manifests("1.0.0"));
    var first = stage.clone.push("The web");
    stage.verdict(first, "success");
    awaitServed("1.0.0");

    publish("1.1.0");
    var toCommit = awaitCommit(first, "Update web to 1.1.0");
    var toServed = awaitServed("1.1.0");

    stage.pull();
    System.out.println(
        "tag pushed to commit %d ms (asked every 5 s), to served %d ms more%n%s"
            .formatted(
                toCommit.toMillis(), toServed.toMillis(), stage.clone.git("log", "-1", "-p")));
    assertThat(stage.clone.read("web.yaml")).isEqualTo(manifests("1.1.0"));
    assertThat(stage.clone.git("log", "-1", "--format=%(trailers:key=Reeve-Image,valueonly)"))
        .isEqualTo("default/web " + IMAGE + ":1.1.0");
    stage.verdict(stage.tip(), "success");
  }

  @Test
  @Order(2)
  void aBadOneGoesBackAndIsNotChosenAgain() throws Exception {
    var good = stage.tip();

    publishBad("1.2.0");
    var toCommit = awaitCommit(good, "Update web to 1.2.0");
    var toRollback = awaitCommit(good, "Roll back default/web");
    stage.verdict(stage.tip(), "success");

    stage.pull();
    System.out.println(
        "bad tag pushed to commit %d ms, to text rolled back %d ms more%n%s%n%s"
            .formatted(
                toCommit.toMillis(),
                toRollback.toMillis(),
                stage.clone.git("log", "--format=%h %an %s", good + "..origin/main"),
                stage.recorded(RECORD)));
    assertThat(stage.clone.read("web.yaml")).isEqualTo(manifests("1.1.0"));
    assertThat(stage.recorded(RECORD)).contains("rejected:\n- tag: 1.2.0\n");
    var rolledBack = stage.tip();
    awaitPolls(3);
    assertThat(stage.tip()).isEqualTo(rolledBack);
    awaitServed("1.1.0");
  }

  @Test
  @Order(3)
  void norIsItAfterTheControlPlaneHasLostItsDisk() throws Exception {
    var before = stage.tip();

    stage.loseServer();
    stage.startServer();
    awaitPolls(3);

    assertThat(stage.tip()).isEqualTo(before);
    assertThat(stage.recorded(RECORD)).contains("rejected:\n- tag: 1.2.0\n");
  }

  @Test
  @Order(4)
  void aGoodOneAfterItIs() throws Exception {
    var before = stage.tip();

    publish("1.3.0");
    awaitCommit(before, "Update web to 1.3.0");
    awaitServed("1.3.0");

    stage.verdict(stage.tip(), "success");
    stage.pull();
    assertThat(stage.clone.read("web.yaml")).isEqualTo(manifests("1.3.0"));
    System.out.println(stage.clone.git("log", "--format=%h %an: %s", "-8"));
    System.out.println(String.join("\n", stage.record("", "%h %s")));
  }

  @Test
  @Order(5)
  void aTagThatIsGivenToAnotherImageMovesNoPod() throws Exception {
    var digest = digest("1.3.0");
    assertThat(stage.recorded(WEB_RECORD)).contains("image: " + IMAGE + ":1.3.0\n", digest);

    // The same tag, for another image.
    stage.node.importImage(IMAGE + ":other");
    stage.node.docker("tag", IMAGE + ":other", IMAGE + ":1.3.0");
    stage.node.docker("rmi", IMAGE + ":other");
    push("1.3.0");
    assertThat(digest("1.3.0")).isNotEqualTo(digest);
    stage.clone.write("web.yaml", manifests("1.3.0").replace("replicas: 2", "replicas: 5"));
    stage.verdict(stage.clone.push("More of it"), "success");

    awaitServed("1.3.0");
    var images = stage.node.docker("ps", "--no-trunc", "--format", "{{.Image}}").lines();
    assertThat(images.filter(it -> it.startsWith(IMAGE)).distinct().toList())
        .allSatisfy(it -> assertThat(it).isIn(IMAGE + "@" + digest, IMAGE + ":1.3.0"));
    System.out.println(stage.recorded(WEB_RECORD));
  }

  /// What the registry has under a tag.
  private static String digest(String tag) throws Exception {
    var connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + REGISTRY_PORT + "/v2/team/web/manifests/" + tag)
                .toURL()
                .openConnection();
    connection.setRequestMethod("HEAD");
    connection.setRequestProperty("Accept", "application/vnd.docker.distribution.manifest.v2+json");
    return connection.getHeaderField("Docker-Content-Digest");
  }
}
