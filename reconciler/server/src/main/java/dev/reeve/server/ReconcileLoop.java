package dev.reeve.server;

import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.state.Root;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that steps the core: takes the next event, steps, publishes the root, hands the
/// effects out. Everything else in the control plane puts events in or reads roots.
///
/// Of a node at most one report waits: a newer one is folded into it. Signs of life wait as a set
/// and enter as one event a second. So the queue is bounded by what there is, not by how fast it
/// talks.
public final class ReconcileLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReconcileLoop.class);
  private static final Duration TICK = Duration.ofSeconds(1);

  /// The loop looks at the clock at least every tick; a longer gap was the machine's or the
  /// collector's doing.
  private static final Duration STALL = Duration.ofSeconds(2);

  /// Reports that are taken in before anything is decided.
  private static final int TOGETHER = 100;

  private record Reported(String identity, Report report) {}

  private final Core core;
  private final LoopTime time;
  private final EffectHandler handler;
  private final LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>();
  private final Object reportsLock = new Object();
  private final TreeMap<String, Reported> reports = new TreeMap<>();
  private final HashSet<String> heard = new HashSet<>();
  private final TreeMap<String, NodeUsage> used = new TreeMap<>();
  private final Thread thread;
  private volatile Root root;
  private volatile boolean closed;
  private volatile Instant wakeAt = Instant.MAX;
  private long steps;
  private boolean isLeft;
  private Instant lastLook;
  private Instant lastTick;

  public ReconcileLoop(String cluster, LoopTime time, EffectHandler handler) {
    this.time = time;
    this.handler = handler;
    core = new Core(cluster, time.now());
    root = core.root();
    lastLook = time.now();
    lastTick = lastLook;
    thread = Thread.ofPlatform().name("reconcile-loop").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// The state after the last step. Immutable; keep it as long as you like.
  public Root root() {
    return root;
  }

  public void submit(Event event) {
    queue.add(event);
  }

  public void submitReport(String node, String identity, Report report) {
    synchronized (reportsLock) {
      var waiting = reports.get(node);
      reports.put(
          node,
          new Reported(identity, waiting == null ? report : waiting.report().followedBy(report)));
      heard.add(node);
      if (waiting != null) {
        return;
      }
    }
    // An event without content: it only wakes the loop, which then takes all reports that wait.
    submit(new Event.Woken());
  }

  public void submitHeartbeat(String node) {
    synchronized (reportsLock) {
      heard.add(node);
    }
  }

  /// Of a node only what it measured last counts.
  public void submitUsage(String node, NodeUsage usage) {
    synchronized (reportsLock) {
      used.put(node, usage);
    }
  }

  private void run() {
    while (!closed) {
      try {
        var event = next();
        look();
        takeReports();
        if (event != null && !(event instanceof Event.Woken)) {
          step(event, time.now());
        }
        var now = time.now();
        if (isLeft || !now.isBefore(wakeAt)) {
          isLeft = false;
          wakeAt = Instant.MAX;
          step(new Event.Woken(), now);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // The core keeps its own house; this is the last net, for the hands.
        LOG.error("an effect could not be handed out", e);
      }
    }
  }

  private @Nullable Event next() throws InterruptedException {
    if (isLeft) {
      return queue.poll();
    }
    var until = lastTick.plus(TICK);
    if (wakeAt.isBefore(until)) {
      until = wakeAt;
    }
    long millis = Math.max(0, Duration.between(time.now(), until).toMillis() + 1);
    return queue.poll(millis, TimeUnit.MILLISECONDS);
  }

  private void takeReports() {
    var taken = new TreeMap<String, Reported>();
    synchronized (reportsLock) {
      taken.putAll(reports);
      reports.clear();
    }
    var all = new ArrayList<Event.NodeReport>();
    taken.forEach((node, it) -> all.add(new Event.NodeReport(node, it.identity(), it.report())));
    for (int from = 0; from < all.size(); from += TOGETHER) {
      int to = Math.min(from + TOGETHER, all.size());
      step(new Event.NodesReported(all.subList(from, to)), time.now());
      look();
    }
  }

  /// Looks at the clock, and every tick at the signs of life, however much else there is to do: a
  /// node is not silent because nobody looked.
  private void look() {
    var now = time.now();
    var gap = Duration.between(lastLook, now);
    lastLook = now;
    if (gap.compareTo(TICK.plus(STALL)) > 0) {
      step(new Event.Stalled(gap.minus(TICK)), now);
    }
    if (!now.isBefore(lastTick.plus(TICK))) {
      lastTick = now;
      takeHeartbeats(now);
      takeUsage(now);
    }
  }

  /// All that was measured since the last tick is one event, and none where nobody scales by it.
  private void takeUsage(Instant now) {
    var taken = new ArrayList<Event.NodeMeasured>();
    synchronized (reportsLock) {
      used.forEach((node, usage) -> taken.add(new Event.NodeMeasured(node, usage)));
      used.clear();
    }
    if (!taken.isEmpty() && !root.autoscalers().isEmpty()) {
      step(new Event.NodesMeasured(taken), now);
    }
  }

  private void takeHeartbeats(Instant now) {
    ArrayList<String> names;
    synchronized (reportsLock) {
      names = new ArrayList<>(heard);
      heard.clear();
    }
    if (!names.isEmpty()) {
      names.sort(null);
      step(new Event.NodesHeard(names), now);
    }
  }

  private void step(Event event, Instant now) {
    var effects = core.step(event, now);
    steps++;
    root = core.root();
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Order order -> handler.order(order);
        case Effect.Route route -> handler.route(route);
        case Effect.AskReport(var node) -> handler.askReport(node);
        case Effect.JoinAnswered answer -> handler.joinAnswered(answer);
        case Effect.ReadRecord _ -> handler.readRecord();
        case Effect.Request request -> handler.request(request);
        case Effect.Notice notice -> handler.notice(notice, now);
        case Effect.WakeAt(var at) -> wake(at);
        case Effect.Continue _ -> isLeft = true;
      }
    }
    handler.published();
  }

  private void wake(Instant at) {
    if (at.isBefore(wakeAt)) {
      wakeAt = at;
      handler.wakeAt(at);
    }
  }

  /// Rung by a timer: looks whether a deadline has come.
  public void ring() {
    submit(new Event.Woken());
  }

  public long steps() {
    return steps;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
