package dev.reeve.server;

import dev.reeve.core.Effect;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.Root;
import dev.reeve.git.CommitInfo;
import dev.reeve.manifest.Catalog;
import dev.reeve.server.gateway.AgentGateway;
import dev.reeve.server.sync.Archive;
import dev.reeve.server.web.view.ClusterInfo;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.CommitLine;
import dev.reeve.server.web.view.Counter;
import dev.reeve.server.web.view.HappenedEvent;
import dev.reeve.server.web.view.LogRequest;
import dev.reeve.server.web.view.LogSink;
import dev.reeve.server.web.view.LogStream;
import dev.reeve.server.web.view.Published;
import dev.reeve.server.web.view.RecordedDecision;
import dev.reeve.server.web.view.Subscription;
import dev.reeve.server.web.view.UsedNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// What readers see: the last published state, what happened lately, the commits and what was said
/// of them. Written by the loop's thread, read by any.
final class PublishedView implements ClusterView {
  private static final int EVENTS = 1_000;
  private static final int VERDICTS = 500;

  /// Readers are told at most so often; what changes faster is one change to them.
  private static final Duration PACE = Duration.ofMillis(50);

  private record Same(Optional<ObjectKey> about, String reason, String message) {}

  /// What only the other edges know.
  interface Sources {
    Catalog catalog();

    List<CommitInfo> recentCommits();

    String gitStatus();

    AgentGateway gateway();

    Archive archive();

    void lookAtGit();

    long steps();
  }

  private final ClusterInfo info;
  private final Supplier<Sources> sources;
  private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final Object news = new Object();
  private final ArrayDeque<HappenedEvent> events = new ArrayDeque<>();
  private final TreeMap<String, Verdict> verdicts = new TreeMap<>();
  private final ArrayDeque<String> verdictOrder = new ArrayDeque<>();
  private final Thread notifier;
  private volatile Published published;
  private volatile boolean closed;
  private long nextEvent;
  private boolean eventsChanged;

  PublishedView(ClusterInfo info, Root first, Supplier<Sources> sources) {
    this.info = info;
    this.sources = sources;
    published = new Published(first, Catalog.empty(), 1, Instant.now());
    notifier = Thread.ofVirtual().name("notifier").start(this::notifyListeners);
  }

  // --- written by the loop

  void happened(Effect.Notice notice, Instant at) {
    synchronized (lock) {
      var severity =
          switch (notice.severity()) {
            case NORMAL -> HappenedEvent.Severity.NORMAL;
            case WARNING -> HappenedEvent.Severity.WARNING;
          };
      var same = new Same(notice.about(), notice.reason().word(), notice.message());
      HappenedEvent older = null;
      for (HappenedEvent event : events) {
        if (same.equals(new Same(event.about(), event.reason(), event.message()))) {
          older = event;
        }
      }
      if (older != null) {
        events.remove(older);
      }
      nextEvent++;
      events.addLast(
          new HappenedEvent(
              older != null ? older.id() : nextEvent,
              older != null ? older.firstAt() : at,
              at,
              severity,
              notice.reason().word(),
              notice.about(),
              notice.message(),
              older != null ? older.count() + 1 : 1));
      if (events.size() > EVENTS) {
        events.removeFirst();
      }
      eventsChanged = true;
    }
  }

  void publish(Root root, Instant at) {
    boolean isNews;
    synchronized (lock) {
      isNews = eventsChanged;
      eventsChanged = false;
      if (root.verdicts() != published.root().verdicts()) {
        root.verdicts().forEach(this::noteVerdict);
      }
    }
    // Heartbeats change the root, and nothing that anyone is shown.
    var before = published.root();
    boolean changed =
        isNews
            || root.workloads() != before.workloads()
            || root.verdicts() != before.verdicts()
            || !commitOf(root).equals(commitOf(before))
            || root.autoscalers() != before.autoscalers()
            || root.lead() != before.lead()
            || root.open() != before.open()
            || nodesDiffer(root, before);
    if (changed) {
      published = new Published(root, sources.get().catalog(), published.number() + 1, at);
      synchronized (news) {
        news.notifyAll();
      }
    }
  }

  private static String commitOf(Root root) {
    return root.accepted().map(DesiredState::commit).orElse("");
  }

  @SuppressWarnings({"ReferenceEquality", "OptionalEquality"}) // the same one is equal
  private static boolean nodesDiffer(Root root, Root before) {
    var isOther = new AtomicBoolean();
    PagedMap.difference(
        before.nodes(),
        root.nodes(),
        (_, old, now) -> {
          if (old == null
              || now == null
              || old.isReady() != now.isReady()
              || old.pods() != now.pods()
              || old.info() != now.info() && !old.info().equals(now.info())) {
            isOther.set(true);
          }
        });
    return isOther.get();
  }

