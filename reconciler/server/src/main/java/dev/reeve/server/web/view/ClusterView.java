package dev.reeve.server.web.view;

import dev.reeve.core.model.ObjectKey;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that the web side sees of the control plane. Every method may be called from any thread and
/// answers at once from what is already known; none waits for the loop, a node or Git.
public interface ClusterView {
  /// The newest state. A higher number follows whenever the root, the catalog or the events differ.
  Published published();

  /// Calls `listener` after each publication, from any thread; several publications may share one
  /// call. The listener returns at once.
  Subscription onChange(Runnable listener);

  /// What happened lately, oldest first, bounded.
  List<HappenedEvent> events();

  /// Commits of the tracked branch, newest first, bounded.
  List<CommitLine> commits();

  ClusterInfo info();

  /// Begins to read a container's log. Chunks reach the sink from any thread, also before this
  /// returns.
  LogStream openLog(LogRequest request, LogSink sink);

  /// Decisions of the record that concern an object, newest first, bounded, as far as they are
  /// known yet. What becomes known later is told to the listeners.
  List<RecordedDecision> history(ObjectKey key);

  /// How the texts of these differ between two commits of the tracked branch, as `git diff` prints
  /// it, bounded; nothing of a Secret. Empty where it is not known yet: listeners are told.
  Optional<String> diff(List<ObjectKey> objects, String from, String to);

  /// Somebody says that the repository has changed: a hint, nothing more.
  void lookAtGit();

  /// Further measurements by their Prometheus names, read at each scrape.
  default SortedMap<String, Double> gauges() {
    return Collections.unmodifiableSortedMap(new TreeMap<>());
  }

  /// What nodes have measured last, by their names; of those that have measured lately.
  default SortedMap<String, UsedNode> usage() {
    return Collections.unmodifiableSortedMap(new TreeMap<>());
  }

  /// Further counts, read at each scrape; those of one name have the same labels.
  default List<Counter> counters() {
    return List.of();
  }
}
