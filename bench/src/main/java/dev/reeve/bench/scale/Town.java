package dev.reeve.bench.scale;

import static java.util.Objects.requireNonNull;

import dev.reeve.bench.Heap;
import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Root;
import dev.reeve.manifest.RecordFiles;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The whole core on the calling thread, as the control plane's loop drives it, and a [Fleet]
/// beside it. Git takes everything at once.
final class Town implements AutoCloseable {
  static final String CLUSTER = "bench";
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofMillis(5);
  private static final Duration STALL = Duration.ofSeconds(3);

  /// As the control plane's loop has it.
  private static final int TOGETHER = 100;

  private final Instant start = Instant.parse("2026-01-01T00:00:00Z");
  private final long startNanos = System.nanoTime();
  private @Nullable Core core;
  private final Inbox inbox = new Inbox();
  private final Fleet fleet;
  private final ArrayDeque<Event> answers = new ArrayDeque<>();
  private final List<String> heard;
  private @Nullable SortedMap<String, byte[]> record;
  private Duration skipped = Duration.ZERO;
  private Instant lastLook;
  private Instant lastTick;
  private Instant wakeAt = Instant.MAX;
  private boolean isLeft;
  private int ticks;
  private long cpuNanos;
  private long steps;
  private long longest;

  Town(SortedMap<String, NodeInfo> nodes) {
    core = new Core(CLUSTER, start);
    fleet = new Fleet(nodes, inbox);
    heard = new ArrayList<>(fleet.names());
    lastLook = now();
    lastTick = lastLook;
    fleet.start();
  }

  Root root() {
    return core().root();
  }

  private Core core() {
    return requireNonNull(core);
  }

  /// Lets go of the core and all that only it holds; nothing can be done here any more.
  void forgetCore() {
    core = null;
  }

  Fleet fleet() {
    return fleet;
  }

  Instant now() {
    return start.plusNanos(System.nanoTime() - startNanos).plus(skipped);
  }

  /// CPU time inside the core's steps.
  double cpuSeconds() {
    return cpuNanos / 1e9;
  }

  long steps() {
    return steps;
  }

  /// The longest step since the last call.
  double longestMillis() {
    double millis = longest / 1e6;
    longest = 0;
    return millis;
  }

  /// Keeps what is recorded, as a repository would.
  void keepRecord() {
    record = new TreeMap<>();
  }

  /// The text of the record's files by path.
  SortedMap<String, byte[]> record() {
    return requireNonNull(record);
  }

  /// A fresh core takes the place of this one; nodes and record stay.
  void restart() {
    core = new Core(CLUSTER, now());
    answers.clear();
    wakeAt = Instant.MAX;
    isLeft = false;
    inbox.take();
  }

