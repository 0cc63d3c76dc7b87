package dev.reeve.server.web.hooks;

import dev.reeve.core.model.Bytes;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a webhook brought: headers, and the body as it came.
///
/// @param headers by name in lower case
public record Delivery(SortedMap<String, String> headers, Bytes body) {
  public Delivery {
    var lower = new TreeMap<String, String>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      lower.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
    }
    headers = Collections.unmodifiableSortedMap(lower);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }
}
