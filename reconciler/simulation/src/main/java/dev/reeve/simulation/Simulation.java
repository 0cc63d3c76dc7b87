package dev.reeve.simulation;

import dev.reeve.core.Core;
import dev.reeve.core.Deciders;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.state.Root;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Runs scripts, and finds the shortest one that still fails.
public final class Simulation {
  /// One run in so many sends everything through its real text.
  private static final int CODED_EVERY = 16;

  private static final int GATHERS_EVERY = 3;

  private Simulation() {}

  /// The real core.
  public static final Mind.Maker REAL = (cluster, now) -> new Real(cluster, now, Deciders.REAL);

  /// The real core, with some of its decisions swapped.
  public static final class Real implements Mind {
    private final Core core;

    public Real(String cluster, Instant now, Deciders deciders) {
      core = new Core(cluster, now, deciders);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return core.step(event, now);
    }

    @Override
    public Root root() {
      return core.root();
    }
  }

  /// Runs one script; empty when every law held.
  public static Optional<Violation> run(
      Script script, Mind.Maker maker, Coverage coverage, Consumer<String> story) {
    boolean coded = Math.floorMod(script.seed(), CODED_EVERY) == 0;
    boolean gathers = Math.floorMod(script.seed(), GATHERS_EVERY) == 1;
    try {
      new World(script, maker, coverage, coded, gathers, story).run();
      return Optional.empty();
    } catch (Violation violation) {
      story.accept("VIOLATION " + violation.getMessage());
      return Optional.of(violation);
    }
  }

  /// The script with every action left out that is not needed to break the same law.
  public static Script shrink(Script script, Mind.Maker maker, String law) {
    var actions = new ArrayList<>(script.actions());
    int chunk = Math.max(1, actions.size() / 2);
    while (true) {
      boolean shorter = false;
      for (int from = 0; from < actions.size(); ) {
        var fewer = new ArrayList<>(actions);
        fewer.subList(from, Math.min(actions.size(), from + chunk)).clear();
        boolean stillFails =
            run(script.with(fewer), maker, new Coverage(), line -> {})
                .map(it -> it.law().equals(law))
                .orElse(false);
        if (stillFails) {
          actions = fewer;
          shorter = true;
        } else {
          from += chunk;
        }
      }
      if (chunk == 1 && !shorter) {
        return script.with(actions);
      }
      chunk = Math.max(1, chunk / 2);
    }
  }
}
