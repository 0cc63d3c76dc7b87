package dev.reeve.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.state.Root;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What nodes are told of live config is that of the newest commits, by whichever release it is
/// asked for.
class ConfigContentsTest {
  private static final ObjectKey FLAGS = new ObjectKey("ConfigMap", "default", "flags");
  private static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");

  private final ConfigContents contents = new ConfigContents();
  private final Root nothingRuns = Root.waiting("local", Instant.EPOCH);

  private static String web(String volume) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: nginx}]
          volumes: [%s]
    """
        .formatted(volume);
  }

  private static String using() {
    return web("{name: flags, configMap: {name: flags}}");
  }

  private static String flags(String color) {
    return """
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: flags, annotations: {reeve.dev/config: live}}
    data: {color: %s}
    """
        .formatted(color);
  }

  private Reading.Accepted commit(String sha, String text) {
    var files = new TreeMap<String, ManifestFile>();
    files.put("a.yaml", ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML));
    var read =
        (Reading.Accepted)
            Manifests.read(
                "local", new CommitText(sha, "", ""), files, new byte[] {1}, Optional.empty());
    contents.add(read.state(), read.catalog());
    return read;
  }

  private Optional<Bytes> color(Reading.Accepted of) {
    var hash = of.state().objects().get(FLAGS).orElseThrow().contentHash();
    return contents.of(List.of(new ConfigUse(FLAGS, hash))).stream()
        .map(it -> it.data().get("color"))
        .findFirst();
  }

  @Test
  void theNewestIsKnownAlsoWhereItsOwnCommitUsesItNowhere() {
    commit("c1", using() + flags("red"));
    var newest = commit("c2", web("") + flags("blue"));

    contents.keepFrom("c2");
    contents.keepOnly(nothingRuns);

    assertThat(color(newest)).contains(Bytes.utf8("blue"));
  }

  @Test
  void thatOfAnOlderReleaseIsKnownAsLongAsItIsUsed() {
    var first = commit("c1", using() + flags("red"));
    commit("c2", web("") + flags("blue"));
    var release = first.state().objects().get(WEB).orElseThrow().workload().orElseThrow().release();

    contents.keepFrom("c2");
    assertThat(contents.of(release.live())).hasSize(1);

    contents.keepOnly(nothingRuns);
    assertThat(contents.of(release.live())).isEmpty();
  }

  @Test
  void whatWasFoundAfterTheAcceptedCommitIsNotForgotten() {
    commit("c1", web("") + flags("red"));
    var found = commit("c2", web("") + flags("blue"));

    contents.keepFrom("c1");
    contents.keepOnly(nothingRuns);

    assertThat(color(found)).contains(Bytes.utf8("blue"));
  }
}
