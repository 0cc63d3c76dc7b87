package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Effect.Request.Restoration;
import dev.reeve.core.Effect.Request.Restore;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.Fetch;
import dev.reeve.git.RemoteRepository;
import dev.reeve.git.render.Limits;
import dev.reeve.git.render.Renderer;
import dev.reeve.git.render.Tools;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.age.Identities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commits whose manifests are rendered, in a real repository, by the kustomize that kubectl has.
class RenderedTest {
  private static final ObjectKey WEB = ObjectKey.parse("Deployment/default/web");
  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path temp;
  private Clone clone;
  private ConfigMirror mirror;
  private CommitReader reader;

  @BeforeAll
  static void requireKustomize() throws IOException {
    Kustomize.assumeOfThisTime();
  }

  @BeforeEach
  void open() throws Exception {
    clone = Clone.make(temp);
    mirror =
        ConfigMirror.open(
            temp.resolve("mirror"), new RemoteRepository(clone.url()), "main", "test");
    reader = new CommitReader(mirror, "apps", "test", KEY);
    clone.write("base/kustomization.yaml", "resources: [web.yaml]");
    clone.write("base/web.yaml", web("web:1"));
    clone.write("apps/prod/kustomization.yaml", "resources: [../../base]\n");
    clone.write("apps/plain.yaml", config("plain", "1"));
  }

  @AfterEach
  void close() {
    mirror.close();
  }

  private String push(String subject) throws Exception {
    var commit = clone.push(subject);
    assertThat(mirror.fetch()).isInstanceOf(Fetch.Fetched.class);
    return commit;
  }

  private Reading.Accepted accepted(String commit, Optional<Catalog> before) {
    var reading = reader.read(commit, before).orElseThrow();
    assertThat(reading).isInstanceOf(Reading.Accepted.class);
    return (Reading.Accepted) reading;
  }

  private static Workload web(DesiredState state) {
    return state.objects().get(WEB).orElseThrow().workload().orElseThrow();
  }

  private static String image(Reading.Accepted read) {
    return read.catalog()
        .json(WEB)
        .orElseThrow()
        .at("/spec/template/spec/containers/0/image")
        .textValue();
  }

  @Test
  void aChangeOutsideOfThePathIsSeen() throws Exception {
    var one = accepted(push("One"), Optional.empty());
    clone.write("base/web.yaml", web("web:2"));
    var two = accepted(push("Two"), Optional.of(one.catalog()));

    assertThat(image(one)).isEqualTo("web:1");
    assertThat(image(two)).isEqualTo("web:2");
    assertThat(web(two.state()).release().hash()).isNotEqualTo(web(one.state()).release().hash());
  }

  @Test
  void aChangeBesideItRendersNothing() throws Exception {
    var counting = new Counting(temp.resolve("programs"));
    reader = new CommitReader(mirror, "apps", "test", KEY, counting.renderer());
    var one = accepted(push("One"), Optional.empty());
    clone.write("apps/plain.yaml", config("plain", "2"));
    var two = accepted(push("Two"), Optional.of(one.catalog()));
    clone.write("apps/more.yaml", config("more", "3"));
    var three = accepted(push("Three"), Optional.of(two.catalog()));

    assertThat(three.state().objects().keys()).hasSize(3);
    assertThat(counting.calls()).isEqualTo(1);
  }

  @Test
  void anOtherVersionOfTheProgramIsNoOtherRelease() throws Exception {
    var commit = push("One");
    var counting = new Counting(temp.resolve("programs"));
    var another = new CommitReader(mirror, "apps", "test", KEY, counting.renderer());

    var before = accepted(commit, Optional.empty());
    reader = another;
    var after = accepted(commit, Optional.empty());

    assertThat(after.catalog().entry(WEB).orElseThrow().object().rendered().orElseThrow().by())
        .isEqualTo("kustomize v4.0.1");
    assertThat(after.state().objects().get(WEB)).isEqualTo(before.state().objects().get(WEB));
  }

  @Test
  void anObjectThatIsThereTwiceIsToldWithBothFolders() throws Exception {
    clone.write("apps/staging/kustomization.yaml", "resources: [../../base]\n");

    var reading = reader.read(push("Twice"), Optional.empty()).orElseThrow();

    assertThat(((Reading.Refused) reading).lines())
        .containsExactly(
            "apps/staging/kustomization.yaml:1:1: Deployment/default/web is defined twice, first at"
                + " apps/prod/kustomization.yaml:1:1");
  }

  @Test
  void whatNamesAnObjectThatIsNotThereIsNamedItself() throws Exception {
    clone.write("base/web.yaml", web("web:1").replace("optional: true", "optional: false"));

    var reading = reader.read(push("Dangling"), Optional.empty()).orElseThrow();

    assertThat(((Reading.Refused) reading).lines())
        .containsExactly(
            "apps/prod/kustomization.yaml:1:1: Deployment/default/web (base/web.yaml):"
                + " ConfigMap/default/web does not exist");
  }

