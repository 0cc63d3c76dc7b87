package dev.reeve.core.model;

import java.time.Duration;
import java.util.Optional;

/// A taint that a pod puts up with.
///
/// @param key empty for every key
/// @param value compared where `isEqual`
/// @param isEqual false: the taint need only exist
/// @param effect empty for every effect
/// @param seconds how long a pod stays under a taint of NO_EXECUTE; empty for ever
public record Toleration(
    String key,
    boolean isEqual,
    String value,
    Optional<Taint.Effect> effect,
    Optional<Duration> seconds) {

  public boolean tolerates(Taint taint) {
    return (effect.isEmpty() || effect.get() == taint.effect())
        && (key.isEmpty() || key.equals(taint.key()))
        && (!isEqual || value.equals(taint.value()));
  }
}
