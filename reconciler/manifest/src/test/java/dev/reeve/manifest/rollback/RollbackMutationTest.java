package dev.reeve.manifest.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Tree;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Three versions of a file with characters changed at random: what comes out is right or nothing.
class RollbackMutationTest {
  private static final int MUTATIONS = 3_000;
  private static final String LIKELY = "{}[]:-#&*!|>+'\"%\n\n\n\t   \r.<abx1";
  private static final List<ObjectKey> KEYS =
      List.of(ObjectKey.parse("Deployment/default/web"), ObjectKey.parse("ConfigMap/default/web"));
  private static final String GOOD =
      """
      # Everything
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2 # two
        template:
          spec: &spec
            # comment
            containers:
            - {name: web, image: "web:1"}
            - name: side
              image: side:1
              args:
              - |
                one

                two
      # between
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: web
      data:
        a: &a one
        b: *a
      binaryData: {}
      ...
      --- # last
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        text: |+
          three

      """;

  private int edited;

  @Test
  void neverBreaksAFile() {
    for (int seed = 0; seed < MUTATIONS; seed++) {
      var random = new Random(seed);
      String stable = random.nextInt(3) == 0 ? mutated(GOOD, random) : GOOD;
      String failing = mutated(GOOD.replace("web:1", "web:2").replace("one", "two"), random);
      String tip = random.nextBoolean() ? mutated(failing, random) : failing;
      var asked = new TreeSet<>(KEYS.subList(random.nextInt(2), 2));
      var versions = new FileVersions(Bytes.utf8(tip), Bytes.utf8(failing), Bytes.utf8(stable));

      Restored restored = RollbackEdit.restore(Format.YAML, versions, asked);

      switch (restored) {
        case Restored.Edited it -> {
          edited++;
          check(seed, versions, it.text(), asked);
        }
        case Restored.Unsafe unsafe ->
            assertThat(unsafe.reason()).as("seed %d", seed).hasLineCount(1);
      }
    }

    assertThat(edited).isBetween(MUTATIONS / 20, MUTATIONS - MUTATIONS / 20);
  }

  private static void check(int seed, FileVersions versions, Bytes result, Set<ObjectKey> asked) {
    List<Tree> before = trees(versions.tip());
    List<Tree> after = trees(result);
    assertThat(after).as("seed %d", seed).hasSameSizeAs(before);
    for (int i = 0; i < before.size(); i++) {
      ObjectKey key = ObjectReader.keyOf(before.get(i)).orElse(new ObjectKey("", "", ""));
      if (!asked.contains(key)) {
        assertThat(after.get(i).toJson()).as("seed %d", seed).isEqualTo(before.get(i).toJson());
      } else {
        Tree wanted =
            trees(versions.stable()).stream()
                .filter(tree -> ObjectReader.keyOf(tree).filter(key::equals).isPresent())
                .findFirst()
                .orElseThrow();
        String part = key.kind().equals("Deployment") ? "/spec/template" : "/data";
        assertThat(after.get(i).toJson().at(part))
            .as("seed %d", seed)
            .isEqualTo(wanted.toJson().at(part));
      }
    }
  }

  private static List<Tree> trees(Bytes text) {
    Documents read = Documents.yaml(text.toArray());
    assertThat(read.problems()).isEmpty();
    return read.trees();
  }

  private static String mutated(String text, Random random) {
    var result = new StringBuilder(text);
    int changes = random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(result.length());
      char value = LIKELY.charAt(random.nextInt(LIKELY.length()));
      switch (random.nextInt(3)) {
        case 0 -> result.setCharAt(at, value);
        case 1 -> result.insert(at, value);
        default -> result.deleteCharAt(at);
      }
    }
    return result.toString();
  }
}
