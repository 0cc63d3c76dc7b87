package dev.reeve.core.model;

import java.util.List;

/// A pod template together with the config it uses: what is rolled out, and rolled back, as one.
///
/// @param hash of template and config, in the alphabet of pod names; equal hashes are the same
///   release, whichever commit says so
/// @param commit the commit that brought it
/// @param config whose content is part of the release; sorted by key
/// @param live config whose content is not, by the hash of the object at that commit, which is
///   empty where there was none; sorted by key
public record Release(
    String hash,
    String commit,
    PodTemplate template,
    List<ConfigUse> config,
    List<ConfigUse> live) {
  public Release {
    config = List.copyOf(config);
    live = List.copyOf(live);
  }

  /// One without live config.
  public Release(String hash, String commit, PodTemplate template, List<ConfigUse> config) {
    this(hash, commit, template, config, List.of());
  }

  public Ref ref() {
    return new Ref(hash, commit);
  }

  /// The same, brought by another commit.
  public Release broughtBy(String other) {
    return new Release(hash, other, template, config, live);
  }

  /// Whether pods of it read this ConfigMap or Secret, live or not.
  public boolean uses(ObjectKey key) {
    return isIn(config, key) || readsLive(key);
  }

  /// Whether pods of it see each change of this ConfigMap or Secret.
  public boolean readsLive(ObjectKey key) {
    return isIn(live, key);
  }

  private static boolean isIn(List<ConfigUse> uses, ObjectKey key) {
    return uses.stream().anyMatch(it -> it.key().equals(key));
  }

  /// A release by name, as the record branch holds it.
  public record Ref(String hash, String commit) {}
}
