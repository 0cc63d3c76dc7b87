package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Decisions on their way to the record branch: at most one push at a time and one a second. What
/// is decided meanwhile waits, and goes with the next push.
///
/// @param waiting decided since the last push
/// @param inFlight the push that has no answer yet
/// @param recorded sequence of the last decision that is in Git
/// @param pushedAt when the last push began
/// @param failures pushes that failed in a row
/// @param retryAt when a failed push is tried again
public record RecordQueue(
    long nextSequence,
    PagedMap<Long, Decision> waiting,
    Optional<InFlight> inFlight,
    long recorded,
    Instant pushedAt,
    int failures,
    Instant retryAt) {
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final Duration MAX_BACK_OFF = Duration.ofSeconds(30);

  /// After this a push without an answer is taken for failed; the edge finds out by its commits'
  /// ids whether it arrived after all.
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  /// @param last sequence of the newest decision in it
  /// @param awaiting workloads whose next step, or whose old pods' end, waits for it
  /// @param joined nodes that wait for it
  public record InFlight(
      long request,
      List<RecordCommit> commits,
      List<ObjectKey> awaiting,
      List<String> joined,
      long last,
      Instant deadline) {
    public InFlight {
      commits = List.copyOf(commits);
      awaiting = List.copyOf(awaiting);
      joined = List.copyOf(joined);
    }
  }

  public static RecordQueue start() {
    return new RecordQueue(
        1, PagedMap.empty(), Optional.empty(), 0, Instant.EPOCH, 0, Instant.EPOCH);
  }

  public RecordQueue with(Decision decision) {
    return new RecordQueue(
        nextSequence + 1,
        waiting.with(decision.sequence(), decision),
        inFlight,
        recorded,
        pushedAt,
        failures,
        retryAt);
  }

  public boolean isIdle() {
    return waiting.isEmpty() && inFlight.isEmpty();
  }

  /// When something is to be done; empty while there is nothing to do.
  public Optional<Instant> due() {
    if (inFlight.isPresent()) {
      return Optional.of(
          failures > 0 && retryAt.isAfter(pushedAt) ? retryAt : inFlight.get().deadline());
    }
    return waiting.isEmpty() ? Optional.empty() : Optional.of(pushedAt.plus(WINDOW));
  }

  /// Whether a new push may start.
  public boolean mayPush(Instant now) {
    return inFlight.isEmpty() && !waiting.isEmpty() && !now.isBefore(pushedAt.plus(WINDOW));
  }

  /// Whether the push under way has failed and is to be tried again, with the same commits.
  public boolean mayRetry(Instant now) {
    return inFlight.isPresent()
        && failures > 0
        && retryAt.isAfter(pushedAt)
        && !now.isBefore(retryAt);
  }

  public boolean isOverdue(Instant now) {
    return inFlight.isPresent()
        && !(failures > 0 && retryAt.isAfter(pushedAt))
        && !now.isBefore(inFlight.get().deadline());
  }

  public RecordQueue pushing(long request, List<RecordCommit> commits, Instant now) {
    long last = nextSequence - 1;
    return new RecordQueue(
        nextSequence,
        PagedMap.empty(),
        Optional.of(new InFlight(request, commits, awaiting(), joined(), last, now.plus(DEADLINE))),
        recorded,
        now,
        failures,
        retryAt);
  }

  private List<String> joined() {
    var names = new ArrayList<String>();
    for (Decision decision : waiting.values()) {
      if (decision.file().orElse(null) instanceof RecordFile.NodeFile node) {
        names.add(node.name());
      }
    }
    return names;
  }

  private List<ObjectKey> awaiting() {
    var keys = new ArrayList<ObjectKey>();
    for (Decision decision : waiting.values()) {
      boolean placesIdentities =
          decision.file().orElse(null) instanceof RecordFile.WorkloadFile workload
              && !workload.placements().isEmpty();
      if (decision.reason().isWrittenAhead() || placesIdentities) {
        decision.about().ifPresent(keys::add);
      }
    }
    return keys;
  }

  public RecordQueue retrying(long request, Instant now) {
    var push = inFlight.orElseThrow();
    return new RecordQueue(
        nextSequence,
        waiting,
        Optional.of(
            new InFlight(
                request,
                push.commits(),
                push.awaiting(),
                push.joined(),
                push.last(),
                now.plus(DEADLINE))),
        recorded,
        now,
        failures,
        retryAt);
  }

  public RecordQueue succeeded() {
    return new RecordQueue(
        nextSequence,
        waiting,
        Optional.empty(),
        inFlight.orElseThrow().last(),
        pushedAt,
        0,
        Instant.EPOCH);
  }

  /// Waits 1, 2, 4 seconds and so on up to half a minute.
  public RecordQueue failed(Instant now) {
    var backOff = Duration.ofSeconds(1L << Math.min(failures, 5));
    if (backOff.compareTo(MAX_BACK_OFF) > 0) {
      backOff = MAX_BACK_OFF;
    }
    // Later than the push itself even where the failure came in the same instant.
    return new RecordQueue(
        nextSequence, waiting, inFlight, recorded, pushedAt, failures + 1, now.plus(backOff));
  }

  public RecordQueue dropped() {
    return new RecordQueue(
        nextSequence, PagedMap.empty(), Optional.empty(), recorded, pushedAt, 0, Instant.EPOCH);
  }

  /// The commits for what waits. Decisions of one cause share a commit.
  public List<RecordCommit> commits(long epoch) {
    record Cause(Reason reason, String commit) {}
    var byCause = new LinkedHashMap<Cause, List<Decision>>();
    for (Decision decision : waiting.values()) {
      byCause
          .computeIfAbsent(
              new Cause(decision.reason(), decision.commit()), cause -> new ArrayList<>())
          .add(decision);
    }
    // Causes interleave, and a file must end as its newest decision left it: that is what every
    // commit of this push says of it.
    SortedMap<String, Optional<RecordFile>> newest = new TreeMap<>();
    waiting.values().forEach(decision -> newest.put(decision.path(), decision.file()));
    var commits = new ArrayList<RecordCommit>();
    byCause.forEach((cause, decisions) -> commits.add(commit(decisions, newest, epoch)));
    return commits;
  }

  private static RecordCommit commit(
      List<Decision> decisions, SortedMap<String, Optional<RecordFile>> newest, long epoch) {
    var first = decisions.getFirst();
    var about = new TreeSet<ObjectKey>();
    var lines = new ArrayList<String>();
    SortedMap<String, Optional<RecordFile>> files = new TreeMap<>();
    // Each once, in their order.
    var subjects = new LinkedHashMap<String, Decision>();
    for (Decision decision : decisions) {
      decision.about().ifPresent(about::add);
      subjects.putIfAbsent(decision.subject(), decision);
      lines.addAll(decision.lines());
      files.put(decision.path(), newest.getOrDefault(decision.path(), decision.file()));
    }
    String subject = first.subject();
    if (subjects.size() > 1) {
      // The newest says where the one resource stands; of several, how many they are.
      subject =
          about.size() <= 1
              ? decisions.getLast().subject()
              : about.size() + " objects: " + first.reason().word();
      lines.addAll(0, subjects.keySet());
    }
    return new RecordCommit(
        subject, lines, new ArrayList<>(about), first.commit(), first.reason(), epoch, files);
  }
}
