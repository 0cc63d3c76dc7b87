package dev.reeve.simulation;

import dev.reeve.core.Core;
import dev.reeve.core.Event;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Root;
import dev.reeve.simulation.obliging.ObligingWorld;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A small cluster in a world where everything goes well. For what a rollout does when nothing
/// comes between.
final class ObligingCluster {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration TICK = Duration.ofMillis(500);
  private static final int NODES = 4;

  private final ObligingWorld world;

  ObligingCluster(String name) {
    world = new ObligingWorld(new Core(name, START), START);
    step(
        new Event.Started(
            ClusterSettings.defaults(name),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    for (int i = 0; i < NODES; i++) {
      var info =
          new NodeInfo(
              new Resources(64_000, 256L << 30), 250, new TreeMap<>(), "", new TreeMap<>());
      world.join("n" + i, "id-n" + i, info, List.of());
    }
  }

  Root root() {
    return world.root();
  }

  /// Subjects of the record, oldest first.
  List<String> subjects() {
    return world.record().stream().map(RecordCommit::subject).toList();
  }

  void push(DesiredState state) {
    step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
  }

  void step(Event event) {
    world.step(event);
  }

  /// From now on no pod of this release is ready.
  void unready(String release) {
    world.unready(release);
  }

  /// Lets time pass.
  void pass(Duration time) {
    world.pass(time, TICK);
  }
}
