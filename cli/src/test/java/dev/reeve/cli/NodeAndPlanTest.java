package dev.reeve.cli;

import static dev.reeve.cli.Repositories.WEB;
import static dev.reeve.cli.Repositories.cluster;
import static dev.reeve.cli.Repositories.file;
import static dev.reeve.cli.Repositories.git;
import static dev.reeve.cli.Repositories.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Resources;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes are taken out of use by commits, and what a commit would do is said before it is merged.
class NodeAndPlanTest {
  private static final String WEB_TEXT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: web
                image: example/web:1
                resources: {requests: {cpu: 500m, memory: 64Mi}}
                envFrom: [{secretRef: {name: door}}]
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: door}
      stringData: {key: open}
      """;

  @TempDir Path temp;

  private Repositories repositories;

  @BeforeEach
  void prepare() throws IOException {
    repositories = new Repositories(temp);
    repositories.write("web.yaml", WEB_TEXT);
    var first = repositories.push("Two copies");
    // Hashed with a key that nobody but the control plane has.
    var theirs = release("theirs", first);
    repositories.record(
        Reason.ROLLOUT_COMPLETED,
        "default/web: release theirs, 2 ready",
        List.of(),
        first,
        cluster(first),
        file(WEB, Phase.HEALTHY, theirs, theirs),
        node("n1"),
        node("n2"));
    git(repositories.ada(), "fetch", "-q", "origin");
  }

  private static RecordFile node(String name) {
    return new RecordFile.NodeFile(
        name,
        "id-" + name,
        "",
        new Resources(2_000, 4L << 30),
        110,
        new TreeMap<>(),
        new TreeMap<>());
  }

  private Said plan(String... words) {
    var all = new String[words.length + 2];
    all[0] = "plan";
    all[1] = "--offline";
    System.arraycopy(words, 0, all, 2, words.length);
    return repositories.reeve(all);
  }

  // --- nodes

  @Test
  void aDrainIsACommit() throws IOException {
    var said = repositories.reeve("node", "drain", "n1");

    assertThat(said.err()).isEmpty();
    assertThat(said.out()).contains("Drain node n1");
    assertThat(repositories.message("main")).startsWith("Drain node n1");
    var text = git(repositories.remote(), "show", "main:nodes/n1.yaml");
    assertThat(text).contains("kind: Node", "name: n1", "reeve.dev/drain: \"true\"");
    assertThat(read(text).nodes().get("n1").orElseThrow())
        .satisfies(it -> assertThat(it.draining() && it.unschedulable()).isTrue());
    assertThat(repositories.reeve("node", "drain", "n1").out())
        .isEqualTo("Node/n1 says so already: nothing to commit\n");
  }

  @Test
  void aFenceIsATrailerThatNamesWhoTheNodeIs() throws IOException {
    assertThat(repositories.reeve("node", "fence", "n1").err()).isEmpty();

    assertThat(repositories.message("main"))
        .startsWith("Fence node n1")
        .contains("Reeve-Fenced: Node/n1@id-n1");
    assertThat(repositories.reeve("node", "fence", "n7").err()).contains("there is no node n7");
  }

  @Test
  void anUncordonTakesBackWhatWasWritten() throws IOException {
    repositories.reeve("node", "cordon", "n1");
    repositories.reeve("node", "drain", "n1");

    assertThat(repositories.reeve("node", "uncordon", "n1").code()).isZero();

    var text = git(repositories.remote(), "show", "main:nodes/n1.yaml");
    assertThat(read(text).nodes().get("n1").orElseThrow())
        .satisfies(it -> assertThat(it.draining() || it.unschedulable()).isFalse());
  }

  @Test
  void aNodeThatIsNotThereIsNotDrained() {
    assertThat(repositories.reeve("node", "drain", "n7").err())
        .contains("there is no node n7 in the record of cluster prod; there are: n1, n2");
  }

  private static DesiredState read(String text) {
    var files = new TreeMap<String, ManifestFile>();
    files.put("n.yaml", ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML));
    var reading =
        Manifests.read(
            "prod", new CommitText("c", "", ""), files, new byte[] {1}, Optional.empty());
    return ((Reading.Accepted) reading).state();
  }

  // --- plans

  @Test
  void aCommitThatChangesNothingIsPlannedAsNothing() {
    assertThat(plan()).isEqualTo(new Said(0, "nothing would change\n", ""));
  }

  @Test
  void aPlanSaysWhatComesAndWhatFindsNoRoom() throws IOException {
    repositories.write("web.yaml", WEB_TEXT.replace("web:1", "web:2"));
    repositories.write(
        "big.yaml",
        WEB_TEXT
            .substring(0, WEB_TEXT.indexOf("---"))
            .replace("name: web", "name: big")
            .replace("cpu: 500m", "cpu: 3"));
    git(repositories.ada(), "add", "-A");
    git(repositories.ada(), "commit", "-q", "-m", "Something big");

    var said = plan();

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.out())
        .contains(
            "Something big, on 2 nodes with 2 pods; estimated",
            """
            + Deployment/default/big: create, 2 replicas
                UNSCHEDULABLE: 0/2 nodes are available: 2 Insufficient cpu
            """,
            "~ Deployment/default/web: replace, release theirs -> ",
            "    spec.containers[web].image: example/web:1 -> example/web:2\n",
            "    starts 2 pods: n1, n2\n",
            "left then: 3.0 of 4.0 cores");
    assertThat(plan("-o", "markdown").out())
        .contains("**Not everything finds room.**", "| `Deployment/default/web` | replace | 2 |");
    assertThat(plan("-o", "json").out()).contains("\"placements\" : \"estimated\"");
  }

  @Test
  void filesThatAreNotCommittedCanBePlanned() throws IOException {
    repositories.write("web.yaml", WEB_TEXT.replace("replicas: 2", "replicas: 3"));

    var said = plan(repositories.ada().toString());

    assertThat(said.code()).isEqualTo(2);
    assertThat(said.out()).contains("~ Deployment/default/web: scale, 2 -> 3 replicas\n");
  }

  @Test
  void whatAKustomizationMakesIsPlannedAndItsTextIsNotEdited() throws IOException {
    Kustomize.assumeOfThisTime();
    git(repositories.ada(), "rm", "-q", "web.yaml");
    repositories.write("web/base.yaml", WEB_TEXT);
    repositories.write("web/kustomization.yaml", "resources: [base.yaml]\n");
    git(repositories.ada(), "add", "-A");
    git(repositories.ada(), "commit", "-q", "-m", "By kustomize");
    assertThat(plan()).isEqualTo(new Said(0, "nothing would change\n", ""));

    repositories.write(
        "web/kustomization.yaml",
        "resources: [base.yaml]\nimages: [{name: example/web, newTag: '2'}]\n");
    assertThat(plan(repositories.ada().toString()).out())
        .contains("    spec.containers[web].image: example/web:1 -> example/web:2\n");
    git(repositories.ada(), "commit", "-qam", "Version 2");
    assertThat(plan().out())
        .contains("    spec.containers[web].image: example/web:1 -> example/web:2\n");
    git(repositories.ada(), "push", "-q", "origin", "main");

    assertThat(repositories.reeve("scale", "web", "--replicas", "3").err())
        .contains(
            "Deployment/default/web is rendered from web/kustomization.yaml: its text is not in"
                + " one place; change what it is made from");
    // What the verb does to another file is judged together with what is rendered.
    assertThat(repositories.reeve("node", "cordon", "n1").code()).isZero();
  }

  @Test
  void whatWouldBeRefusedIsSaidAsTheControlPlaneSaysIt() throws IOException {
    repositories.write("web.yaml", WEB_TEXT.replace("replicas: 2", "replicas: two"));
    git(repositories.ada(), "commit", "-q", "-am", "A mistake");

    var said = plan();

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).startsWith("web.yaml:5:13: ");
  }

  @Test
  void whatThePruneBudgetRefusesIsSaid() throws IOException {
    repositories.write("web.yaml", "");
    git(repositories.ada(), "commit", "-q", "-am", "All gone");

    var said = plan();

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).startsWith("refused: prune: this commit would delete 2 of 2 objects");
  }

  @Test
  void aControlPlaneThatDoesNotAnswerIsNamed() {
    var said = repositories.reeve("plan");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).contains("--offline plans by the record alone");
  }

  @Test
  void whatIsEncryptedIsPlannedWithItsKey() throws IOException {
    repositories.write("login.yaml", AgeKeysTest.text("login-a.yaml"));
    git(repositories.ada(), "add", "-A");
    git(repositories.ada(), "commit", "-q", "-m", "A secret");
    var key = Files.writeString(temp.resolve("age-key"), AgeKeysTest.text("key-a.txt"));

    assertThat(plan("--age-key", key.toString()).out())
        .contains("+ Secret/default/login: create")
        .doesNotContain("Deployment", "hunter2");
    assertThat(plan()).extracting(Said::code).isEqualTo(1);
    assertThat(plan().out()).startsWith("login.yaml:7:1: the file is encrypted for age1");
  }

  @Test
  void aWorkloadIsKnownByTheRecordWhateverItsSecretHashesTo() throws IOException {
    repositories.write("note.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\n");
    git(repositories.ada(), "add", "-A");
    git(repositories.ada(), "commit", "-q", "-m", "A note");

    assertThat(plan().out())
        .contains("+ ConfigMap/default/note: create")
        .doesNotContain("Deployment");
  }
}
