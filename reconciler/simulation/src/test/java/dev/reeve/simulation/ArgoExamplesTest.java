package dev.reeve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Event;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.Phase;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Argo Rollouts' own examples, unchanged: each runs through all its steps, or is refused with a
/// place and a reason.
@EnabledIfSystemProperty(
    named = "reeve.corpus",
    matches = ".+",
    disabledReason = "no corpus given (-Dreeve.corpus=FOLDER)")
class ArgoExamplesTest {
  private static final Duration LONGEST = Duration.ofMinutes(30);

  @Test
  void runToTheirEndOrAreRefusedWithAPlaceAndAReason() throws IOException {
    var folder = Path.of(System.getProperty("reeve.corpus"), "argo-rollouts");
    int completed = 0;
    int refused = 0;
    for (Path file : rollouts(folder)) {
      var path = folder.relativize(file).toString();
      var text = Files.readString(file);
      switch (read("c1", path, text)) {
        case Reading.Refused problems -> {
          refused++;
          System.out.println("refused    " + String.join("\n           ", problems.lines()));
          assertThat(problems.lines()).allMatch(it -> it.matches(".+:\\d+:\\d+: .+"));
        }
        case Reading.Accepted(var state, var _) -> {
          completed++;
          var next = read("c2", path, text.replaceAll("(image: *[^\\s\"]+)", "$1-next"));
          complete(path, state, ((Reading.Accepted) next).state());
        }
      }
    }
    System.out.println(completed + " examples completed, " + refused + " refused");
    assertThat(completed).isPositive();
  }

  private static void complete(String path, DesiredState first, DesiredState next) {
    var cluster = new ObligingCluster("local");
    cluster.push(first);
    cluster.pass(Duration.ofSeconds(30));
    assertThat(unsettled(cluster, first)).as(path + ", first release").isEmpty();

    cluster.push(next);
    int promotions = 0;
    for (Duration time = Duration.ZERO;
        time.compareTo(LONGEST) < 0 && !unsettled(cluster, next).isEmpty();
        time = time.plusSeconds(5)) {
      cluster.pass(Duration.ofSeconds(5));
      promotions += promote(cluster);
    }

    assertThat(unsettled(cluster, next)).as(path + ", next release").isEmpty();
    var steps =
        cluster.root().workloads().get(rollout(cluster)).orElseThrow().stepping().orElseThrow();
    System.out.printf(
        "completed  %s: %d steps, %d promotions by hand%n",
        path, steps.progress().count(), promotions);
    assertThat(steps.progress().isAtEnd()).isTrue();
  }

  private static dev.reeve.core.model.ObjectKey rollout(ObligingCluster cluster) {
    return cluster.root().workloads().keys().stream()
        .filter(it -> it.kind().equals("Rollout"))
        .findFirst()
        .orElseThrow();
  }

  /// Workloads that are not healthy at the release that a commit names.
  private static List<String> unsettled(ObligingCluster cluster, DesiredState state) {
    var unsettled = new ArrayList<String>();
    state.objects().stream()
        .flatMap(it -> it.workload().stream())
        .forEach(wanted -> {
          var present = cluster.root().workloads().get(wanted.key());
          boolean isThere =
              present.map(WorkloadState::phase).equals(Optional.of(Phase.HEALTHY))
                  && present
                      .flatMap(WorkloadState::current)
                      .map(Release::hash)
                      .equals(Optional.of(wanted.release().hash()));
          if (!isThere) {
            unsettled.add(wanted.key() + " " + present.map(it -> it.phase() + " " + it.message()));
          }
        });
    return unsettled;
  }

  private static int promote(ObligingCluster cluster) {
    var commands = new ArrayList<Command>();
    for (WorkloadState workload : cluster.root().workloads().values()) {
      boolean waits =
          workload.phase() == Phase.PAUSED
              && workload
                  .stepping()
                  .map(it -> it.isInForce() && it.progress().pauseUntil().isEmpty())
                  .orElse(false);
      if (waits) {
        commands.add(
            new Command(
                Command.Verb.PROMOTE,
                workload.key(),
                workload.current().orElseThrow().hash(),
                new Command.Reach.Next(),
                "c3",
                "A <a@example.com>"));
      }
    }
    if (!commands.isEmpty()) {
      cluster.step(new Event.Commanded("c3", commands));
    }
    return commands.size();
  }

  private static Reading read(String commit, String path, String text) {
    SortedMap<String, ManifestFile> files = new TreeMap<>();
    files.put(
        path,
        ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.of(path).orElseThrow()));
    return Manifests.read(
        "local",
        new CommitText(commit, "change", "A <a@example.com>"),
        files,
        "key".getBytes(StandardCharsets.UTF_8),
        Optional.empty());
  }

  private static List<Path> rollouts(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      var found = new ArrayList<Path>();
      for (Path path : paths.sorted().toList()) {
        if (Files.isRegularFile(path)
            && Format.of(path.toString()).isPresent()
            && Files.readString(path).contains("kind: Rollout\n")) {
          found.add(path);
        }
      }
      return found;
    }
  }
}
