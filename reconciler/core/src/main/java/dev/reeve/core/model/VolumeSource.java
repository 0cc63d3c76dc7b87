package dev.reeve.core.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a volume is where it is used: a volume of the engine, or a folder of the node.
///
/// @param handle the name of the engine's volume; empty for a folder
/// @param driver the engine's volume plugin; empty for a folder
/// @param options what the plugin is told when the volume is made
/// @param path of the folder; empty for a volume of the engine
/// @param reach who can use what is in it
public record VolumeSource(
    String handle, String driver, SortedMap<String, String> options, String path, Reach reach) {
  public enum Reach {
    /// The one node that it was made on.
    NODE,
    /// Whichever node asks for it.
    CLUSTER
  }

  public VolumeSource {
    options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
  }

  public static VolumeSource folder(String path) {
    return new VolumeSource("", "", new TreeMap<>(), path, Reach.NODE);
  }

  public boolean isFolder() {
    return !path.isEmpty();
  }
}
