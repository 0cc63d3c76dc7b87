package dev.reeve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  /// `-Dreeve.simulation.seeds=10000` for the long run.
  private static final int SEEDS = Integer.getInteger("reeve.simulation.seeds", 1_500);

  /// A pair met no more often than this in two thousand runs is as good as untested. (A failure
  /// does not last long: its text is rolled back.)
  private static final int SELDOM = 1;

  @Test
  void everyLawHoldsWhateverHappens() {
    var coverage = new Coverage();
    var broken = new ArrayList<String>();

    for (long seed = 0; seed < SEEDS; seed++) {
      var violation = Simulation.run(Script.of(seed), Simulation.REAL, coverage, line -> {});
      if (violation.isPresent()) {
        broken.add("seed " + seed + ": " + violation.get().getMessage());
      }
    }

    System.out.println(coverage.table());
    assertThat(broken).isEmpty();
    assertThat(coverage.fewestSteps())
        .as("steps of the shortest run")
        .isGreaterThanOrEqualTo(2_000);
  }

  @Test
  void everyFaultMeetsEveryPhaseThatMatters() {
    var coverage = new Coverage();

    for (long seed = 0; seed < 2_000; seed++) {
      Simulation.run(Script.of(seed), Simulation.REAL, coverage, line -> {});
    }

    for (Action.Verb fault : Action.Verb.values()) {
      if (!fault.isPush()) {
        for (String phase :
            List.of(
                "Progressing",
                "Healthy",
                "Failed",
                "Recording",
                "Starting",
                "Paused",
                Coverage.MEASURING,
                Coverage.BEFORE_PUSH,
                Coverage.BEFORE_ANSWER)) {
          assertThat(coverage.hits(fault.name(), phase))
              .as(fault + " x " + phase)
              .isGreaterThan(SELDOM);
        }
      }
    }
  }

  @Test
  void podsAreMovedAndHeldBack() {
    var coverage = new Coverage();

    for (long seed = 0; seed < 500; seed++) {
      Simulation.run(Script.of(seed), Simulation.REAL, coverage, line -> {});
    }

    for (String how :
        List.of(
            Coverage.DRAINED,
            Coverage.HELD_BACK,
            Coverage.DRAINED_LATER,
            Coverage.TAINTED,
            Coverage.PREEMPTED)) {
      assertThat(coverage.moves(how)).as("pods " + how).isGreaterThan(SELDOM);
    }
  }

  @Test
  void aSeedTellsTheSameStoryEachTime() throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(story(seed)).isEqualTo(story(seed));
    }
  }

  /// Where HashMap or identity hash codes reached an effect, another JVM would tell another story.
  @ParameterizedTest(name = "hashCode mode {0}")
  @ValueSource(ints = {2, 5})
  void anotherJvmTellsTheSameStories(int hashCode) throws Exception {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var process =
        new ProcessBuilder(
                java,
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=" + hashCode,
                "-cp",
                System.getProperty("java.class.path"),
                SimulationTest.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();

    var theirs = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    assertThat(theirs.strip()).isEqualTo(digest(100));
  }

  @Test
  void aScriptIsReadBackAsItWasWritten() {
    var script = Script.of(7);

    assertThat(Script.parse(script.text())).isEqualTo(script);
  }

  /// What once went wrong stays mended, whatever becomes of the generator.
  @ParameterizedTest
  @MethodSource("regressions")
  void whatOnceFailedHolds(String name) throws Exception {
    assertThat(Simulation.run(regression(name), Simulation.REAL, new Coverage(), line -> {}))
        .isEmpty();
  }

  static Script regression(String name) throws Exception {
    return Script.parse(Files.readString(regressionFolder().resolve(name)));
  }

  static List<String> regressions() throws Exception {
    try (var files = Files.list(regressionFolder())) {
      return files.map(it -> it.getFileName().toString()).sorted().toList();
    }
  }

  private static Path regressionFolder() throws Exception {
    var folder = SimulationTest.class.getResource("/regressions");
    return Path.of(Objects.requireNonNull(folder, "no regressions").toURI());
  }

  /// The other JVM's part: a digest of a hundred stories.
  public static void main(String[] arguments) throws Exception {
    System.out.println(digest(100));
  }

  private static String digest(int seeds) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256");
    for (long seed = 0; seed < seeds; seed++) {
      digest.update(story(seed).getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String story(long seed) {
    var story = new StringBuilder();
    Mind.Maker traced =
        (cluster, now) -> {
          var real = Simulation.REAL.make(cluster, now);
          return new Mind() {
            @Override
            public List<dev.reeve.core.Effect> step(
                dev.reeve.core.Event event, java.time.Instant at) {
              var effects = real.step(event, at);
              story.append(effects).append('\n');
              return effects;
            }

            @Override
            public dev.reeve.core.state.Root root() {
              return real.root();
            }
          };
        };
    Simulation.run(
        Script.of(seed), traced, new Coverage(), line -> story.append(line).append('\n'));
    return story.toString();
  }
}