  /// Begins with an empty record, and all nodes connect.
  void begin(ClusterSettings settings) {
    step(
        new Event.Started(
            settings,
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    connect();
  }

  /// All nodes say everything they have to say.
  void connect() {
    heard.forEach(fleet::tellAll);
  }

  /// From now on this node is silent.
  void lose(String node) {
    heard.remove(node);
    fleet.lose(node);
  }

  /// Lets time pass that nobody waits for, a second at a time, with all signs of life in it.
  void skip(Duration time) {
    for (long i = 0; i < time.toSeconds(); i++) {
      skipped = skipped.plus(TICK);
      lastLook = now();
      tick(lastLook, heard);
    }
  }

  /// Runs until the state is as it should be.
  ///
  /// @return how long that took
  Duration until(Predicate<Root> isThere, Duration atMost) throws InterruptedException {
    long from = System.nanoTime();
    while (!isThere.test(root())) {
      if (System.nanoTime() - from > atMost.toNanos()) {
        throw new IllegalStateException(
            "not there after "
                + atMost
                + ": "
                + root().unhealthy().size()
                + " of "
                + root().workloads().size()
                + " workloads are unhealthy; the first: "
                + root().unhealthy().firstKey().map(this::told).orElse(""));
      }
      round();
    }
    return Duration.ofNanos(System.nanoTime() - from);
  }

  private String told(ObjectKey key) {
    var workload = root().workloads().get(key).orElseThrow();
    return key
        + " "
        + workload.phase()
        + ", "
        + workload.readyPods()
        + " of "
        + workload.pods().size()
        + " pods ready: "
        + root().unhealthy().get(key).orElse("");
  }

  /// Runs until nobody has anything to say.
  void settle() throws InterruptedException {
    int quiet = 0;
    while (quiet < 20) {
      long before = steps;
      round();
      quiet = steps == before ? quiet + 1 : 0;
    }
  }

  /// Sees to what has come in.
  void round() throws InterruptedException {
    fleet.check();
    look();
    var taken = inbox.take();
    for (String node : taken.fullOrders()) {
      look();
      step(new Event.FullOrderAsked(node));
    }
    var reports = new ArrayList<Event.NodeReport>();
    taken
        .reports()
        .forEach((node, report) -> reports.add(new Event.NodeReport(node, "id-" + node, report)));
    for (int from = 0; from < reports.size(); from += TOGETHER) {
      look();
      step(
          new Event.NodesReported(
              reports.subList(from, Math.min(from + TOGETHER, reports.size()))));
    }
    boolean answered = !answers.isEmpty();
    while (!answers.isEmpty()) {
      step(answers.remove());
    }
    var now = now();
    if (isLeft || !now.isBefore(wakeAt)) {
      isLeft = false;
      wakeAt = Instant.MAX;
      step(new Event.Woken());
    } else if (taken.isEmpty() && !answered) {
      inbox.await(wakeAt.isBefore(now.plus(IDLE)) ? 1 : IDLE.toMillis());
    }
  }

  /// Signs of life come before anything else, so that nobody seems silent who is not looked at.
  private void look() {
    var now = now();
    var gap = Duration.between(lastLook, now);
    lastLook = now;
    if (gap.compareTo(STALL) > 0) {
      step(new Event.Stalled(gap.minus(TICK)));
    }
    if (!now.isBefore(lastTick.plus(TICK))) {
      // Each node is heard every two seconds.
      var half = heard.size() / 2;
      tick(now, ticks++ % 2 == 0 ? heard.subList(0, half) : heard.subList(half, heard.size()));
    }
  }

  private void tick(Instant now, List<String> names) {
    lastTick = now;
    step(new Event.NodesHeard(names), now);
  }

  /// @return how long the core took, in nanoseconds
  long step(Event event) {
    return step(event, now());
  }

  private long step(Event event, Instant now) {
    long from = System.nanoTime();
    long cpuFrom = Heap.cpuNanos();
    var effects = core().step(event, now);
    cpuNanos += Heap.cpuNanos() - cpuFrom;
    long took = System.nanoTime() - from;
    longest = Math.max(longest, took);
    steps++;
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Order order -> fleet.order(order);
        case Effect.Route route -> fleet.route(route);
        case Effect.AskReport(var node) -> fleet.tellAll(node);
        case Effect.Request.Append append -> {
          append.commits().forEach(this::keep);
          answers.add(new Event.Answered(append.id(), new Event.Answer.Ok()));
        }
        case Effect.Request.Annotate note ->
            answers.add(new Event.Answered(note.id(), new Event.Answer.Ok()));
        case Effect.Continue _ -> isLeft = true;
        case Effect.WakeAt(var at) -> wakeAt = at.isBefore(wakeAt) ? at : wakeAt;
        case Effect.Notice notice -> {
          if (notice.message().startsWith("dropped")) {
            throw new IllegalStateException(notice.message());
          }
        }
        case Effect.JoinAnswered _,
            Effect.ReadRecord _,
            Effect.Request.Restore _,
            Effect.Request.UpdateImages _,
            Effect.Request.Measure _,
            Effect.Request.Query _ ->
            throw new IllegalStateException("nothing here leads to " + effect);
      }
    }
    return took;
  }

  private void keep(RecordCommit commit) {
    var kept = record;
    if (kept != null) {
      commit
          .files()
          .forEach((path, file) ->
              file.ifPresentOrElse(
                  it -> kept.put(path, RecordFiles.bytes(it)), () -> kept.remove(path)));
    }
  }

  @Override
  public void close() {
    fleet.close();
  }
}
