package dev.reeve.core.state;

import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.RecordFile.ImagePolicyFile;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What is known of images that are followed, and the commit that is asked for on their behalf: one
/// at a time, for all that are to change.
///
/// @param policies by the key of their ImagePolicy
/// @param workloads that run any of the images
/// @param pushedOn the tip that the last commit was pushed on: until another is seen, that commit
///   is on its way
/// @param notBefore the next request; what is found together goes together
/// @param isDue something has changed that a choice depends on
public record FollowedImages(
    SortedMap<ObjectKey, Following> policies,
    SortedSet<ObjectKey> workloads,
    Optional<InFlight> inFlight,
    String pushedOn,
    int failures,
    Instant notBefore,
    boolean isDue) {
  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final int MAX_BACK_OFF_SECONDS = 30;

  public FollowedImages {
    policies = Collections.unmodifiableSortedMap(new TreeMap<>(policies));
    workloads = Collections.unmodifiableSortedSet(new TreeSet<>(workloads));
  }

  /// @param found what the registry had, when it was last asked
  /// @param recorded the image that the text names, and those that are passed over
  /// @param tried what cannot be brought into the text
  public record Following(Optional<Found> found, ImagePolicyFile recorded, Optional<Tried> tried) {
    public static Following blank(ObjectKey key) {
      return new Following(
          Optional.empty(),
          new ImagePolicyFile(key, Optional.empty(), List.of()),
          Optional.empty());
    }

    public Following with(ImagePolicyFile now) {
      return new Following(found, now, tried);
    }

    public Following with(Found now) {
      return new Following(Optional.of(now), recorded, tried);
    }

    public Following with(Tried now) {
      return new Following(found, recorded, Optional.of(now));
    }

    /// Whether it is passed over because a release with it has failed.
    public boolean hasRejected(ImageTag image) {
      return recorded.rejected().stream().anyMatch(it -> image.isMeantBy(it.image()));
    }
  }

  /// @param rules by which they are in order, as [dev.reeve.core.model.ImagePolicy#rules]
  /// @param ranked the newest first
  public record Found(String rules, List<ImageTag> ranked) {
    public Found {
      ranked = List.copyOf(ranked);
    }
  }

  /// @param tip on which it was tried; empty where the tip is no matter
  public record Tried(String tip, ImageTag image) {}

  public record InFlight(long request, String tip, List<ImageChange> changes, Instant deadline) {
    public InFlight {
      changes = List.copyOf(changes);
    }
  }

  public static FollowedImages start() {
    return new FollowedImages(
        new TreeMap<>(), new TreeSet<>(), Optional.empty(), "", 0, Instant.EPOCH, false);
  }

  /// What registries have is still true after everything else was forgotten.
  public FollowedImages forgotten() {
    var found = new TreeMap<ObjectKey, Following>();
    policies.forEach((key, it) ->
        it.found().ifPresent(known -> found.put(key, Following.blank(key).with(known))));
    return new FollowedImages(
        found, new TreeSet<>(), Optional.empty(), "", 0, Instant.EPOCH, false);
  }

  public Optional<Following> of(ObjectKey key) {
    return Optional.ofNullable(policies.get(key));
  }

  public FollowedImages with(ObjectKey key, Following following) {
    var more = new TreeMap<>(policies);
    more.put(key, following);
    return new FollowedImages(more, workloads, inFlight, pushedOn, failures, notBefore, isDue);
  }

  public FollowedImages without(ObjectKey key) {
    var fewer = new TreeMap<>(policies);
    fewer.remove(key);
    return new FollowedImages(fewer, workloads, inFlight, pushedOn, failures, notBefore, isDue);
  }

  public FollowedImages runBy(SortedSet<ObjectKey> now) {
    return new FollowedImages(policies, now, inFlight, pushedOn, failures, notBefore, isDue);
  }

  /// Something has changed: after a moment, in which more may change, it is looked at.
  public FollowedImages due(Instant now) {
    var first = isDue ? notBefore : now.plus(WINDOW);
    return new FollowedImages(
        policies,
        workloads,
        inFlight,
        pushedOn,
        failures,
        first.isAfter(notBefore) ? first : notBefore,
        true);
  }

  public FollowedImages looked() {
    return new FollowedImages(policies, workloads, inFlight, pushedOn, failures, notBefore, false);
  }

  public boolean isOverdue(Instant now) {
    return inFlight.isPresent() && !now.isBefore(inFlight.get().deadline());
  }

  public FollowedImages asking(long request, String tip, List<ImageChange> changes, Instant now) {
    return new FollowedImages(
        policies,
        workloads,
        Optional.of(new InFlight(request, tip, changes, now.plus(DEADLINE))),
        pushedOn,
        failures,
        notBefore,
        false);
  }

  /// The commit is made.
  public FollowedImages pushed() {
    return new FollowedImages(
        policies,
        workloads,
        Optional.empty(),
        inFlight.map(InFlight::tip).orElse(""),
        0,
        notBefore,
        isDue);
  }

  /// There is none, and for these images there will be none.
  public FollowedImages givenUp(boolean atThisTip) {
    var next = this;
    for (ImageChange change : inFlight.map(InFlight::changes).orElse(List.of())) {
      var tried =
          new Tried(atThisTip ? inFlight.map(InFlight::tip).orElse("") : "", change.image());
      var following = next.of(change.policy());
      if (following.isPresent()) {
        next = next.with(change.policy(), following.get().with(tried));
      }
    }
    return new FollowedImages(
        next.policies, workloads, Optional.empty(), pushedOn, 0, notBefore, true);
  }

  /// Waits 1, 2, 4 seconds and so on up to half a minute.
  public FollowedImages failed(Instant now) {
    int seconds = Math.min(MAX_BACK_OFF_SECONDS, 1 << Math.min(failures, 5));
    return new FollowedImages(
        policies,
        workloads,
        Optional.empty(),
        pushedOn,
        failures + 1,
        now.plusSeconds(seconds),
        true);
  }
}
