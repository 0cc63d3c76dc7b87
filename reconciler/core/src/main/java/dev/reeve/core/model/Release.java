package dev.reeve.core.model;

import java.util.List;

/// A pod template together with the config it uses: what is rolled out, and rolled back, as one.
///
/// @param hash of template and config, in the alphabet of pod names; equal hashes are the same
///   release, whichever commit says so
/// @param commit the commit that brought it
/// @param config sorted by key
public record Release(String hash, String commit, PodTemplate template, List<ConfigUse> config) {
  public Release {
    config = List.copyOf(config);
  }

  public Ref ref() {
    return new Ref(hash, commit);
  }

  /// A release by name, as the record branch holds it.
  public record Ref(String hash, String commit) {}
}
