package dev.reeve.e2e;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Goes through a [ReadinessLog] from its start, and at every entry between two marks counts the
/// pods that are ready and those that run.
///
/// A pod is ready from its first answer until the first question without one, or until its web
/// container is sent a signal or ends, whichever comes first; after that not before another web
/// container was started in it. Those on a node that is not heard from are ready as long as they
/// answer, but no longer count among those that run: nobody can stop them.
final class Bounds {
  private static final int LINES_BEFORE = 50;

  private final int fewestAllowed;
  private final int mostAllowed;
  private final Map<String, String> running = new TreeMap<>();
  private final Set<String> answering = new HashSet<>();
  private final Set<String> ended = new HashSet<>();
  private final Set<String> beyondReach = new HashSet<>();
  private int events;
  private int changes;
  private int fewestReady = Integer.MAX_VALUE;
  private int mostRunning;
  private int mostRunningAnywhere;

  private Bounds(int fewestAllowed, int mostAllowed) {
    this.fewestAllowed = fewestAllowed;
    this.mostAllowed = mostAllowed;
  }

  /// @param mostRunning without those on a node that is not heard from
  record Kept(int events, int changes, int fewestReady, int mostRunning, int mostRunningAnywhere) {}

  /// @throws AssertionError at the first moment out of bounds, with what went before
  static Kept check(
      List<ReadinessLog.Entry> log, String from, String to, int fewestAllowed, int mostAllowed) {
    var bounds = new Bounds(fewestAllowed, mostAllowed);
    boolean isMeasured = false;
    for (int i = 0; i < log.size(); i++) {
      var entry = log.get(i);
      bounds.take(entry);
      if (entry.kind() == ReadinessLog.Kind.MARK) {
        isMeasured = entry.text().equals(from) || isMeasured && !entry.text().equals(to);
      }
      if (isMeasured) {
        bounds.measure(entry);
        bounds.hold(log, i);
      }
    }
    return new Kept(
        bounds.events,
        bounds.changes,
        bounds.fewestReady,
        bounds.mostRunning,
        bounds.mostRunningAnywhere);
  }

  private void take(ReadinessLog.Entry entry) {
    switch (entry.kind()) {
      case STARTED -> {
        running.put(entry.container(), entry.node());
        ended.remove(entry.pod());
      }
      case KILLED -> ended.add(entry.pod());
      case DIED -> {
        ended.add(entry.pod());
        running.remove(entry.container());
        beyondReach.remove(entry.container());
      }
      case POD_DIED -> ended.add(entry.pod());
      case ANSWERS -> answering.add(entry.pod());
      case SILENT -> answering.remove(entry.pod());
      case UNHEARD ->
          beyondReach.addAll(
              running.entrySet().stream()
                  .filter(it -> it.getValue().equals(entry.node()))
                  .map(Map.Entry::getKey)
                  .collect(Collectors.toSet()));
      case HEARD -> beyondReach.clear();
      case POD_STARTED, MARK -> {}
    }
  }

  private int ready() {
    var ready = new HashSet<>(answering);
    ready.removeAll(ended);
    return ready.size();
  }

  private void measure(ReadinessLog.Entry entry) {
    switch (entry.kind()) {
      case ANSWERS, SILENT -> changes++;
      case POD_STARTED, POD_DIED, STARTED, KILLED, DIED -> events++;
      case UNHEARD, HEARD, MARK -> {}
    }
    fewestReady = Math.min(fewestReady, ready());
    mostRunning = Math.max(mostRunning, running.size() - beyondReach.size());
    mostRunningAnywhere = Math.max(mostRunningAnywhere, running.size());
  }

  private void hold(List<ReadinessLog.Entry> log, int at) {
    if (fewestReady < fewestAllowed || mostRunning > mostAllowed) {
      throw new AssertionError(
          fewestReady
              + " ready (at least "
              + fewestAllowed
              + "), "
              + mostRunning
              + " running (at most "
              + mostAllowed
              + ") at the last of these:\n"
              + log.subList(Math.max(0, at + 1 - LINES_BEFORE), at + 1).stream()
                  .map(ReadinessLog.Entry::toString)
                  .collect(Collectors.joining("\n")));
    }
  }
}
