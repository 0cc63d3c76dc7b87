package dev.reeve.server;

import dev.reeve.core.Effect;
import java.time.Instant;

/// Who carries out what the core wants. Called on the loop's thread, so none of it may block.
public interface EffectHandler {
  void order(Effect.Order order);

  void route(Effect.Route route);

  void askReport(String node);

  void joinAnswered(Effect.JoinAnswered answer);

  void readRecord();

  void request(Effect.Request request);

  void notice(Effect.Notice notice, Instant at);

  void wakeAt(Instant at);

  /// A step has changed the state.
  void published();
}
