package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.reeve.core.Effect.Request.UpdateImages;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.Fetch;
import dev.reeve.git.RemoteRepository;
import dev.reeve.manifest.Reading;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// New images in a real repository.
class ImageTextTest {
  private static final ObjectKey POLICY =
      new ObjectKey("ImagePolicy.image.toolkit.fluxcd.io", "default", "web");

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
    clone.write(
        "images.yaml",
        """
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImageRepository
        metadata: {name: web}
        spec: {image: reg.example.com/web, interval: 1m}
        ---
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImagePolicy
        metadata: {name: web}
        spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: "*"}}}
        """);
  }

  @AfterEach
  void close() {
    mirror.close();
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
              image: %s
    """
        .formatted(image);
  }

  private ImageText.Plan plan(String tip, String tag) {
    assertThat(mirror.fetch()).isInstanceOf(Fetch.Fetched.class);
    assertThat(reader.read(tip, Optional.empty()).orElseThrow())
        .isInstanceOf(Reading.Accepted.class);
    var change =
        new ImageChange(
            POLICY,
            "reg.example.com/web",
            List.of(),
            new ImageTag(tag, ""),
            new TreeSet<>(List.of(ObjectKey.parse("Deployment/default/web"))));
    return new ImageText(mirror, reader).plan(new UpdateImages(1, 1, tip, List.of(change)));
  }

  @Test
  void everyFileWithAMarkerIsEditedAndNoOther() throws Exception {
    var mark = " # {\"$imagepolicy\": \"default:web\"}";
    clone.write(
        "web.yaml", "# The web.\r\n" + web("reg.example.com/web:1.0" + mark).replace("\n", "\r\n"));
    clone.write(
        "config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  image: reg.example.com/web:0.9"
            + mark
            + "\n");
    clone.write("other.yaml", web("reg.example.com/web:1.0").replace("name: web}", "name: other}"));
    var tip = clone.push("First");

    assertThat(plan(tip, "1.1"))
        .isInstanceOfSatisfying(
            ImageText.Plan.Commit.class,
            it -> {
              assertThat(it.changes()).containsOnlyKeys("web.yaml", "config.yaml");
              assertThat(it.changes())
                  .containsEntry(
                      "web.yaml",
                      Bytes.utf8(
                          "# The web.\r\n"
                              + web("reg.example.com/web:1.1" + mark).replace("\n", "\r\n")));
            });
  }

  @Test
  void aCommitWithoutSuchMarkersIsLeftAlone() throws Exception {
    clone.write("web.yaml", web("reg.example.com/web:1.0"));
    var tip = clone.push("First");

    assertThat(plan(tip, "1.1")).isInstanceOf(ImageText.Plan.Impossible.class);
  }

  @Test
  void whatWouldBeRefusedIsNotPushed() throws Exception {
    clone.write("web.yaml", web("reg.example.com/web:1.0 # {\"$imagepolicy\": \"default:web\"}"));
    // A replica count that a tag may stand for, and most may not.
    clone.write(
        "job.yaml",
        web("reg.example.com/other:1")
            .replace("name: web}", "name: other}")
            .replace(
                "spec:\n  selector",
                "spec:\n  replicas: 1 # {\"$imagepolicy\": \"default:web:tag\"}\n  selector"));
    var tip = clone.push("First");

    assertThat(plan(tip, "1.1"))
        .isInstanceOfSatisfying(
            ImageText.Plan.Impossible.class, it -> assertThat(it.why()).contains("job.yaml"));
  }

  @Test
  void whatSomethingIsRenderedFromIsEditedToo() throws Exception {
    Kustomize.assumeOfThisTime();
    clone.write("base/web.yaml", web("web"));
    clone.write(
        "base/kustomization.yaml",
        """
        resources: [web.yaml]
        images:
          - name: web
            newName: reg.example.com/web # {"$imagepolicy": "default:web:name"}
            newTag: "1.0" # {"$imagepolicy": "default:web:tag"}
        """);
    var tip = clone.push("First");
    assertThat(mirror.fetch()).isInstanceOf(Fetch.Fetched.class);
    var read = (Reading.Accepted) reader.read(tip, Optional.empty()).orElseThrow();
    assertThat(Optional.ofNullable(read.state().images().get(POLICY)).orElseThrow().workloads())
        .containsExactly(ObjectKey.parse("Deployment/default/web"));

    assertThat(plan(tip, "1.1"))
        .isInstanceOfSatisfying(
            ImageText.Plan.Commit.class,
            it ->
                assertThat(it.changes().values())
                    .singleElement()
                    .extracting(Bytes::toUtf8, STRING)
                    .contains("newTag: \"1.1\" # {")
                    .contains("newName: reg.example.com/web # {"));
  }
}
