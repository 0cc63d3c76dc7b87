package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the repository says should run at one commit.
///
/// @param commit full object id, lower-case hexadecimal
/// @param subject first line of the commit's message
/// @param author `Name <mail>`
/// @param objects by key
/// @param warnings what was accepted without being acted on, one line each
public record DesiredState(
    String commit,
    String subject,
    String author,
    ClusterSettings settings,
    SortedMap<ObjectKey, DesiredObject> objects,
    List<String> warnings) {
  public DesiredState {
    objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
    warnings = List.copyOf(warnings);
  }
}
