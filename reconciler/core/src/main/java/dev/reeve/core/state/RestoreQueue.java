package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Workloads whose text is to be restored in Git because their release failed: one request at a
/// time, for all that wait.
///
/// @param wanted with the decision that must be in Git before
/// @param own commits that restored text: what they bring is not answered with another
/// @param notBefore the next request; those that fail together go together
public record RestoreQueue(
    SortedMap<ObjectKey, Long> wanted,
    Optional<InFlight> inFlight,
    SortedSet<String> own,
    int failures,
    Instant notBefore) {
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final int MAX_BACK_OFF_SECONDS = 30;

  public RestoreQueue {
    wanted = Collections.unmodifiableSortedMap(wanted);
    own = Collections.unmodifiableSortedSet(own);
  }

  public record InFlight(long request, List<ObjectKey> keys, Instant deadline) {
    public InFlight {
      keys = List.copyOf(keys);
    }
  }

  public static RestoreQueue start() {
    return new RestoreQueue(new TreeMap<>(), Optional.empty(), new TreeSet<>(), 0, Instant.EPOCH);
  }

  public boolean isIdle() {
    return wanted.isEmpty() && inFlight.isEmpty();
  }

  /// Takes one in; the decision it waits for stays the first that was named.
  public RestoreQueue with(ObjectKey key, long decision, Instant now) {
    if (wanted.containsKey(key)) {
      return this;
    }
    var more = new TreeMap<>(wanted);
    more.put(key, decision);
    var first = now.plus(WINDOW);
    return new RestoreQueue(
        more, inFlight, own, failures, first.isAfter(notBefore) ? first : notBefore);
  }

  public RestoreQueue without(ObjectKey key) {
    if (!wanted.containsKey(key)) {
      return this;
    }
    var fewer = new TreeMap<>(wanted);
    fewer.remove(key);
    return new RestoreQueue(fewer, inFlight, own, failures, notBefore);
  }

  public RestoreQueue owning(String commit) {
    var more = new TreeSet<>(own);
    more.add(commit);
    return new RestoreQueue(wanted, inFlight, more, failures, notBefore);
  }

  /// Those whose decision is in Git.
  public List<ObjectKey> ready(long recorded) {
    return wanted.entrySet().stream()
        .filter(it -> it.getValue() <= recorded)
        .map(Map.Entry::getKey)
        .toList();
  }

  /// When something is to be done; empty while there is nothing to wait for.
  public Optional<Instant> due(long recorded) {
    if (inFlight.isPresent()) {
      return inFlight.map(InFlight::deadline);
    }
    return ready(recorded).isEmpty() ? Optional.empty() : Optional.of(notBefore);
  }

  public boolean isOverdue(Instant now) {
    return inFlight.isPresent() && !now.isBefore(inFlight.get().deadline());
  }

  public RestoreQueue asking(long request, List<ObjectKey> keys, Instant now) {
    return new RestoreQueue(
        wanted,
        Optional.of(new InFlight(request, keys, now.plus(DEADLINE))),
        own,
        failures,
        notBefore);
  }

  /// It was done, or cannot be done: those asked for wait no longer.
  public RestoreQueue answered() {
    var fewer = new TreeMap<>(wanted);
    inFlight.ifPresent(it -> it.keys().forEach(fewer::remove));
    return new RestoreQueue(fewer, Optional.empty(), own, 0, notBefore);
  }

  /// Waits 1, 2, 4 seconds and so on up to half a minute.
  public RestoreQueue failed(Instant now) {
    int seconds = Math.min(MAX_BACK_OFF_SECONDS, 1 << Math.min(failures, 5));
    return new RestoreQueue(wanted, Optional.empty(), own, failures + 1, now.plusSeconds(seconds));
  }
}
