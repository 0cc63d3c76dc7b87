package dev.reeve.core.state;

import dev.reeve.core.model.Verdict;
import dev.reeve.core.paged.PagedMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Verdicts on their way to the notes: one push at a time and one a second. A newer verdict on the
/// same commit takes the place of one that waits.
public record NoteQueue(
    PagedMap<String, Verdict> waiting,
    Optional<InFlight> inFlight,
    Instant pushedAt,
    int failures,
    Instant retryAt) {
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  public record InFlight(long request, SortedMap<String, Verdict> notes, Instant deadline) {
    public InFlight {
      notes = Collections.unmodifiableSortedMap(notes);
    }
  }

  public static NoteQueue start() {
    return new NoteQueue(PagedMap.empty(), Optional.empty(), Instant.EPOCH, 0, Instant.EPOCH);
  }

  public boolean isIdle() {
    return waiting.isEmpty() && inFlight.isEmpty();
  }

  public Optional<Instant> due() {
    if (inFlight.isPresent()) {
      return Optional.of(inFlight.get().deadline());
    }
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    var window = pushedAt.plus(WINDOW);
    return Optional.of(window.isAfter(retryAt) ? window : retryAt);
  }

  public boolean mayPush(Instant now) {
    return inFlight.isEmpty() && due().isPresent() && !now.isBefore(due().get());
  }

  public boolean isOverdue(Instant now) {
    return inFlight.isPresent() && !now.isBefore(inFlight.get().deadline());
  }

  public NoteQueue with(String commit, Verdict verdict) {
    return new NoteQueue(waiting.with(commit, verdict), inFlight, pushedAt, failures, retryAt);
  }

  public NoteQueue pushing(long request, Instant now) {
    var notes = new TreeMap<String, Verdict>();
    waiting.forEach(notes::put);
    return new NoteQueue(
        PagedMap.empty(),
        Optional.of(new InFlight(request, notes, now.plus(DEADLINE))),
        now,
        failures,
        retryAt);
  }

  public NoteQueue succeeded() {
    return new NoteQueue(waiting, Optional.empty(), pushedAt, 0, Instant.EPOCH);
  }

  /// What failed waits again, unless something newer was said of the same commit.
  public NoteQueue failed(Instant now) {
    var again = PagedMap.copyOf(inFlight.orElseThrow().notes()).edit();
    waiting.forEach(again::put);
    var backOff = Duration.ofSeconds(Math.min(30, 1L << Math.min(failures, 5)));
    return new NoteQueue(
        again.publish(), Optional.empty(), pushedAt, failures + 1, now.plus(backOff));
  }
}
