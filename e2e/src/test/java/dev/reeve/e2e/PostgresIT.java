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
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// A database that is written to all the time, on a volume that two nodes can reach and one may use
/// at a time: whatever is done to its pod, its node and the control plane, no row that it has
/// confirmed is lost. Backed up and restored as the user guide says.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgresIT {
  private static final int WEB_PORT = 7186;
  private static final int AGENT_PORT = 7187;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /// A folder of the machine that both engines see stands for a file server.
  private static String database(Path files) {
    return """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: files}
    provisioner: docker.reeve.dev
    parameters:
      opt.type: none
      opt.o: bind
      opt.device: "%s/${pvc.metadata.name}"
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: db}
    spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec:
          terminationGracePeriodSeconds: 20
          securityContext: {runAsUser: 999, fsGroup: 999, fsGroupChangePolicy: OnRootMismatch}
          containers:
          - name: db
            image: postgres:test
            volumeMounts: [{name: data, mountPath: /data}]
            readinessProbe:
              exec: {command: [pg_isready, -h, /tmp]}
              periodSeconds: 1
      volumeClaimTemplates:
      - metadata: {name: data}
        spec:
          storageClassName: files
          accessModes: [ReadWriteOnce]
          resources: {requests: {storage: 1Gi}}
    """
        .formatted(files);
  }

  private static final String BACKUP_CLAIM =
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: db-backup}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
      """;

  private static final String JOB =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: %s}
      spec:
        backoffLimit: 0
        template:
          spec:
            restartPolicy: Never
            securityContext: {runAsUser: 999, fsGroup: 999}
            containers:
            - name: job
              image: postgres:test
              command: [sh, -c, "%s"]
              volumeMounts: [{name: backup, mountPath: /backup, subPath: dumps}]
            volumes:
            - {name: backup, persistentVolumeClaim: {claimName: db-backup}}
      """;

  @TempDir private static Path temp;
  private final Web web = new Web(WEB_PORT);
  private final List<LabNode> nodes = new ArrayList<>();
  private final List<Program> agents = new ArrayList<>();
  private final ConcurrentSkipListSet<Integer> confirmed = new ConcurrentSkipListSet<>();
  private final AtomicBoolean isOver = new AtomicBoolean();
  private LabSwitch lan;
  private GitHost git;
  private Processes processes;
  private Program server;
  private Repository clone;
  private Thread writer;

  @BeforeAll
  void startEverything() throws Exception {
    lan = LabSwitch.start();
    for (int i = 0; i < 2; i++) {
      var node = LabNode.start(51 + i, temp.resolve("node" + i), lan);
      nodes.add(node);
      PostgresImage.importInto(node);
    }
    Files.createDirectories(temp.resolve("files/data-db-0"));
    git = GitHost.start(temp.resolve("git"));
    clone = Repository.clone(List.of(), git.path(), temp.resolve("clone"));
    clone.push("Nothing yet");
    processes = new Processes(temp, git.url(), WEB_PORT, AGENT_PORT);
    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    for (int i = 0; i < 2; i++) {
      agents.add(processes.agent(i, nodes.get(i)));
    }
    clone.write("db.yaml", database(temp.resolve("files")));
    clone.push("A database");
    awaitNote("success");
    assertThat(sql("create table rows (n int primary key)")).isPresent();
    writer = Thread.ofPlatform().name("writer").start(this::writeOn);
  }

  @AfterAll
  void stopEverything() throws Exception {
    isOver.set(true);
    if (writer != null) {
      writer.join();
    }
    agents.forEach(Program::close);
    if (server != null) {
      server.close();
    }
    if (git != null) {
      git.close();
    }
    for (LabNode node : nodes) {
      node.close();
    }
    if (lan != null) {
      lan.close();
    }
  }

  private void awaitNote(String outcome) throws Exception {
    var head = clone.git("rev-parse", "HEAD");
    try {
      Program.await(outcome, PATIENCE, () -> clone.note(head).startsWith(outcome));
    } catch (AssertionError e) {
      throw new AssertionError(
          clone.note(head) + server.tail() + agents.get(0).tail() + agents.get(1).tail(), e);
    }
  }

  // --- rows

  private void writeOn() {
    for (int n = 1; !isOver.get(); n++) {
      if (sql("insert into rows values (" + n + ")").isPresent()) {
        confirmed.add(n);
      }
    }
  }

  /// What the database answers; empty where it does not.
  private Optional<String> sql(String text) {
    for (LabNode node : nodes) {
      for (String id : containers(node)) {
        var ended =
            Shell.end(
                List.of(
                    "docker",
                    "-H",
                    node.dockerHost(),
                    "exec",
                    id,
                    "psql",
                    "-h",
                    "/tmp",
                    "-U",
                    "postgres",
                    "-Atqc",
                    text));
        if (ended.code() == 0) {
          return Optional.of(ended.output().strip());
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> containers(LabNode node) {
    return node.docker("ps", "-q", "--filter", "name=k8s_db_db-0").lines().toList();
  }

  private int nodeOfTheDatabase() {
    int found = -1;
    for (int i = 0; i < nodes.size(); i++) {
      if (!containers(nodes.get(i)).isEmpty()) {
        assertThat(found).as("it runs on one node").isEqualTo(-1);
        found = i;
      }
    }
    return found;
  }

  /// More rows are confirmed, and all that ever were are there.
  private void nothingIsLost() throws Exception {
    int before = confirmed.size();
    Program.await("rows are written", PATIENCE, () -> confirmed.size() >= before + 10);
    var asked = List.copyOf(confirmed);
    var there = sql("select n from rows order by n").orElseThrow().lines().toList();
    assertThat(there).containsAll(asked.stream().map(String::valueOf).toList());
    System.out.println(asked.size() + " rows confirmed, " + there.size() + " there");
  }

  // --- what is done to it

  @Test
  @Order(1)
  void aPodThatIsKilledComesBackToItsVolume() throws Exception {
    int node = nodeOfTheDatabase();
    nodes.get(node).docker("kill", containers(nodes.get(node)).getFirst());

    nothingIsLost();
    assertThat(nodeOfTheDatabase()).isEqualTo(node);
  }

  @Test
  @Order(2)
  void aNodeThatIsDrainedGivesItToTheOther() throws Exception {
    int node = nodeOfTheDatabase();
    clone.write(
        "node.yaml",
        """
        apiVersion: v1
        kind: Node
        metadata: {name: n%d, annotations: {reeve.dev/drain: "true"}}
        """
            .formatted(node));
    clone.push("Drain");
    awaitNote("success");

    nothingIsLost();
    assertThat(nodeOfTheDatabase()).isEqualTo(1 - node);
    Files.delete(clone.folder().resolve("node.yaml"));
    clone.git("add", "-A");
    clone.push("Open it again");
    awaitNote("success");
  }

  @Test
  @Order(3)
  void aControlPlaneThatLosesEverythingLeavesItAsItRuns() throws Exception {
    int node = nodeOfTheDatabase();
    var container = containers(nodes.get(node)).getFirst();
    server.kill();
    Shell.run("rm", "-rf", processes.serverData().toString());
    nothingIsLost();

    server = processes.server("--poll", "1");
    Program.await("the web answers", PATIENCE, web::isUp);
    clone.write("note.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\n");
    clone.push("Something else");
    awaitNote("success");

    nothingIsLost();
    assertThat(containers(nodes.get(node))).containsExactly(container);
  }

  @Test
  @Order(4)
  void aNodeThatIsCutOffKeepsItUntilAPersonSaysThatItIsOff() throws Exception {
    int node = nodeOfTheDatabase();
    agents.get(node).kill();
    Program.await("it is silent", PATIENCE, () -> readyNodes() == 1);
    Thread.sleep(Duration.ofSeconds(10));
    assertThat(nodeOfTheDatabase()).isEqualTo(node);
    nothingIsLost();

    // It is off: what ran there does not any more.
    nodes.get(node).docker("kill", containers(nodes.get(node)).getFirst());
    var identity =
        Shell.run("git", "-C", git.path(), "show", "reeve/local:nodes/n" + node + ".yaml")
            .lines()
            .filter(it -> it.startsWith("identity:"))
            .findFirst()
            .orElseThrow()
            .replaceAll("identity: *[\"']?([^\"']*)[\"']?", "$1");
    clone.push("It is off\n\nReeve-Fenced: Node/n" + node + "@" + identity);

    Program.await("it runs on the other", PATIENCE, () -> nodeOfTheDatabase() == 1 - node);
    nothingIsLost();
    agents.set(node, processes.agent(node, nodes.get(node)));
    Program.await("it is heard again", PATIENCE, () -> readyNodes() == 2);
  }

  private int readyNodes() throws Exception {
    int ready = 0;
    for (var node : web.get("/dashboard.json").path("nodes")) {
      ready += node.path("ready").asBoolean() ? 1 : 0;
    }
    return ready;
  }

  @Test
  @Order(5)
  void itIsBackedUpAndRestoredAsTheGuideSays() throws Exception {
    clone.write("claim.yaml", BACKUP_CLAIM);
    clone.write(
        "backup.yaml",
        JOB.formatted(
            "db-backup",
            "pg_dump -h db -U postgres -Fc -f /backup/db.new postgres && mv /backup/db.new"
                + " /backup/db"));
    clone.push("Back up");
    awaitNote("success");
    isOver.set(true);
    writer.join();
    assertThat(sql("drop table rows")).isPresent();

    clone.write(
        "restore.yaml",
        JOB.formatted(
            "db-restore",
            "pg_restore -h db -U postgres --clean --if-exists -d postgres /backup/db"));
    clone.push("Restore");
    awaitNote("success");

    int rows = Integer.parseInt(sql("select count(*) from rows").orElseThrow());
    System.out.println(rows + " rows restored");
    assertThat(rows).isGreaterThan(20);
  }

  @Test
  @Order(6)
  void kubectlShowsWhatHasWhat() {
    var listed =
        Shell.run("kubectl", "--server=http://127.0.0.1:" + WEB_PORT, "get", "pvc,pv,storageclass");
    System.out.println(listed);
    assertThat(listed.lines().map(it -> it.replaceAll(" +", " ")))
        .anyMatch(it ->
            it.matches("persistentvolumeclaim/data-db-0 Bound pvc-[-0-9a-f]+ 1Gi RWO files .*"))
        .anyMatch(it ->
            it.matches("persistentvolume/pvc-.* 1Gi RWO Delete Bound default/data-db-0 files .*"))
        .anyMatch(it -> it.matches("storageclass.storage.k8s.io/files docker.reeve.dev Delete .*"));
  }

  @Test
  @Order(7)
  void whatNobodyClaimsAnyMoreIsDeletedFromItsNode() throws Exception {
    var volume =
        web.get("/api/v1/namespaces/default/persistentvolumeclaims/db-backup")
            .at("/spec/volumeName")
            .asText();
    assertThat(volumes()).contains(volume);

    for (String file : List.of("backup.yaml", "restore.yaml", "claim.yaml")) {
      Files.deleteIfExists(clone.folder().resolve(file));
    }
    clone.git("add", "-A");
    var head = clone.push("No backup any more");
    clone.push("Yes\n\nReeve-Allow-Prune: " + head);
    Program.await("it is deleted", PATIENCE, () -> !volumes().contains(volume));
    assertThat(volumes()).isNotEmpty();
  }

  private List<String> volumes() {
    return nodes.stream().flatMap(it -> it.docker("volume", "ls", "-q").lines()).toList();
  }
}
