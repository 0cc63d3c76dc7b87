package dev.reeve.simulation;

import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.state.Root;
import java.time.Instant;
import java.util.List;

/// The control plane's mind as the simulation drives it: the real core, or one made wrong on
/// purpose.
public interface Mind {
  List<Effect> step(Event event, Instant now);

  Root root();

  /// Makes a new one, as a process that starts does.
  interface Maker {
    Mind make(String cluster, Instant now);
  }
}
