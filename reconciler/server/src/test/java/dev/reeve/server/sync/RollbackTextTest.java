package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Effect.Request.Restoration;
import dev.reeve.core.Effect.Request.Restore;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.RemoteRepository;
import dev.reeve.manifest.Reading;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes back when a release has failed, in a real repository.
class RollbackTextTest {
  private static final ObjectKey WEB = ObjectKey.parse("Deployment/default/web");

  @TempDir private Path temp;
  private Clone clone;
  private ConfigMirror mirror;
  private CommitReader reader;

  @BeforeEach
  void open() throws Exception {
    clone = Clone.make(temp);
    mirror =
        ConfigMirror.open(
            temp.resolve("mirror"), new RemoteRepository(clone.url()), "main", "test");
    reader = new CommitReader(mirror, "", "test", "key".getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void close() {
    mirror.close();
  }

  @Test
  void theWorkloadGoesBackAndItsNeighboursStay() throws Exception {
    clone.write("apps/web.yaml", "# The web.\n" + web("web:1", 3) + "---\n" + other("other:1"));
    var stable = clone.push("Good");
    clone.write("apps/web.yaml", "# The web.\n" + web("web:2", 3) + "---\n" + other("other:1"));
    var failed = clone.push("Bad");
    clone.write("apps/web.yaml", "# The web.\n" + web("web:2", 3) + "---\n" + other("other:2"));
    var tip = clone.push("Something else");

    var changes = committed(plan(tip, failed, stable));

    assertThat(changes)
        .containsExactly(
            file("apps/web.yaml", "# The web.\n" + web("web:1", 3) + "---\n" + other("other:2")));
  }

  @Test
  void aLaterChangeOfTheSameObjectIsKept() throws Exception {
    clone.write("web.yaml", web("web:1", 3));
    var stable = clone.push("Good");
    clone.write("web.yaml", web("web:2", 3));
    var failed = clone.push("Bad");
    clone.write("web.yaml", web("web:2", 5));
    var tip = clone.push("More of it");

    assertThat(committed(plan(tip, failed, stable)))
        .containsExactly(file("web.yaml", web("web:1", 5)));
  }

  @Test
  void theConfigThatCameWithItGoesBackToo() throws Exception {
    clone.write("web.yaml", web("web:1", 3) + "---\n" + config("hello"));
    var stable = clone.push("Good");
    clone.write("web.yaml", web("web:1", 3) + "---\n" + config("nonsense"));
    var failed = clone.push("Bad config");

    assertThat(committed(plan(failed, failed, stable)))
        .containsExactly(file("web.yaml", web("web:1", 3) + "---\n" + config("hello")));
  }

  @Test
  void configThatOthersUseIsLeftToAPerson() throws Exception {
    clone.write("web.yaml", web("web:1", 3));
    clone.write("config.yaml", config("hello"));
    clone.write("user.yaml", web("user:1", 1).replace("name: web}", "name: user}"));
    var stable = clone.push("Good");
    clone.write("config.yaml", config("nonsense"));
    var failed = clone.push("Bad config");

    var plan = plan(failed, failed, stable);

    assertThat(plan).isInstanceOf(RollbackText.Plan.Propose.class);
    assertThat(((RollbackText.Plan.Propose) plan).why())
        .isEqualTo("ConfigMap/default/web is also used by Deployment/default/user");
  }

  @Test
  void configThatIsLiveStays() throws Exception {
    clone.write("web.yaml", web("web:1", 3) + "---\n" + live(config("hello")));
    var stable = clone.push("Good");
    clone.write("web.yaml", web("web:2", 3) + "---\n" + live(config("welcome")));
    var failed = clone.push("Bad, with other words");

    assertThat(committed(plan(failed, failed, stable)))
        .containsExactly(file("web.yaml", web("web:1", 3) + "---\n" + live(config("welcome"))));
  }

  @Test
  void configThatBecameLiveGoesBackToWhatItWas() throws Exception {
    clone.write("web.yaml", web("web:1", 3) + "---\n" + config("hello"));
    var stable = clone.push("Good");
    clone.write("web.yaml", web("web:2", 3) + "---\n" + live(config("welcome")));
    var failed = clone.push("Bad, and live");

    assertThat(committed(plan(failed, failed, stable)))
        .containsExactly(file("web.yaml", web("web:1", 3) + "---\n" + config("hello")));
  }

  @Test
  void configThatOthersReadLiveIsLeftToAPerson() throws Exception {
    clone.write("web.yaml", web("web:1", 3));
    clone.write("config.yaml", config("hello"));
    clone.write("user.yaml", live(web("user:1", 1)).replaceFirst("name: web,", "name: user,"));
    var stable = clone.push("Good");
    clone.write("config.yaml", config("nonsense"));
    var failed = clone.push("Bad config");

    var plan = plan(failed, failed, stable);

    assertThat(plan).isInstanceOf(RollbackText.Plan.Propose.class);
    assertThat(((RollbackText.Plan.Propose) plan).why())
        .isEqualTo("ConfigMap/default/web is also used by Deployment/default/user");
  }

  @Test
  void aFileThatMovedIsLeftToAPerson() throws Exception {
    clone.write("web.yaml", web("web:1", 3));
    var stable = clone.push("Good");
    clone.write("web.yaml", web("web:2", 3));
    var failed = clone.push("Bad");
    clone.remove("web.yaml");
    clone.write("apps/web.yaml", web("web:2", 3));
    var tip = clone.push("Tidy up");

    assertThat(plan(tip, failed, stable))
        .isEqualTo(
            new RollbackText.Plan.Impossible(
                "apps/web.yaml: Deployment/default/web was in web.yaml before"));
  }

  @Test
  void aLaterChangeOfTheTemplateIsLeftToAPerson() throws Exception {
    clone.write("web.yaml", web("web:1", 3));
    var stable = clone.push("Good");
    clone.write("web.yaml", web("web:2", 3));
    var failed = clone.push("Bad");
    clone.write("web.yaml", web("web:2", 3).replace("env", "workingDir: /tmp, env"));
    var tip = clone.push("A fix, perhaps");

    var plan = plan(tip, failed, stable);

    assertThat(plan).isInstanceOf(RollbackText.Plan.Propose.class);
    assertThat(((RollbackText.Plan.Propose) plan).changes())
        .containsExactly(file("web.yaml", web("web:1", 3)));
  }

  @Test
  void anEncryptedFileGoesBackAsAWhole() throws Exception {
    reader.use(Encrypted.key("a"));
    clone.write("app.yaml", Encrypted.file("app-1.yaml"));
    var stable = clone.push("Good");
    clone.write("app.yaml", Encrypted.file("app-2.yaml"));
    var failed = clone.push("Bad");
    clone.write("other.yaml", config("hello"));
    var tip = clone.push("Something else");

    assertThat(committed(plan(tip, failed, stable)))
        .containsExactly(file("app.yaml", Encrypted.file("app-1.yaml")));
  }

  @Test
  void anEncryptedFileWithMoreInItIsLeftToAPerson() throws Exception {
    reader.use(Encrypted.key("a"));
    clone.write("app.yaml", Encrypted.file("app-1.yaml"));
    var stable = clone.push("Good");
    clone.write("app.yaml", Encrypted.file("app-2.yaml"));
    var failed = clone.push("Bad");
    clone.write("app.yaml", Encrypted.file("app-2-more.yaml"));
    var tip = clone.push("Another secret");

    var plan = plan(tip, failed, stable);

    assertThat(plan).isInstanceOf(RollbackText.Plan.Propose.class);
    assertThat(((RollbackText.Plan.Propose) plan).why())
        .contains("something else in it has changed since the stable commit");
    assertThat(((RollbackText.Plan.Propose) plan).changes())
        .containsExactly(file("app.yaml", Encrypted.file("app-1.yaml")));
  }

  private RollbackText.Plan plan(String tip, String failed, String stable) {
    assertThat(mirror.fetch()).isInstanceOf(dev.reeve.git.Fetch.Fetched.class);
    var restoration = new Restoration(WEB, ref(failed), ref(stable), "it does not stay up");
    return new RollbackText(mirror, reader)
        .plan(new Restore(1, 1, tip, false, List.of(restoration)));
  }

  private Release.Ref ref(String commit) {
    var reading = reader.read(commit, Optional.empty()).orElseThrow();
    assertThat(reading).isInstanceOf(Reading.Accepted.class);
    var object = ((Reading.Accepted) reading).state().objects().get(WEB);
    return new Release.Ref(
        object.orElseThrow().workload().map(Workload::release).orElseThrow().hash(), commit);
  }

  private static SortedMap<String, Bytes> committed(RollbackText.Plan plan) {
    assertThat(plan).isInstanceOf(RollbackText.Plan.Commit.class);
    return ((RollbackText.Plan.Commit) plan).changes();
  }

  private static java.util.Map.Entry<String, Bytes> file(String path, String text) {
    return java.util.Map.entry(path, Bytes.utf8(text));
  }

  private static String web(String image, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: %d
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
            - {name: web, image: "%s", env: [%s]}
    """
        .formatted(
            replicas,
            image,
            "{name: GREETING, valueFrom: {configMapKeyRef: {name: web, key: greeting, optional: true}}}");
  }

  private static String other(String image) {
    return web(image, 1).replace("name: web}\nspec", "name: other}\nspec");
  }

  private static String live(String text) {
    return text.replace(
        "metadata: {name: web}", "metadata: {name: web, annotations: {reeve.dev/config: live}}");
  }

  private static String config(String greeting) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {greeting: %s}
    """
        .formatted(greeting);
  }
}
