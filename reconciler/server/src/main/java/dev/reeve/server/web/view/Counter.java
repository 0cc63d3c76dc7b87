package dev.reeve.server.web.view;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A count that only grows, but for a new start.
///
/// @param name in words divided by dots; `/metrics` has it as Prometheus names counters
public record Counter(String name, SortedMap<String, String> labels, double value) {
  public Counter {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
