package dev.reeve.server.web.view;

import java.util.Collections;
import java.util.List;
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

  /// Somebody says that the repository has changed: a hint, nothing more.
  void lookAtGit();

  /// Further measurements by their Prometheus names, read at each scrape.
  default SortedMap<String, Double> gauges() {
    return Collections.unmodifiableSortedMap(new TreeMap<>());
  }
}
