package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.record.RecordFile.VolumeFile;

/// A volume that some claim has, or has had.
///
/// @param file what the record says of it, or is to say
/// @param decision what was last decided of it is in force once this is recorded
/// @param pods that use it and are not known to be gone, with their workloads
public record VolumeState(VolumeFile file, long decision, PagedMap<Long, ObjectKey> pods) {
  public VolumeState with(VolumeFile other, long decided) {
    return new VolumeState(other, decided, pods);
  }

  public VolumeState with(PagedMap<Long, ObjectKey> others) {
    return new VolumeState(file, decision, others);
  }
}
