package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ImagePolicy;
import dev.reeve.core.model.ImagePolicy.Digests;
import dev.reeve.core.model.ImagePolicy.Marked;
import dev.reeve.core.model.ImagePolicy.Part;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.RecordFile.ImagePolicyFile;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Latest;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Rejected;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Images that are followed, as people write them for Flux.
class ImageManifestsTest {
  private static final ObjectKey WEB =
      new ObjectKey("ImagePolicy.image.toolkit.fluxcd.io", "shop", "web");

  private static final String NAMESPACE =
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";

  private static final String REPOSITORY =
      """
      apiVersion: image.toolkit.fluxcd.io/v1beta2
      kind: ImageRepository
      metadata: {name: web, namespace: shop}
      spec:
        image: ghcr.io/team/web
        interval: 1m
      ---
      """;

  private static final String POLICY =
      """
      apiVersion: image.toolkit.fluxcd.io/v1
      kind: ImagePolicy
      metadata: {name: web, namespace: shop}
      spec:
        imageRepositoryRef: {name: web}
        policy:
          semver: {range: ^1.0.0}
      """;

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: web
                image: ghcr.io/team/web:1.0.0 # {"$imagepolicy": "shop:web"}
      """;

  private static Repository shop() {
    return Repository.with("images.yaml", NAMESPACE + REPOSITORY + POLICY);
  }

  private static ImagePolicy web(Repository repository) {
    return Optional.ofNullable(repository.state().images().get(WEB)).orElseThrow();
  }

  @Test
  void aPolicyKnowsItsImageItsMarkersAndWhoRunsIt() {
    var policy = web(shop().and("web.yaml", DEPLOYMENT));

    assertThat(policy.image()).isEqualTo("ghcr.io/team/web");
    assertThat(policy.digests()).isEqualTo(Digests.NEVER);
    assertThat(policy.suspended()).isFalse();
    assertThat(policy.workloads()).containsExactly(ObjectKey.parse("Deployment/shop/web"));
    assertThat(policy.marked()).containsExactly(new Marked(Part.IMAGE, "ghcr.io/team/web:1.0.0"));
    assertThat(policy.present()).containsExactly(new ImageTag("1.0.0", ""));
  }

  @Test
  void whoUsesAConfigMapWithAMarkerRunsTheImageToo() {
    var policy =
        web(
            shop()
                .and(
                    "operator.yaml",
                    """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: other, namespace: shop}
                    ---
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: images, namespace: shop}
                    data:
                      sidecar: ghcr.io/team/web:1.0.0 # {"$imagepolicy": "shop:web"}
                    ---
                    """
                        + DEPLOYMENT
                            .replace("name: web, namespace", "name: operator, namespace")
                            .replaceFirst("image: .*", "image: operator:1")
                        + "          envFrom: [{configMapRef: {name: images}}]\n"));

    assertThat(policy.workloads()).containsExactly(ObjectKey.parse("Deployment/shop/operator"));
  }

  @Test
  void otherRulesHaveAnotherHash() {
    var before = web(shop()).rules();

    assertThat(web(shop()).rules()).isEqualTo(before);
    assertThat(
            web(Repository.with(
                    "images.yaml", NAMESPACE + REPOSITORY + POLICY.replace("^1.0.0", "^2.0.0")))
                .rules())
        .isNotEqualTo(before);
    assertThat(
            web(Repository.with(
                    "images.yaml", NAMESPACE + REPOSITORY.replace("team/web", "team/app") + POLICY))
                .rules())
        .isNotEqualTo(before);
  }

  @Test
  void reevesOwnOrderNeedsNoPolicy() {
    var newest =
        """
        apiVersion: image.toolkit.fluxcd.io/v1
        kind: ImagePolicy
        metadata: {name: web, namespace: shop, annotations: {reeve.dev/order: newest}}
        spec: {imageRepositoryRef: {name: web}, digestReflectionPolicy: IfNotPresent}
        """;

    assertThat(web(Repository.with("i.yaml", NAMESPACE + REPOSITORY + newest)).digests())
        .isEqualTo(Digests.IF_NOT_PRESENT);
  }

  @Test
  void anAutomationIsKeptAndNotActedOn() {
    var accepted =
        shop()
            .and(
                "automation.yaml",
                """
                apiVersion: image.toolkit.fluxcd.io/v1beta2
                kind: ImageUpdateAutomation
                metadata: {name: all, namespace: shop}
                spec: {interval: 30m, git: {push: {branch: main}}}
                """)
            .accepted();

    assertThat(accepted.state().warnings())
        .containsExactly(
            "automation.yaml:2:7: kind ImageUpdateAutomation is kept, but not acted on: markers are"
                + " followed wherever they stand, on the branch that is tracked");
  }

  @Test
  void aMarkerThatNamesNoPolicyIsSaidAndNothingElse() {
    var state =
        Repository.with("web.yaml", NAMESPACE + DEPLOYMENT.replace("shop:web", "shop:wbe")).state();

    assertThat(state.warnings())
        .containsExactly(
            "web.yaml:15:18: no ImagePolicy is called shop:wbe: this marker is passed over");
  }

  @Test
  void aMarkerOfADigestThatIsNotLookedAtIsSaid() {
    var state =
        shop().and("web.yaml", DEPLOYMENT.replace("shop:web\"", "shop:web:digest\"")).state();

    assertThat(state.warnings())
        .containsExactly(
            "web.yaml:11:18: ImagePolicy shop:web has no digest: set its digestReflectionPolicy");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image: ghcr.io/team/web | image: ghcr.io/team/web:1     | images.yaml:9:10: spec.image "ghcr.io/team/web:1" must be an image's name without a tag, such as ghcr.io/team/app
          image: ghcr.io/team/web | image: https://ghcr.io/web    | images.yaml:9:10: spec.image "https://ghcr.io/web" must be an image's name without a tag, such as ghcr.io/team/app
          interval: 1m            | interval: soon                | images.yaml:10:13: spec.interval "soon" must be a duration such as 30s, 5m or 1h, and not 0
          interval: 1m            | exclusionList: ['(']          | images.yaml:10:19: spec.exclusionList[0] "(" must be a regular expression
          interval: 1m            | certSecretRef: {name: x}      | images.yaml:10:3: spec.certSecretRef is not supported: the certificates that Java trusts are trusted
          interval: 1m            | secretRef: {name: x}          | images.yaml:10:21: Secret/shop/x does not exist
          interval: 1m            | provider: aws                 | images.yaml:10:13: spec.provider aws is not supported yet
          {name: web}             | {name: wob}                   | images.yaml:16:30: ImageRepository.image.toolkit.fluxcd.io/shop/wob does not exist
          range: ^1.0.0           | range: newest                 | images.yaml:18:21: spec.policy.semver.range "newest" must be a range of semantic versions such as ^1.2 or >=1.0.0 <2.0.0
          semver: {range: ^1.0.0} | numerical: {order: up}        | images.yaml:18:24: spec.policy.numerical.order "up" must be asc or desc
          """)
  void whatIsWrongIsSaidWithItsPlace(String right, String wrong, String problem) {
    var text = NAMESPACE + REPOSITORY + POLICY;
    assertThat(
            Repository.with(
                    "images.yaml",
                    text.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong)))
                .problems())
        .containsExactly(problem);
  }

  @Test
  void aPolicyNeedsOneOrder() {
    assertThat(
            Repository.with(
                    "images.yaml",
                    NAMESPACE + REPOSITORY + POLICY.replaceAll("(?s)  policy:.*", ""))
                .problems())
        .singleElement()
        .asString()
        .contains("spec.policy is required: semver, alphabetical or numerical");
    assertThat(
            Repository.with(
                    "images.yaml",
                    NAMESPACE + REPOSITORY + POLICY + "    numerical: {order: asc}\n")
                .problems())
        .singleElement()
        .asString()
        .contains("must have exactly one of semver, alphabetical or numerical");
  }

  @Test
  void theOrderBelongsOnAPolicy() {
    assertThat(
            Repository.with(
                    "web.yaml",
                    NAMESPACE
                        + DEPLOYMENT.replace(
                            "namespace: shop}",
                            "namespace: shop, annotations: {reeve.dev/order: newest}}"))
                .problems())
        .singleElement()
        .asString()
        .contains("belongs on an ImagePolicy");
  }

  @Test
  void theRecordIsReadAsItWasWritten() {
    var file =
        new ImagePolicyFile(
            WEB,
            Optional.of(new Latest(new ImageTag("1.10", "sha256:ab"), "c0ffee")),
            List.of(
                new Rejected(
                    new ImageTag("1.9", ""),
                    Instant.parse("2026-01-01T00:00:00Z"),
                    ObjectKey.parse("Deployment/shop/web"),
                    new Release.Ref("abc", "beef"))));

    assertThat(file.path())
        .isEqualTo("namespaces/shop/imagepolicy.image.toolkit.fluxcd.io/web.yaml");
    assertThat(new String(RecordFiles.bytes(file), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            schema: 1
            policy: ImagePolicy.image.toolkit.fluxcd.io/shop/web
            latest:
              tag: "1.10"
              digest: sha256:ab
              commit: c0ffee
            rejected:
            - tag: "1.9"
              at: 2026-01-01T00:00:00Z
              resource: Deployment/shop/web
              release:
                hash: abc
                commit: beef
            """);
    assertThat(
            RecordFiles.read(new TreeMap<>(Map.of(file.path(), RecordFiles.bytes(file))))
                .tree()
                .images())
        .containsExactly(Map.entry(WEB, file));
  }
}
