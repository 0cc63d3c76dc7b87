package dev.reeve.core.record;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import java.time.Instant;
import java.util.Collections;
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
  record Cluster(String name, long epoch, String commit, String verdict, int workloads)
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
  /// @param message why the wanted release failed; empty unless it did
  /// @param images what each container's image was resolved to
  record WorkloadFile(
      ObjectKey key,
      Phase phase,
      Release.Ref release,
      Optional<Release.Ref> stable,
      Instant startedAt,
      int desired,
      int ready,
      SortedSet<String> failed,
      String message,
      SortedMap<String, String> images)
      implements RecordFile {
    public WorkloadFile {
      failed = Collections.unmodifiableSortedSet(new TreeSet<>(failed));
      images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
    }

    @Override
    public String path() {
      return key.recordPath();
    }
  }

  /// `nodes/<node>.yaml`.
  ///
  /// @param identity fingerprint of the certificate the node speaks with; empty where agents are
  ///   trusted by other means
  /// @param tokens ids of the join tokens it used, with their ends; kept until then, for a token
  ///   serves once
  record NodeFile(
      String name,
      String identity,
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
