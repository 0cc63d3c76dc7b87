package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A PersistentVolumeClaim, or what a StatefulSet makes one of for each of its pods.
///
/// @param bytes asked for
/// @param storageClass empty where it asks for volumes that have none
/// @param volume the one volume that it asks for; empty for any
/// @param volumes what their labels must be like
/// @param provisioning what is made for it where there is no volume that suits it
public record Claim(
    ObjectKey key,
    List<AccessMode> modes,
    long bytes,
    String storageClass,
    String volume,
    Selector volumes,
    Provisioning provisioning) {
  public static final String KIND = "PersistentVolumeClaim";

  public Claim {
    modes = List.copyOf(modes);
  }

  /// The same, of another name.
  public Claim as(ObjectKey other) {
    return new Claim(other, modes, bytes, storageClass, volume, volumes, provisioning);
  }

  /// What a StorageClass says of the volumes that are made for claims of it.
  public sealed interface Provisioning {
    /// @param options may name `${pvc.metadata.name}`, `${pvc.metadata.namespace}` and
    ///   `${pv.metadata.name}`
    /// @param nodes where such volumes can be had: one of these terms, where there are any
    record Made(
        String driver,
        SortedMap<String, String> options,
        VolumeSource.Reach reach,
        Reclaim reclaim,
        List<Constraints.NodeTerm> nodes)
        implements Provisioning {
      public Made {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        nodes = List.copyOf(nodes);
      }
    }

    /// @param why in words that follow the claim's name
    record None(String why) implements Provisioning {}
  }

  /// What becomes of a volume that nobody claims any more.
  public enum Reclaim {
    DELETE("Delete"),
    RETAIN("Retain");

    private final String word;

    Reclaim(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }
}
