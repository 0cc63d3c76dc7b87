package dev.reeve.core.record;

import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.VolumeSource;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// One file of the record branch, as a value. What is written here is what a control plane needs to
/// go on when nothing else is left.
public sealed interface RecordFile {
  /// Relative to the root of the branch.
  String path();

  /// `cluster.yaml`.
  ///
  /// @param commit the last accepted commit of the tracked branch; empty before the first
  /// @param verdict its verdict's word
  /// @param commands the newest commit of the commands branch that was obeyed; empty before the
  ///   first
  record Cluster(
      String name, long epoch, String commit, String verdict, String commands, int workloads)
      implements RecordFile {
    public static final String PATH = "cluster.yaml";

    @Override
    public String path() {
      return PATH;
    }
  }

  /// `namespaces/<ns>/<kind>/<name>.yaml`.
  ///
  /// @param stable the newest release that was fully rolled out
  /// @param startedAt when the rollout of `release` began
  /// @param failed hashes that are not started again
  /// @param failure the newest of these, and why
  /// @param rollback what was done about its text
  /// @param steps of a Rollout
  /// @param revisions releases that were stable, newest first
  /// @param others releases that some of its pods are of besides: what these ask of their nodes
  ///   must be known after a restart, too
  /// @param images what those of its releases were resolved to, by the release's hash
  /// @param placements of pods that there may be one of only, by name: while their node is not
  ///   heard, they may run there
  /// @param job how far it is, of a Job
  /// @param cron how far it is, of a CronJob
  /// @param owner what started it, where it has no text of its own
  /// @param autoscaled what an autoscaler has last decided of it
  record WorkloadFile(
      ObjectKey key,
      Phase phase,
      Release.Ref release,
      Optional<Release.Ref> stable,
      Instant startedAt,
      int desired,
      int ready,
      SortedSet<String> failed,
      Optional<Failure> failure,
      Optional<Rollback> rollback,
      Optional<StepProgress> steps,
      List<Release.Ref> revisions,
      List<Release.Ref> others,
      SortedMap<String, List<ImagePin>> images,
      SortedMap<String, Placement> placements,
      Optional<JobProgress> job,
      Optional<CronProgress> cron,
      Optional<ObjectKey> owner,
      Optional<Autoscaled> autoscaled)
      implements RecordFile {
    public WorkloadFile {
      placements = Collections.unmodifiableSortedMap(new TreeMap<>(placements));
      failed = Collections.unmodifiableSortedSet(new TreeSet<>(failed));
      revisions = List.copyOf(revisions);
      others = List.copyOf(others);
      images = Collections.unmodifiableSortedMap(images);
    }

    @Override
    public String path() {
      return key.recordPath();
    }
  }

  /// Where a pod is.
  ///
  /// @param release the hash of its release
  /// @param stopping it was told to stop, or is to be told
  record Placement(String node, String uid, String release, boolean stopping) {}

  /// A release that failed, and the commit that brought it.
  record Failure(Release.Ref release, String message) {}

  /// How the text of a failed release was rolled back.
  ///
  /// @param of the commit that brought the release
  /// @param detail the commit that restores the text, the branch it is proposed on, or why there is
  ///   neither
  record Rollback(String of, Outcome outcome, String detail) {
    public enum Outcome {
      COMMITTED("commit"),
      PROPOSED("branch"),
      REFUSED("refused");

      private final String word;

      Outcome(String word) {
        this.word = word;
      }

      /// The key of the detail in the record.
      public String word() {
        return word;
      }
    }
  }

  /// `namespaces/<ns>/service/<name>.yaml`: what a Service was given.
  ///
  /// @param clusterIp empty where it has none
  /// @param nodePorts by port and protocol, `80/TCP`
  record ServiceFile(ObjectKey key, String clusterIp, SortedMap<String, Integer> nodePorts)
      implements RecordFile {
    public ServiceFile {
      nodePorts = Collections.unmodifiableSortedMap(new TreeMap<>(nodePorts));
    }

    @Override
    public String path() {
      return key.recordPath();
    }
  }

