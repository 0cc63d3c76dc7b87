package dev.reeve.agent.node;

import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A control plane of a few lines: it gives orders, and keeps what the node last said.
final class TestLink implements Link {
  private final Map<String, PodReport> pods = new TreeMap<>();
  private final Map<Long, StringBuilder> logs = new TreeMap<>();
  private final Map<Long, Boolean> endedLogs = new TreeMap<>();
  private Optional<Listener> listener = Optional.empty();
  private Optional<Report> last = Optional.empty();
  private Optional<NodeInfo> info = Optional.empty();

  @Override
  public synchronized void open(Listener agent) {
    listener = Optional.of(agent);
    agent.linked();
  }

  @Override
  public synchronized void send(FromNode message) {
    switch (message) {
      case FromNode.Tell(var report) -> {
        last = Optional.of(report);
        info = report.info().or(() -> info);
        if (report.scope() == Report.Scope.FULL) {
          pods.clear();
        }
        report.gone().forEach(pods::remove);
        report.pods().forEach(it -> pods.put(it.uid(), it));
      }
      case FromNode.LogChunk it -> {
        logs.computeIfAbsent(it.id(), _ -> new StringBuilder())
            .append(new String(it.bytes().toArray(), StandardCharsets.UTF_8));
        endedLogs.put(it.id(), it.end());
      }
      case FromNode.Heartbeat _, FromNode.AskFullOrder _, FromNode.Served _, FromNode.Used _ -> {}
    }
    notifyAll();
  }

  void give(ToNode message) {
    Listener agent;
    synchronized (this) {
      agent = listener.orElseThrow();
    }
    agent.received(message);
  }

  synchronized Optional<PodReport> pod(String uid) {
    return Optional.ofNullable(pods.get(uid));
  }

  synchronized Optional<Report> last() {
    return last;
  }

  /// What the node says of itself, once it is as wanted.
  synchronized NodeInfo awaitInfo(Predicate<NodeInfo> wanted) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!info.filter(wanted).isPresent()) {
      wait(left(until, "the node"));
    }
    return info.orElseThrow();
  }

  PodReport await(String uid, Predicate<PodReport> wanted) throws InterruptedException {
    return await(uid, wanted, Duration.ofSeconds(30));
  }

  synchronized PodReport await(String uid, Predicate<PodReport> wanted, Duration limit)
      throws InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    while (!pod(uid).filter(wanted).isPresent()) {
      wait(left(until, uid));
    }
    return pod(uid).orElseThrow();
  }

  synchronized void awaitGone(String uid) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (pods.containsKey(uid)) {
      wait(left(until, uid));
    }
  }

  synchronized String awaitLog(long id) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!Boolean.TRUE.equals(endedLogs.get(id))) {
      wait(left(until, "log " + id));
    }
    return String.valueOf(logs.get(id));
  }

  private long left(long until, String what) {
    long left = (until - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new AssertionError("waited in vain for " + what + ": " + pods.get(what));
    }
    return left;
  }

  @Override
  public void close() {}
}
