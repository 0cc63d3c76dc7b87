package dev.reeve.simulation;

import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the simulated repository says, in so few words that an oracle can read it.
record Manifests(String commit, SortedMap<Integer, Text> texts) {
  static final String CLUSTER = "simulated";

  /// Each workload also has a Service, so that deletions are of more than one kind.
  private static final int OBJECTS_EACH = 2;

  Manifests {
    texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
  }

  /// How a release behaves.
  enum Flavour {
    GOOD(0),
    /// Its containers exit at once.
    CRASHING(1),
    /// It runs and is never ready.
    UNREADY(2),
    /// Its image cannot be pulled.
    UNPULLABLE(3);

    private final int number;

    Flavour(int number) {
      this.number = number;
    }

    static Flavour of(int number) {
      return values()[number];
    }
  }

  /// One workload's text.
  record Text(int workload, int version, Flavour flavour, int replicas) {
    ObjectKey key() {
      return Manifests.key(workload);
    }

    String release() {
      return releaseHash(workload, version, flavour);
    }

    boolean recreates() {
      return workload == 2;
    }

    int surge() {
      return workload == 1 ? 0 : 1;
    }

    int unavailable() {
      return workload == 1 ? 1 : 0;
    }
  }

  static ObjectKey key(int workload) {
    return new ObjectKey("Deployment", "default", "w" + workload);
  }

  static ObjectKey serviceKey(int workload) {
    return new ObjectKey("Service", "default", "w" + workload);
  }

  private static String releaseHash(int workload, int version, Flavour flavour) {
    long bits = (workload * 1000L + version) * 10 + flavour.number;
    return Hash.name(bits * 0x9E3779B97F4A7C15L >>> 1, 10);
  }

  Optional<Text> text(ObjectKey key) {
    return texts.values().stream().filter(it -> it.key().equals(key)).findFirst();
  }

  int objects() {
    return texts.size() * OBJECTS_EACH;
  }

  DesiredState state() {
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    for (Text text : texts.values()) {
      objects.put(text.key(), workload(text));
      var service = serviceKey(text.workload());
      objects.put(
          service,
          new DesiredObject(service, "s", DesiredObject.Prune.WITH_ITS_TEXT, Optional.empty()));
    }
    return new DesiredState(
        commit,
        "change",
        "A <a@example.com>",
        ClusterSettings.defaults(CLUSTER),
        objects,
        List.of());
  }

  private DesiredObject workload(Text text) {
    var template =
        new PodTemplate(
            text.release(),
            new Resources(100, 64L << 20),
            Collections.emptySortedMap(),
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            Bytes.utf8(text.flavour().name()));
    Strategy strategy =
        text.recreates()
            ? new Strategy.Recreate()
            : new Strategy.RollingUpdate(Bound.pods(text.surge()), Bound.pods(text.unavailable()));
    var workload =
        new Workload(
            text.key(),
            text.replicas(),
            strategy,
            Duration.ZERO,
            Duration.ofSeconds(60),
            false,
            Workload.OnFailure.ROLLBACK,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            new Release(text.release(), commit, template, List.of()));
    return new DesiredObject(
        text.key(),
        text.release() + text.replicas(),
        DesiredObject.Prune.WITH_ITS_TEXT,
        Optional.of(workload));
  }
}
