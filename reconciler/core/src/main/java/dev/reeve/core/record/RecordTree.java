package dev.reeve.core.record;

import dev.reeve.core.model.ObjectKey;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The record branch at its tip, as values.
public record RecordTree(
    Optional<RecordFile.Cluster> cluster,
    SortedMap<ObjectKey, RecordFile.WorkloadFile> workloads,
    SortedMap<ObjectKey, RecordFile.ServiceFile> services,
    SortedMap<String, RecordFile.NodeFile> nodes,
    SortedMap<String, RecordFile.VolumeFile> volumes,
    SortedMap<ObjectKey, RecordFile.ImagePolicyFile> images) {
  public RecordTree {
    images = Collections.unmodifiableSortedMap(new TreeMap<>(images));
    workloads = Collections.unmodifiableSortedMap(new TreeMap<>(workloads));
    services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    volumes = Collections.unmodifiableSortedMap(new TreeMap<>(volumes));
  }

  public static RecordTree empty() {
    return new RecordTree(
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>());
  }
}