  @Test
  void withoutTheProgramACommitIsRefusedAndOnceItIsThereRead() throws Exception {
    var programs = temp.resolve("programs");
    var late = new Renderer(new Tools(List.of(programs)), Limits.DEFAULT);
    reader = new CommitReader(mirror, "apps", "test", KEY, late);
    var commit = push("One");

    var refused = (Reading.Refused) reader.read(commit, Optional.empty()).orElseThrow();
    var lacking = reader.lacking();
    var _ = new Counting(programs);

    assertThat(refused.lines())
        .containsExactly(
            "apps/prod/kustomization.yaml:1:1: apps/prod is rendered by kustomize (or kubectl,"
                + " which has it), and there is none on the PATH: install it where Reeve runs");
    assertThat(lacking).hasValueSatisfying(it -> assertThat(it).startsWith("rendered ("));
    assertThat(reader.use(Identities.NONE)).isTrue();
    assertThat(image(accepted(commit, Optional.empty()))).isEqualTo("web:1");
    assertThat(reader.lacking()).isEmpty();
    assertThat(reader.use(Identities.NONE)).isFalse();
  }

  /// When the release of a workload fails whose text is in no one place.
  @Nested
  class Rollback {
    private RollbackText.Plan plan(String tip, String failed, String stable) {
      var restoration = new Restoration(WEB, ref(failed), ref(stable), "it does not stay up");
      return new RollbackText(mirror, reader)
          .plan(new Restore(1, 1, tip, false, List.of(restoration)));
    }

    private Release.Ref ref(String commit) {
      return new Release.Ref(
          web(accepted(commit, Optional.empty()).state()).release().hash(), commit);
    }

    @Test
    void theFilesItIsMadeFromAreProposedAsTheyWere() throws Exception {
      var stable = push("Good");
      clone.write("base/web.yaml", web("web:2"));
      var failed = push("Bad");
      clone.write("apps/plain.yaml", config("plain", "2"));
      var tip = push("Something else");

      var plan = plan(tip, failed, stable);

      assertThat(plan).isInstanceOf(RollbackText.Plan.Propose.class);
      var proposal = (RollbackText.Plan.Propose) plan;
      assertThat(proposal.why())
          .isEqualTo(
              "Deployment/default/web is rendered from apps/prod/kustomization.yaml: its text is"
                  + " not in one place");
      assertThat(proposal.changes()).containsOnlyKeys("base/web.yaml");
      assertThat(proposal.changes().get("base/web.yaml")).isEqualTo(Bytes.utf8(web("web:1")));
    }

    @Test
    void aFileThatIsGoneIsProposedToo() throws Exception {
      clone.write("apps/prod/env.yaml", patch("one"));
      clone.write(
          "apps/prod/kustomization.yaml", "resources: [../../base]\npatches: [{path: env.yaml}]\n");
      var stable = push("Good");
      clone.remove("apps/prod/env.yaml");
      clone.write("apps/prod/kustomization.yaml", "resources: [../../base]\n");
      var failed = push("Bad");

      var plan = plan(failed, failed, stable);

      assertThat(((RollbackText.Plan.Propose) plan).changes())
          .containsOnlyKeys("apps/prod/env.yaml", "apps/prod/kustomization.yaml");
    }

    @Test
    void nothingIsProposedThatWouldNotBeTheStableRelease() throws Exception {
      var stable = push("Good");
      clone.write("base/web.yaml", web("web:2"));
      var failed = push("Bad");
      // Now it comes by another way.
      clone.remove("apps/prod/kustomization.yaml");
      clone.write(
          "apps/all/kustomization.yaml",
          "resources: [../../base]\nimages: [{name: web, newTag: \"3\"}]\n");
      var tip = push("Another way");

      assertThat(plan(tip, failed, stable))
          .isEqualTo(
              new RollbackText.Plan.Impossible(
                  "Deployment/default/web is rendered from apps/all/kustomization.yaml: its text is"
                      + " not in one place"));
    }

    @Test
    void aPlainFileThatBecameRenderedIsLeftToAPerson() throws Exception {
      clone.remove("apps/prod/kustomization.yaml");
      clone.remove("base/web.yaml");
      clone.write("apps/web.yaml", web("web:1"));
      var stable = push("Good");
      clone.write("apps/web.yaml", web("web:2"));
      var failed = push("Bad");
      clone.remove("apps/web.yaml");
      clone.write("base/web.yaml", web("web:2"));
      clone.write("apps/prod/kustomization.yaml", "resources: [../../base]\n");
      var tip = push("Tidy up");

      assertThat(plan(tip, failed, stable)).isInstanceOf(RollbackText.Plan.Impossible.class);
    }
  }

  /// Renders by kubectl, and counts how often; it says that it is an older kustomize.
  private record Counting(Path folder) {
    Counting {
      try {
        Files.createDirectories(folder);
        var file = folder.resolve("kustomize");
        Files.writeString(
            file,
            """
            #!/bin/sh
            if [ "$1" = version ]; then echo v4.0.1; exit 0; fi
            echo >> %s
            exec kubectl kustomize "$2"
            """
                .formatted(folder.resolve("calls")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Renderer renderer() {
      return new Renderer(new Tools(List.of(folder)), Limits.DEFAULT);
    }

    int calls() throws IOException {
      return Files.readAllLines(folder.resolve("calls")).size();
    }
  }

  private static String config(String name, String value) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: '%s'}\n"
        .formatted(name, value);
  }

  private static String patch(String value) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, env: [{name: A, value: %s}]}]}}}
    """
        .formatted(value);
  }

  private static String web(String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
            - name: web
              image: "%s"
              envFrom: [{configMapRef: {name: web, optional: true}}]
    """
        .formatted(image);
  }
}
