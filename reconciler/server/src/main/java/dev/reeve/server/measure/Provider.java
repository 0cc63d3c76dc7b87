package dev.reeve.server.measure;

import org.jspecify.annotations.Nullable;

/// Who is asked for a measurement, and what, with all arguments filled in.
sealed interface Provider permits Prometheus, Web {
  /// Numbers, texts, booleans, lists and maps of such, or null.
  @Nullable Object ask(Http http) throws NotMeasured;
}
