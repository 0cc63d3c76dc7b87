package dev.reeve.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.record.Autoscaled;
import dev.reeve.core.record.CronProgress;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.Scaling;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What is written to the record is read again.
class RecordFilesTest {
  private static RecordFile.NodeFile node(Resources allocatable) {
    return new RecordFile.NodeFile(
        "node7",
        "sha256:1",
        "10.244.7.0/24",
        allocatable,
        110,
        new TreeMap<>(Map.of("disk", "ssd")),
        new TreeMap<>());
  }

  private static String written(RecordFile file) {
    return new String(RecordFiles.bytes(file), StandardCharsets.UTF_8);
  }

  private static RecordFile.NodeFile read(String text) {
    var files = new TreeMap<>(Map.of("nodes/node7.yaml", text.getBytes(StandardCharsets.UTF_8)));
    var read = RecordFiles.read(files);
    assertThat(read.problems()).isEmpty();
    return read.tree().nodes().values().iterator().next();
  }

  @Test
  void keepTheStorageAndTheDevicesOfANode() {
    var file =
        node(
            new Resources(
                4_000, 8L << 30, 100L << 30, new TreeMap<>(Map.of("nvidia.com/gpu", 2L))));

    assertThat(written(file)).contains("storageBytes: 107374182400", "nvidia.com/gpu: 2");
    assertThat(read(written(file))).isEqualTo(file);
  }

  @Test
  void sayNothingOfWhatANodeHasNot() {
    var file = node(new Resources(4_000, 8L << 30));

    assertThat(written(file)).doesNotContain("storageBytes", "extended");
    assertThat(read(written(file))).isEqualTo(file);
  }

  @Test
  void keepHowFarAJobIs() {
    var at = Instant.parse("2026-03-01T10:00:00Z");
    var job =
        new JobProgress(
            Optional.of(at),
            4,
            2,
            new TreeSet<>(List.of(0, 1, 2, 5)),
            new TreeSet<>(List.of(7)),
            new TreeMap<>(Map.of(7, 2)),
            new TreeSet<>(List.of("a-uid", "b-uid")),
            1,
            Optional.of(at.plusSeconds(5)),
            Optional.of(new JobProgress.Ending(false, "FailedIndexes", "has failed", at)));
    var file = workload(Map.of(), Optional.of(job), Optional.empty());

    assertThat(written(file)).contains("completedIndexes: 0-2,5", "owner: CronJob/shop/nightly");
    assertThat(read(file)).isEqualTo(file);
  }

  @Test
  void keepWherePodsAreThatThereMayBeOneOfOnly() {
    var file =
        workload(
            Map.of("db-0", new RecordFile.Placement("n1", "a-uid", "hash", true)),
            Optional.empty(),
            Optional.of(
                new CronProgress(
                    Instant.parse("2026-03-01T10:00:00Z"),
                    Optional.of(Instant.parse("2026-03-01T11:00:00Z")),
                    Optional.empty())));

    assertThat(read(file)).isEqualTo(file);
  }

  @Test
  void keepWhatAnAutoscalerHasDecided() {
    var at = Instant.parse("2026-03-01T10:00:00Z");
    var autoscaled =
        new Autoscaled(
            new ObjectKey("HorizontalPodAutoscaler", "shop", "web"),
            3,
            5,
            at,
            "cpu 90% of 60%",
            List.of(new Scaling(at.minusSeconds(30), -2), new Scaling(at, 2)));
    var file = workload(Map.of(), Optional.empty(), Optional.empty(), Optional.of(autoscaled));

    assertThat(written(file)).contains("from: 3", "to: 5", "why: cpu 90% of 60%", "change: -2");
    assertThat(read(file)).isEqualTo(file);
  }

  @Test
  void whatImagesWereResolvedToSurvives() {
    var pins = new TreeMap<String, List<ImagePin>>();
    pins.put(
        "abc",
        List.of(
            new ImagePin("registry:5000/web:1", "registry:5000/web@sha256:11", ""),
            new ImagePin("web:1", "sha256:22", "n0")));
    pins.put("xyz", List.of(new ImagePin("web", "web@sha256:33", "")));

    var file =
        workload(new TreeMap<>(), Optional.empty(), Optional.empty(), Optional.empty(), pins);

    assertThat(read(file)).isEqualTo(file);
    assertThat(new String(RecordFiles.bytes(file), UTF_8))
        .contains("id: registry:5000/web@sha256:11")
        .contains("node: n0");
  }

  private static RecordFile.WorkloadFile workload(
      Map<String, RecordFile.Placement> placements,
      Optional<JobProgress> job,
      Optional<CronProgress> cron) {
    return workload(placements, job, cron, Optional.empty());
  }

  private static RecordFile.WorkloadFile workload(
      Map<String, RecordFile.Placement> placements,
      Optional<JobProgress> job,
      Optional<CronProgress> cron,
      Optional<Autoscaled> autoscaled) {
    return workload(placements, job, cron, autoscaled, new TreeMap<>());
  }

  private static RecordFile.WorkloadFile workload(
      Map<String, RecordFile.Placement> placements,
      Optional<JobProgress> job,
      Optional<CronProgress> cron,
      Optional<Autoscaled> autoscaled,
      SortedMap<String, List<ImagePin>> images) {
    return new RecordFile.WorkloadFile(
        new ObjectKey("Job", "shop", "nightly-1"),
        Phase.PROGRESSING,
        new Release.Ref("hash", "c0ffee"),
        Optional.empty(),
        Instant.parse("2026-03-01T10:00:00Z"),
        1,
        0,
        new TreeSet<>(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        images,
        new TreeMap<>(placements),
        job,
        cron,
        Optional.of(new ObjectKey("CronJob", "shop", "nightly")),
        autoscaled);
  }

  private static RecordFile.WorkloadFile read(RecordFile.WorkloadFile file) {
    var read = RecordFiles.read(new TreeMap<>(Map.of(file.path(), RecordFiles.bytes(file))));
    assertThat(read.problems()).isEmpty();
    return requireNonNull(read.tree().workloads().get(file.key()));
  }
}
