package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.record.Autoscaled;
import dev.reeve.core.record.CronProgress;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One workload: what is wanted of it, how far its rollout is, and its pods.
///
/// @param desired what the accepted commit says, in the number that an autoscaler wants, where one
///   owns it; empty once the object was pruned
/// @param stable the newest release that was fully rolled out
/// @param current the release that pods are started from now
/// @param startedAt when the rollout of `current` began
/// @param progressAt when it last came forward
/// @param progress how far it came; only grows within a rollout
/// @param everReady a pod of `current` was ready at least once
/// @param failed hashes of releases that failed, never to be started again
/// @param failure the newest of these, and why
/// @param rollback what was done about its text
/// @param promotion the decision that made `current` stable must be recorded before the last old
///   pods go; zero where there is nothing to wait for
/// @param stepping where a Rollout stands; empty before its first release, and for other kinds
/// @param rests the pods are as the step in force wants them: no deadline runs
/// @param left the release whose pods may stay for a while
/// @param adoptable releases that pods may be of that nodes have not told of yet
/// @param revisions releases that were stable, newest first
/// @param job how far it is, of a Job that has begun
/// @param cron how far it is, of a CronJob
/// @param autoscaled what an autoscaler has last decided of it
/// @param images what the images of its releases were resolved to
/// @param message what keeps it from being healthy, for people; empty when it is
/// @param wakeAt when it must be looked at again though nothing happened
public record WorkloadState(
    ObjectKey key,
    Optional<Workload> desired,
    Optional<Release> stable,
    Optional<Release> current,
    Phase phase,
    Instant startedAt,
    Instant progressAt,
    long progress,
    boolean everReady,
    SortedSet<String> failed,
    Optional<RecordFile.Failure> failure,
    Optional<RecordFile.Rollback> rollback,
    long promotion,
    Optional<Stepping> stepping,
    boolean rests,
    Optional<Release> left,
    List<Release> adoptable,
    List<Release.Ref> revisions,
    Optional<JobProgress> job,
    Optional<CronProgress> cron,
    Optional<Autoscaled> autoscaled,
    ReleaseImages images,
    String message,
    Optional<Instant> wakeAt,
    int recordedReplicas,
    PagedMap<Long, Pod> pods) {
  /// As many as Argo Rollouts keeps.
  private static final int REVISIONS = 10;

  public WorkloadState {
    failed = Collections.unmodifiableSortedSet(failed);
    adoptable = List.copyOf(adoptable);
    revisions = List.copyOf(revisions);
  }

  public static WorkloadState of(Workload desired, Instant now) {
    return new WorkloadState(
        desired.key(),
        Optional.of(desired),
        Optional.empty(),
        Optional.empty(),
        Phase.PROGRESSING,
        now,
        now,
        0,
        false,
        new TreeSet<>(),
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty(),
        false,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        ReleaseImages.NONE,
        "",
        Optional.empty(),
        desired.replicas(),
        PagedMap.empty());
  }

  /// One that no commit wants any more, but the record or a node still knows.
  public static WorkloadState gone(ObjectKey key, Instant now) {
    return new WorkloadState(
        key,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Phase.PROGRESSING,
        now,
        now,
        0,
        false,
        new TreeSet<>(),
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty(),
        false,
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        ReleaseImages.NONE,
        "",
        Optional.empty(),
        0,
        PagedMap.empty());
  }

  public Edit edit() {
    return new Edit(this);
  }

  /// Those whose text this workload still knows; one may be named twice.
  public Stream<Release> releases() {
    return Stream.of(
            desired.map(Workload::release).stream(),
            stable.stream(),
            current.stream(),
            left.stream(),
            adoptable.stream())
        .flatMap(it -> it);
  }

  /// Release of the newest pod's text by its hash, where this workload still knows it.
  public Optional<Release> release(String hash) {
    return releases().filter(it -> it.hash().equals(hash)).findFirst();
  }

  /// Releases of pods that are neither of the present release nor of the stable one.
  private List<Release.Ref> others() {
    var refs = new ArrayList<Release.Ref>();
    for (Pod pod : pods.values()) {
      var ref = pod.release().ref();
      boolean isNamed =
          Stream.of(current, stable)
              .flatMap(Optional::stream)
              .anyMatch(it -> it.hash().equals(ref.hash()));
      if (!isNamed && !refs.contains(ref)) {
        refs.add(ref);
      }
    }
    return refs;
  }

  private SortedMap<String, RecordFile.Placement> placements() {
    var placements = new TreeMap<String, RecordFile.Placement>();
    if (holdsIdentities(key)) {
      for (Pod pod : pods.values()) {
        placements.put(
            pod.name(),
            new RecordFile.Placement(
                pod.node(), pod.uid(), pod.release().hash(), pod.isStopping()));
      }
    }
    return placements;
  }

  /// Whether there may be one pod of each name only, whatever becomes of nodes.
  public static boolean holdsIdentities(ObjectKey key) {
    return key.kind().equals("StatefulSet");
  }

  private static Optional<ObjectKey> owner(Workload workload) {
    return workload.strategy() instanceof Workload.Strategy.Completing job
        ? job.owner()
        : Optional.empty();
  }

  public int readyPods() {
    int ready = 0;
    for (Pod pod : pods.values()) {
      if (!pod.isStopping() && pod.saysReady()) {
        ready++;
      }
    }
    return ready;
  }

  /// What the record branch says of it.
  public Optional<RecordFile.WorkloadFile> file() {
    return current.map(release ->
        new RecordFile.WorkloadFile(
            key,
            phase,
            release.ref(),
            stable.map(Release::ref),
            startedAt,
            recordedReplicas,
            phase == Phase.HEALTHY ? recordedReplicas : Math.min(recordedReplicas, readyPods()),
            failed,
            failure,
            rollback,
            stepping.map(Stepping::progress),
            revisions,
            others(),
            images.pins(),
            placements(),
            job,
            cron,
            desired.flatMap(WorkloadState::owner),
            autoscaled));
  }

  /// A copy being changed. Confined to the step that makes it.
  public static final class Edit {
    private final ObjectKey key;
    public Optional<Workload> desired;
    public Optional<Release> stable;
    public Optional<Release> current;
    public Phase phase;
    public Instant startedAt;
    public Instant progressAt;
    public long progress;
    public boolean everReady;
    public SortedSet<String> failed;
    public Optional<RecordFile.Failure> failure;
    public Optional<RecordFile.Rollback> rollback;
    public long promotion;
    public Optional<Stepping> stepping;
    public boolean rests;
    public Optional<Release> left;
    public List<Release> adoptable;
    public List<Release.Ref> revisions;
    public Optional<JobProgress> job;
    public Optional<CronProgress> cron;
    public Optional<Autoscaled> autoscaled;
    public ReleaseImages images;
    public String message;
    public Optional<Instant> wakeAt;
    public int recordedReplicas;
    public PagedMap<Long, Pod> pods;

    private Edit(WorkloadState from) {
      key = from.key;
      desired = from.desired;
      stable = from.stable;
      current = from.current;
      phase = from.phase;
      startedAt = from.startedAt;
      progressAt = from.progressAt;
      progress = from.progress;
      everReady = from.everReady;
      failed = from.failed;
      failure = from.failure;
      rollback = from.rollback;
      promotion = from.promotion;
      stepping = from.stepping;
      rests = from.rests;
      left = from.left;
      adoptable = from.adoptable;
      revisions = from.revisions;
      job = from.job;
      cron = from.cron;
      autoscaled = from.autoscaled;
      images = from.images;
      message = from.message;
      wakeAt = from.wakeAt;
      recordedReplicas = from.recordedReplicas;
      pods = from.pods;
    }

    public void fail(Release.Ref release, String why) {
      var more = new TreeSet<>(failed);
      more.add(release.hash());
      failed = more;
      failure = Optional.of(new RecordFile.Failure(release, why));
    }

    /// The release is fully rolled out.
    public void promote(Release release) {
      stable = Optional.of(release);
      var newestFirst = new ArrayList<Release.Ref>();
      newestFirst.add(release.ref());
      revisions.stream().filter(it -> !it.hash().equals(release.hash())).forEach(newestFirst::add);
      revisions = newestFirst.stream().limit(REVISIONS).toList();
    }

    /// A failed release may be started again, from its beginning.
    public void retry(String hash) {
      var fewer = new TreeSet<>(failed);
      fewer.remove(hash);
      failed = fewer;
      if (failure.map(it -> it.release().hash().equals(hash)).orElse(false)) {
        failure = Optional.empty();
        rollback = Optional.empty();
      }
      current = current.filter(it -> !it.hash().equals(hash)).or(() -> stable);
    }

    public WorkloadState build() {
      return new WorkloadState(
          key,
          desired,
          stable,
          current,
          phase,
          startedAt,
          progressAt,
          progress,
          everReady,
          failed,
          failure,
          rollback,
          promotion,
          stepping,
          rests,
          left,
          adoptable,
          revisions,
          job,
          cron,
          autoscaled,
          images,
          message,
          wakeAt,
          recordedReplicas,
          pods);
    }
  }
}