  private void noteVerdict(String commit, Verdict verdict) {
    if (verdicts.put(commit, verdict) == null) {
      verdictOrder.addLast(commit);
      if (verdictOrder.size() > VERDICTS) {
        verdicts.remove(verdictOrder.removeFirst());
      }
    }
  }

  private void notifyListeners() {
    long told = 0;
    try {
      while (!closed) {
        synchronized (news) {
          while (published.number() == told && !closed) {
            news.wait(1_000);
          }
        }
        told = published.number();
        listeners.forEach(Runnable::run);
        Thread.sleep(PACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void close() {
    closed = true;
    notifier.interrupt();
  }

  // --- read by anyone

  @Override
  public Published published() {
    return published;
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public List<HappenedEvent> events() {
    synchronized (lock) {
      return new ArrayList<>(events);
    }
  }

  @Override
  public List<CommitLine> commits() {
    var root = published.root();
    var accepted = root.accepted().map(DesiredState::commit).orElse("");
    var lines = new ArrayList<CommitLine>();
    for (CommitInfo commit : sources.get().recentCommits()) {
      Optional<Verdict> verdict;
      synchronized (lock) {
        verdict = Optional.ofNullable(verdicts.get(commit.sha()));
      }
      lines.add(
          new CommitLine(
              commit.sha(),
              commit.subject(),
              commit.author(),
              commit.at(),
              verdict,
              commit.sha().equals(accepted),
              commit.sha().equals(root.tip())));
    }
    return lines;
  }

  @Override
  public ClusterInfo info() {
    return new ClusterInfo(
        info.cluster(),
        info.repository(),
        info.branch(),
        info.path(),
        info.recordBranch(),
        info.version(),
        info.startedAt(),
        sources.get().gitStatus(),
        published.root().epoch());
  }

  @Override
  public LogStream openLog(LogRequest request, LogSink sink) {
    var reader = new SinkReader(sink);
    var stop =
        sources
            .get()
            .gateway()
            .readLog(
                request.node(),
                request.uid(),
                request.container(),
                request.follow(),
                request.previous(),
                request.timestamps(),
                Math.toIntExact(request.tail().orElse(-1)),
                request.since().map(it -> Math.toIntExact(it.toSeconds())).orElse(0),
                reader);
    reader.stop = stop;
    return () -> {
      reader.stopped = true;
      stop.run();
    };
  }

  private static final class SinkReader implements AgentGateway.LogReader {
    private final LogSink sink;
    private volatile boolean stopped;
    private volatile Runnable stop = () -> {};

    SinkReader(LogSink sink) {
      this.sink = sink;
    }

    @Override
    public void piece(byte[] bytes) {
      if (!stopped && !sink.chunk(bytes)) {
        stopped = true;
        stop.run();
      }
    }

    @Override
    public void end(String error) {
      if (stopped) {
        return;
      }
      if (error.isEmpty()) {
        sink.end();
      } else {
        sink.failed(error);
      }
    }
  }

  @Override
  public List<RecordedDecision> history(ObjectKey key) {
    return sources.get().archive().history(key);
  }

  /// Where each object's text lies now: one that was moved since shows as written anew.
  @Override
  public Optional<String> diff(List<ObjectKey> objects, String from, String to) {
    Catalog catalog = published.catalog();
    var places = new ArrayList<Archive.Place>();
    for (ObjectKey key : objects) {
      catalog.entry(key).ifPresent(it -> places.add(new Archive.Place(key, it.path())));
    }
    return sources.get().archive().diff(places, from, to);
  }

  /// Something that readers asked for is known now, though nothing is published anew.
  void tellListeners() {
    listeners.forEach(Runnable::run);
  }

  @Override
  public void lookAtGit() {
    sources.get().lookAtGit();
  }

  @Override
  public SortedMap<String, Double> gauges() {
    SortedMap<String, Double> gauges = new TreeMap<>();
    gauges.put("reeve_core_steps_total", (double) sources.get().steps());
    gauges.put("reeve_agents_connected", (double) sources.get().gateway().connected().size());
    return gauges;
  }

  @Override
  public SortedMap<String, UsedNode> usage() {
    return sources.get().gateway().usage();
  }

  @Override
  public List<Counter> counters() {
    return sources.get().gateway().counters();
  }
}
