package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A commit that edits a few files, read by what it edits: as if all had been read.
class EditsTest {
  private static final int MUTATIONS = 2_500;
  private static final CommitText COMMIT = new CommitText("c0ffee", "Change something", "Ann");
  private static final SortedMap<String, String> TEXTS = new TreeMap<>();

  static {
    TEXTS.put("web.yaml", ManifestsTest.WEB);
    TEXTS.put("config.yaml", ManifestsTest.CONFIG);
    TEXTS.put(
        "around.yaml",
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {team: a}}
        ---
        apiVersion: scheduling.k8s.io/v1
        kind: PriorityClass
        metadata: {name: high}
        value: 1000
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web, namespace: shop}
        spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
        """);
    TEXTS.put(
        "plain.yaml",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop, annotations: {argocd.argoproj.io/sync-wave: "2"}}
        spec: {selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: job, namespace: shop, annotations: {argocd.argoproj.io/sync-wave: "2"}}
        spec:
          priorityClassName: high
          containers: [{name: job, image: "job:1", envFrom: [{configMapRef: {name: web}}]}]
        """);
    TEXTS.put(
        "hpa.yaml",
        """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: web, namespace: shop}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          minReplicas: 2
          maxReplicas: 9
          metrics:
            - type: Resource
              resource: {name: cpu, target: {type: AverageValue, averageValue: 100m}}
        """);
    TEXTS.put(
        "canary.yaml",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: text, namespace: shop}
        spec:
          replicas: 0
          selector: {matchLabels: {app: text}}
          template:
            metadata: {labels: {app: text}}
            spec: {containers: [{name: text, image: "text:1"}]}
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: canary, namespace: shop}
        spec:
          replicas: 2
          selector: {matchLabels: {app: text}}
          workloadRef: {apiVersion: apps/v1, kind: Deployment, name: text}
          strategy: {canary: {steps: [{setWeight: 50}, {pause: {}}]}}
        """);
  }

  private static final Reading BASE = read(TEXTS, Optional.empty());

  @ParameterizedTest
  @CsvSource({
    "web.yaml,    nginx:1.29,          nginx:1.30",
    "web.yaml,    replicas: 3,         replicas: 5",
    "config.yaml, greeting: hello,     greeting: welcome",
    "plain.yaml,  port: 80,            port: 81",
    "plain.yaml,  job:1,               job:2",
  })
  void ofOneObjectLookAtThatOne(String path, String text, String other) {
    var edited = edit(path, text, other);

    assertThat(edited).isPresent();
    assertSame(edited.get(), whole(path, text(path).replace(text, other)));
  }

  @ParameterizedTest
  @CsvSource({
    "around.yaml, team: a,             team: b,        a namespace's labels select it",
    "around.yaml, value: 1000,         value: 1001,    what cannot be changed",
    "around.yaml, minAvailable: 1,     minAvailable: 2, a budget counts pods of others",
    "plain.yaml,  'sync-wave: \"2\"}}\nspec:\n', 'sync-wave: \"3\"}}\nspec:\n', others wait for it",
    "plain.yaml,  'name: job, namespace', 'name: jab, namespace', another object",
    "plain.yaml,  priorityClassName: high, priorityClassName: higher, what is not there",
    "config.yaml, greeting: hello,     greetings: hello, a key that a pod needs",
    "canary.yaml, text:1,              text:2,         a Rollout's pods are made of it",
    "canary.yaml, setWeight: 50,       setWeight: 20,  a Rollout",
    "web.yaml,    replicas: 3,         replicas: many, a mistake",
  })
  void ofMoreAreLeftToReadingAll(String path, String text, String other, String why) {
    assertThat(edit(path, text.replace("\\n", "\n"), other.replace("\\n", "\n"))).as(why).isEmpty();
  }

  @Test
  void giveWhatReadingAllGives() {
    int taken = 0;
    var paths = List.copyOf(TEXTS.keySet());
    for (int seed = 0; seed < MUTATIONS; seed++) {
      var path = paths.get(seed % paths.size());
      var text = mutated(text(path), new Random(seed));

      var edited = edited(path, text);

      if (edited.isPresent()) {
        taken++;
        assertSame(edited.get(), whole(path, text));
      }
    }

    assertThat(taken).isGreaterThan(MUTATIONS / 25);
  }

  /// One letter or digit is another.
  private static String mutated(String text, Random random) {
    int at = random.nextInt(text.length());
    while (!Character.isLetterOrDigit(text.charAt(at))) {
      at = (at + 1) % text.length();
    }
    char other = "abstz0129".charAt(random.nextInt(9));
    return text.substring(0, at) + other + text.substring(at + 1);
  }

  /// One edit after the other, so that each is read by what the one before left.
  @Test
  void followEachOther() {
    var reading = base();
    var before = file(text("config.yaml"));
    for (int i = 0; i < 10; i++) {
      var text = text("config.yaml").replace("hello", "hello " + i);

      reading =
          Manifests.edited(
                  reading,
                  COMMIT,
                  List.of(new Edit("config.yaml", before, file(text))),
                  Repository.KEY)
              .orElseThrow();

      assertSame(reading, whole("config.yaml", text));
      before = file(text);
    }
  }

  private static String text(String path) {
    return Objects.requireNonNull(TEXTS.get(path));
  }

  private static Optional<Reading.Accepted> edit(String path, String text, String other) {
    assertThat(text(path)).contains(text);
    return edited(path, text(path).replace(text, other));
  }

  private static Optional<Reading.Accepted> edited(String path, String text) {
    return Manifests.edited(
        base(), COMMIT, List.of(new Edit(path, file(text(path)), file(text))), Repository.KEY);
  }

  private static Reading.Accepted base() {
    return (Reading.Accepted) BASE;
  }

  private static Reading whole(String path, String text) {
    var texts = new TreeMap<>(TEXTS);
    texts.put(path, text);
    return read(texts, Optional.of(base().catalog()));
  }

  private static Reading read(SortedMap<String, String> texts, Optional<Catalog> lastAccepted) {
    var files = new TreeMap<String, ManifestFile>();
    texts.forEach((path, text) -> files.put(path, file(text)));
    return Manifests.read("prod", COMMIT, files, Repository.KEY, lastAccepted);
  }

  private static ManifestFile file(String text) {
    return ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML);
  }

  private static void assertSame(Reading.Accepted edited, Reading whole) {
    assertThat(whole).isInstanceOf(Reading.Accepted.class);
    var expected = (Reading.Accepted) whole;
    assertThat(edited.state())
        .usingRecursiveComparison()
        .ignoringFields("objects", "autoscalers")
        .isEqualTo(expected.state());
    assertThat(objects(edited)).isEqualTo(objects(expected));
    assertThat(edited.state().autoscalers().stream().toList())
        .isEqualTo(expected.state().autoscalers().stream().toList());
    assertThat(edited.catalog().entries().keys()).isEqualTo(expected.catalog().entries().keys());
    for (ObjectKey key : expected.catalog().entries().keys()) {
      var entry = edited.catalog().entry(key).orElseThrow();
      var same = expected.catalog().entry(key).orElseThrow();
      assertThat(entry.path()).isEqualTo(same.path());
      assertThat(entry.object().json()).isEqualTo(same.object().json());
      assertThat(entry.object().line()).isEqualTo(same.object().line());
    }
  }

  private static List<DesiredObject> objects(Reading.Accepted reading) {
    return reading.state().objects().stream().toList();
  }
}
