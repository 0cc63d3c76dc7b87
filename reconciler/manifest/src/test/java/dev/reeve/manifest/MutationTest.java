package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Good manifests with bytes changed: whatever comes of them, it is an answer with a place.
class MutationTest {
  private static final int MUTATIONS = 2_000;
  private static final byte[] LIKELY =
      "{}[]:-#&*!|>'\"%@`,?\n\t \r\0~<0yN\\.".getBytes(StandardCharsets.UTF_8);

  @Test
  void neverMakesReadingFail() {
    List<String> good =
        List.of(
            ManifestsTest.WEB,
            ManifestsTest.CONFIG,
            MistakesTest.SERVICE,
            MistakesTest.FULL_POD,
            ConstraintsMistakesTest.POD,
            RolloutMistakesTest.ALL,
            YamlWriter.write(
                Repository.with("p.yaml", MistakesTest.FULL_POD)
                    .accepted()
                    .catalog()
                    .entries()
                    .values()
                    .iterator()
                    .next()
                    .object()
                    .json()));
    for (int seed = 0; seed < MUTATIONS; seed++) {
      var random = new Random(seed);
      Format format = seed % 4 == 0 ? Format.JSON : Format.YAML;
      byte[] bytes = mutated(text(good.get(seed % good.size()), format), random);

      var file = ManifestFile.parse(bytes, format);

      var files = new TreeMap<String, ManifestFile>();
      files.put("f", file);
      Reading reading =
          Manifests.read(
              "prod", new CommitText("", "", ""), files, Repository.KEY, Optional.empty());
      if (reading instanceof Reading.Refused refused) {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\r\n|\r|\n", -1);
        for (Problem problem : refused.problems()) {
          assertThat(problem.line()).as("seed %d: %s", seed, problem).isBetween(1, lines.length);
          assertThat(problem.column())
              .as("seed %d: %s", seed, problem)
              .isBetween(1, lines[problem.line() - 1].length() + 1);
          assertThat(problem.message()).as("seed %d", seed).isNotBlank();
        }
      }
    }
  }

  private static byte[] text(String yaml, Format format) {
    return switch (format) {
      case YAML -> yaml.getBytes(StandardCharsets.UTF_8);
      case JSON ->
          ManifestFile.parse(yaml.getBytes(StandardCharsets.UTF_8), Format.YAML)
              .objects()
              .getFirst()
              .json()
              .toPrettyString()
              .getBytes(StandardCharsets.UTF_8);
    };
  }

  static byte[] mutated(byte[] bytes, Random random) {
    byte[] result = bytes.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(result.length);
      byte value =
          random.nextInt(3) == 0
              ? (byte) random.nextInt(256)
              : LIKELY[random.nextInt(LIKELY.length)];
      switch (random.nextInt(3)) {
        case 0 -> result[at] = value;
        case 1 -> {
          byte[] longer = new byte[result.length + 1];
          System.arraycopy(result, 0, longer, 0, at);
          longer[at] = value;
          System.arraycopy(result, at, longer, at + 1, result.length - at);
          result = longer;
        }
        default -> {
          byte[] shorter = new byte[result.length - 1];
          System.arraycopy(result, 0, shorter, 0, at);
          System.arraycopy(result, at + 1, shorter, at, shorter.length - at);
          result = shorter;
        }
      }
    }
    return result;
  }
}
