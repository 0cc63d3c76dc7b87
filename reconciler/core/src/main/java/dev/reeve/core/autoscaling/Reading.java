package dev.reeve.core.autoscaling;

import java.util.List;

/// What a provider said when it was last asked.
public sealed interface Reading {
  /// @param values one for each sample
  record Samples(List<Sample> values) implements Reading {
    public Samples {
      values = List.copyOf(values);
    }
  }

  /// It could not be read.
  record Unreadable(String why) implements Reading {}

  /// @param pod the name of the pod it is of; empty where it names none
  /// @param value in thousandths
  record Sample(String pod, long value) {}
}