  /// `cluster-scoped/persistentvolume/<name>.yaml`: a volume that some claim has, or has had.
  ///
  /// @param claim that has it, or had it last
  /// @param owner the StatefulSet that the claim was made for; empty where it has text of its own
  /// @param goesWithOwner whether it is given up when that is gone
  /// @param node the one that it is on, or was last used on; empty where there is none
  /// @param bytes what it has room for, as was asked for
  record VolumeFile(
      String name,
      VolumePhase phase,
      ObjectKey claim,
      Optional<ObjectKey> owner,
      boolean goesWithOwner,
      String node,
      List<AccessMode> modes,
      long bytes,
      String storageClass,
      Claim.Reclaim reclaim,
      VolumeSource source)
      implements RecordFile {
    public VolumeFile {
      modes = List.copyOf(modes);
    }

    public static String path(String name) {
      return new ObjectKey("PersistentVolume", "", name).recordPath();
    }

    @Override
    public String path() {
      return path(name);
    }

    /// The same volume, on another node.
    public VolumeFile on(String other) {
      return new VolumeFile(
          name,
          phase,
          claim,
          owner,
          goesWithOwner,
          other,
          modes,
          bytes,
          storageClass,
          reclaim,
          source);
    }

    public VolumeFile with(VolumePhase other) {
      return new VolumeFile(
          name,
          other,
          claim,
          owner,
          goesWithOwner,
          node,
          modes,
          bytes,
          storageClass,
          reclaim,
          source);
    }

    public VolumeFile with(long otherBytes) {
      return new VolumeFile(
          name,
          phase,
          claim,
          owner,
          goesWithOwner,
          node,
          modes,
          otherBytes,
          storageClass,
          reclaim,
          source);
    }

    /// The same volume, which is not to be deleted.
    public VolumeFile retained() {
      return new VolumeFile(
          name,
          phase,
          claim,
          owner,
          goesWithOwner,
          node,
          modes,
          bytes,
          storageClass,
          Claim.Reclaim.RETAIN,
          source);
    }

    public VolumeFile goingWithOwner(boolean goes) {
      return new VolumeFile(
          name, phase, claim, owner, goes, node, modes, bytes, storageClass, reclaim, source);
    }

    /// Whether it may be used on one node at a time only.
    public boolean isForOneNode() {
      return source.reach() == VolumeSource.Reach.NODE
          || modes.stream()
              .allMatch(
                  it -> it == AccessMode.READ_WRITE_ONCE || it == AccessMode.READ_WRITE_ONCE_POD);
    }
  }

  enum VolumePhase {
    BOUND("Bound"),
    /// Nobody claims it, and it is kept.
    RELEASED("Released"),
    /// Nobody claims it, and it is being deleted.
    DELETING("Deleting");

    private final String word;

    VolumePhase(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /// `namespaces/<ns>/imagepolicy.image.toolkit.fluxcd.io/<name>.yaml`: an image that is followed.
  ///
  /// @param latest what the text names
  /// @param rejected what is not chosen again, the oldest first
  record ImagePolicyFile(ObjectKey key, Optional<Latest> latest, List<Rejected> rejected)
      implements RecordFile {
    public ImagePolicyFile {
      rejected = List.copyOf(rejected);
    }

    /// @param commit that brought it
    public record Latest(ImageTag image, String commit) {}

    /// @param release of the workload, which failed with it
    public record Rejected(ImageTag image, Instant at, ObjectKey workload, Release.Ref release) {}

    @Override
    public String path() {
      return key.recordPath();
    }
  }

  /// `nodes/<node>.yaml`.
  ///
  /// @param identity fingerprint of the certificate the node speaks with; empty where agents are
  ///   trusted by other means
  /// @param pods the network that its pods have their addresses from; empty where it has none
  /// @param tokens ids of the join tokens it used, with their ends; kept until then, for a token
  ///   serves once
  record NodeFile(
      String name,
      String identity,
      String pods,
      Resources allocatable,
      int maxPods,
      SortedMap<String, String> labels,
      SortedMap<String, Instant> tokens)
      implements RecordFile {
    public NodeFile {
      tokens = Collections.unmodifiableSortedMap(new TreeMap<>(tokens));
      labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    @Override
    public String path() {
      return "nodes/" + name + ".yaml";
    }
  }
}
