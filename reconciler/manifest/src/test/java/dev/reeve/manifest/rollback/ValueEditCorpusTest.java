package dev.reeve.manifest.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Scales every Deployment of other people's manifests: one line changes or one comes, whatever is
/// around it.
@EnabledIfSystemProperty(
    named = "reeve.corpus",
    matches = ".+",
    disabledReason = "no corpus given (-Dreeve.corpus=FOLDER)")
class ValueEditCorpusTest {
  private static final int ODD = 4711;

  private int edited;
  private final List<String> refused = new ArrayList<>();

  @Test
  void scalingADeploymentChangesExactlyOneLine() throws IOException {
    try (var paths = Files.walk(Path.of(System.getProperty("reeve.corpus")))) {
      for (Path path : paths.filter(it -> isYaml(it)).sorted().toList()) {
        scaleAll(path, Bytes.of(Files.readAllBytes(path)));
      }
    }

    System.out.println("scaled " + edited + ", refused " + refused.size());
    assertThat(edited).isGreaterThan(refused.size() * 4);
  }

  private void scaleAll(Path path, Bytes file) {
    Documents read = Documents.yaml(file.toArray());
    if (!read.problems().isEmpty() || !read.isComplete()) {
      return;
    }
    for (Tree tree : read.trees()) {
      ObjectReader.keyOf(tree)
          .filter(key -> key.kind().equals("Deployment"))
          .ifPresent(key -> scale(path, file, key));
    }
  }

  private void scale(Path path, Bytes file, ObjectKey key) {
    var result =
        ValueEdit.set(Format.YAML, file, key, List.of("spec", "replicas"), Json.number(ODD));
    switch (result) {
      case ValueEdit.Result.Edited(var text) -> {
        edited++;
        var before = lines(file);
        var after = lines(text);
        int first = 0;
        while (before.get(first).equals(after.get(first))) {
          first++;
        }
        assertThat(after.get(first)).as("%s of %s", key, path).contains("" + ODD);
        boolean isNew = after.size() == before.size() + 1;
        after.remove(first);
        if (!isNew) {
          before.remove(first);
        }
        assertThat(after).as("%s of %s", key, path).isEqualTo(before);
      }
      case ValueEdit.Result.Refused(var why) ->
          refused.add(path + ":" + why.at() + ": " + why.message());
    }
  }

  /// With their ends.
  private static List<String> lines(Bytes file) {
    return new ArrayList<>(List.of(file.toUtf8().split("(?<=\n)", -1)));
  }

  private static boolean isYaml(Path path) {
    return Format.of(path.toString()).filter(it -> it == Format.YAML).isPresent();
  }
}
