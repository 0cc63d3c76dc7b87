package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Reads other people's manifests, each file as a repository of its own: real, old and odd ones.
@EnabledIfSystemProperty(
    named = "reeve.corpus",
    matches = ".+",
    disabledReason = "no corpus given (-Dreeve.corpus=FOLDER)")
class CorpusTest {
  @Test
  void acceptsEachFileOrRefusesItWithAPlaceAndAReason() throws IOException {
    Path corpus = Path.of(System.getProperty("reeve.corpus"));
    int accepted = 0;
    var refusals = new ArrayList<String>();
    for (Path file : manifestsIn(corpus)) {
      String path = corpus.relativize(file).toString();
      byte[] bytes = Files.readAllBytes(file);
      var files = new TreeMap<String, ManifestFile>();
      files.put(path, ManifestFile.parse(bytes, Format.of(path).orElseThrow()));

      Reading reading =
          Manifests.read(
              "prod", new CommitText("c0ffee", "", ""), files, Repository.KEY, Optional.empty());

      switch (reading) {
        case Reading.Accepted _ -> accepted++;
        case Reading.Refused refused -> {
          long lines = new String(bytes, StandardCharsets.UTF_8).lines().count();
          assertThat(refused.problems()).isNotEmpty();
          for (Problem problem : refused.problems()) {
            assertThat(problem.line()).as(problem.toString()).isBetween(1, (int) lines + 1);
            assertThat(problem.column()).as(problem.toString()).isPositive();
            assertThat(problem.message()).isNotBlank();
          }
          refused.lines().forEach(refusals::add);
        }
      }
    }

    System.out.printf("corpus: %d files accepted, %d problems%n", accepted, refusals.size());
    refusals.forEach(System.out::println);
    assertThat(accepted).isPositive();
  }

  @Test
  void acceptsTheAppOfTheBenchmark() throws IOException {
    String template =
        Files.readString(Path.of(System.getProperty("reeve.corpus")).resolve("podinfo.yaml"));
    String app =
        template.replace("${INDEX}", "1").replace("${PODS:=0}", "0").replace("${MCPU}", "10m");

    var state = Repository.with("podinfo.yaml", app).state();

    assertThat(state.objects().keys())
        .extracting(key -> key.kind())
        .contains("Deployment", "Service", "ServiceAccount", "Ingress");
  }

  private static List<Path> manifestsIn(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(path -> Format.of(path.toString()).isPresent())
          .sorted()
          .toList();
    }
  }
}
