package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImagePolicy;
import dev.reeve.core.model.ImagePolicy.Digests;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Completing;
import dev.reeve.core.model.Workload.Strategy.Scheduled;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile.ImagePolicyFile;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Latest;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Rejected;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.FollowedImages.Following;
import dev.reeve.core.state.FollowedImages.Found;
import dev.reeve.core.state.FollowedImages.Tried;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Brings new images into the text, by a commit that is then rolled out as a person's is. An image
/// that came with a release that failed is recorded as rejected, whoever brought it, and is not
/// chosen again; nothing older than what the text has is chosen instead.
///
/// While a workload that runs an image is rolled out its next image waits, and of several policies
/// of one workload one has its turn at a time: so a failure can be told to its image.
final class Images {
  private static final int REJECTED_MAX = 200;

  private Images() {}

  /// Takes up what the record says.
  static void resume(Draft draft, RecordTree record, DesiredState state) {
    for (ImagePolicyFile file : record.images().values()) {
      var known = draft.images.of(file.key()).orElseGet(() -> Following.blank(file.key()));
      draft.images = draft.images.with(file.key(), known.with(file));
    }
    know(draft, state);
  }

  private static void know(Draft draft, DesiredState state) {
    var running = new TreeSet<ObjectKey>();
    state.images().values().forEach(policy -> running.addAll(policy.workloads()));
    draft.images = draft.images.runBy(running);
    if (!state.images().isEmpty()) {
      draft.images = draft.images.due(draft.now);
    }
  }

  /// A commit is accepted: what it says of images is noted, with the commit that brought it.
  static void taken(Draft draft, DesiredState state) {
    for (ImagePolicy policy : state.images().values()) {
      var following = draft.images.of(policy.key()).orElseGet(() -> Following.blank(policy.key()));
      draft.images = draft.images.with(policy.key(), following);
      var before = draft.accepted.map(it -> it.images().get(policy.key()));
      var known = before.map(ImagePolicy::present).orElse(List.of());
      policy.present().stream()
          .filter(it -> !known.contains(it))
          .findFirst()
          .filter(it -> !following.recorded().latest().map(Latest::image).equals(Optional.of(it)))
          .ifPresent(it ->
              record(
                  draft,
                  policy,
                  Reason.IMAGE_UPDATED,
                  named(policy, it),
                  state.commit(),
                  new ImagePolicyFile(
                      policy.key(),
                      Optional.of(new Latest(it, state.commit())),
                      following.recorded().rejected())));
    }
    for (ObjectKey key : draft.images.policies().keySet()) {
      if (!state.images().containsKey(key)) {
        draft.images = draft.images.without(key);
        draft.decide(
            Reason.PRUNED,
            Optional.of(key),
            key.namespace() + "/" + key.name() + ": no longer followed",
            state.commit(),
            List.of(),
            key.recordPath(),
            Optional.empty());
      }
    }
    know(draft, state);
  }

  private static String named(ImagePolicy policy, ImageTag image) {
    var key = policy.key();
    return key.namespace() + "/" + key.name() + ": " + policy.image() + ":" + image;
  }

  private static void record(
      Draft draft,
      ImagePolicy policy,
      Reason reason,
      String subject,
      String commit,
      ImagePolicyFile file) {
    var following = draft.images.of(policy.key()).orElseGet(() -> Following.blank(policy.key()));
    draft.images = draft.images.with(policy.key(), following.with(file));
    draft.decide(
        reason,
        Optional.of(policy.key()),
        subject,
        commit,
        List.of(),
        file.path(),
        Optional.of(file));
  }

  /// Registries were asked.
  static void found(Draft draft, Event.ImagesFound found) {
    for (Event.ImagesFound.Ranking ranking : found.rankings()) {
      var known =
          draft.images.of(ranking.policy()).orElseGet(() -> Following.blank(ranking.policy()));
      var now = new Found(ranking.rules(), ranking.ranked());
      if (!known.found().equals(Optional.of(now))) {
        draft.images = draft.images.with(ranking.policy(), known.with(now)).due(draft.now);
      }
    }
  }

  /// A workload was decided.
  static void decided(Draft draft, ObjectKey key) {
    if (draft.images.workloads().contains(key)) {
      draft.images = draft.images.due(draft.now);
    }
  }

  static Optional<Instant> due(Draft draft) {
    if (draft.images.inFlight().isPresent()) {
      return draft.images.inFlight().map(it -> it.deadline());
    }
    return draft.images.isDue() && mayAsk(draft)
        ? Optional.of(draft.images.notBefore())
        : Optional.empty();
  }

  /// A tip that is refused is someone's to mend first; the newest wins.
  private static boolean mayAsk(Draft draft) {
    return draft.lead == Root.Lead.LEADING
        && draft.mayOrder()
        && draft.accepted.map(DesiredState::commit).equals(Optional.of(draft.tip));
  }

  static void flush(Draft draft) {
    if (draft.images.isOverdue(draft.now)) {
      draft.images = draft.images.failed(draft.now);
    }
    if (!draft.images.isDue() || draft.lead != Root.Lead.LEADING || !draft.mayOrder()) {
      return;
    }
    var state = draft.accepted.orElseThrow();
    // What failed goes into the record with the failure, whatever else has to wait.
    state.images().values().forEach(policy -> judge(draft, policy));
    if (draft.images.inFlight().isPresent()
        || !mayAsk(draft)
        || !draft.isDecided()
        || draft.now.isBefore(draft.images.notBefore())) {
      return;
    }
    draft.images = draft.images.looked();
    if (draft.images.pushedOn().equals(draft.tip)) {
      return;
    }
    var changes = changes(draft, state);
    if (!changes.isEmpty()) {
      long id = draft.mintRequest();
      draft.images = draft.images.asking(id, draft.tip, changes, draft.now);
      draft.emit(new Effect.Request.UpdateImages(id, draft.epoch, draft.tip, changes));
    }
  }

  // --- what has failed

  private static void judge(Draft draft, ImagePolicy policy) {
    var following = draft.images.of(policy.key());
    var latest = following.flatMap(it -> it.recorded().latest());
    if (latest.isEmpty()) {
      return;
    }
    var image = latest.get().image();
    boolean isRejected = following.get().hasRejected(image);
    for (ObjectKey key : policy.workloads()) {
      var failed = isRejected ? Optional.<Release>empty() : failed(draft, key, latest.get());
      if (failed.isPresent()) {
        reject(
            draft,
            policy,
            following.get(),
            new Rejected(image, draft.now, key, failed.get().ref()));
        return;
      }
    }
    if (isRejected
        && policy.present().equals(List.of(image))
        && !policy.workloads().isEmpty()
        && policy.workloads().stream().allMatch(it -> isRolledOut(draft, it))) {
      accept(draft, policy, following.get(), image);
    }
  }

  /// The release that failed and came with the commit that brought the image.
  private static Optional<Release> failed(Draft draft, ObjectKey key, Latest latest) {
    return draft
        .workloads
        .get(key)
        .flatMap(state ->
            state
                .desired()
                .map(Workload::release)
                .filter(it -> it.commit().equals(latest.commit()))
                .filter(it -> state.failed().contains(it.hash())));
  }

  private static void reject(
      Draft draft, ImagePolicy policy, Following following, Rejected rejected) {
    var all = new ArrayList<>(following.recorded().rejected());
    all.add(rejected);
    record(
        draft,
        policy,
        Reason.IMAGE_REJECTED,
        named(policy, rejected.image())
            + " is rejected: release "
            + rejected.release().hash()
            + " of "
            + rejected.workload()
            + " failed",
        rejected.release().commit(),
        new ImagePolicyFile(
            policy.key(),
            following.recorded().latest(),
            all.subList(Math.max(0, all.size() - REJECTED_MAX), all.size())));
  }

  /// Someone has put it there all the same, and it came through.
  private static void accept(Draft draft, ImagePolicy policy, Following following, ImageTag image) {
    record(
        draft,
        policy,
        Reason.IMAGE_UPDATED,
        named(policy, image) + " is not rejected any more",
        draft.tip,
        new ImagePolicyFile(
            policy.key(),
            following.recorded().latest(),
            following.recorded().rejected().stream()
                .filter(it -> !image.isMeantBy(it.image()))
                .toList()));
  }

  // --- what is to change

  private static List<ImageChange> changes(Draft draft, DesiredState state) {
    var changes = new ArrayList<ImageChange>();
    var concerned = new TreeSet<ObjectKey>();
    for (ImagePolicy policy : state.images().values()) {
      var change = change(draft, policy);
      if (change.isPresent() && policy.workloads().stream().noneMatch(concerned::contains)) {
        concerned.addAll(policy.workloads());
        changes.add(change.get());
      }
    }
    return changes;
  }

  private static Optional<ImageChange> change(Draft draft, ImagePolicy policy) {
    var following = draft.images.of(policy.key());
    var found = following.flatMap(Following::found).filter(it -> it.rules().equals(policy.rules()));
    if (policy.suspended() || policy.marked().isEmpty() || found.isEmpty()) {
      return Optional.empty();
    }
    return choose(policy, found.get().ranked(), following.get())
        .filter(policy::differsFrom)
        .filter(it -> following.get().tried().map(tried -> mayTry(draft, tried, it)).orElse(true))
        .filter(_ -> policy.workloads().stream().allMatch(it -> isAtRest(draft, it)))
        .map(it ->
            new ImageChange(
                policy.key(), policy.image(), policy.present(), it, policy.workloads()));
  }

  private static boolean mayTry(Draft draft, Tried tried, ImageTag image) {
    return !tried.image().equals(image) || !tried.tip().isEmpty() && !tried.tip().equals(draft.tip);
  }

  /// The newest that is not rejected and not older than what the text has.
  static Optional<ImageTag> choose(ImagePolicy policy, List<ImageTag> ranked, Following following) {
    var present = policy.present();
    boolean isPassedOver = false;
    for (ImageTag each : ranked) {
      var image = reflected(policy, present, each);
      boolean isPresent = present.stream().anyMatch(it -> it.tag().equals(each.tag()));
      if (!following.hasRejected(image)) {
        // Where nobody can tell how old what the text has is, only the newest of all is newer.
        boolean isNewEnough = !isPassedOver || isPresent || isAmong(present, ranked);
        boolean isKnown = policy.digests() == Digests.NEVER || !image.digest().isEmpty();
        return isNewEnough && isKnown ? Optional.of(image) : Optional.empty();
      }
      if (isPresent) {
        return Optional.empty();
      }
      isPassedOver = true;
    }
    return Optional.empty();
  }

  private static boolean isAmong(List<ImageTag> present, List<ImageTag> ranked) {
    return ranked.stream()
        .anyMatch(each -> present.stream().anyMatch(it -> it.tag().equals(each.tag())));
  }

  /// With the digest that is to stand behind it.
  private static ImageTag reflected(ImagePolicy policy, List<ImageTag> present, ImageTag image) {
    return switch (policy.digests()) {
      case NEVER -> new ImageTag(image.tag(), "");
      case ALWAYS -> image;
      case IF_NOT_PRESENT ->
          present.stream()
              .filter(it -> it.tag().equals(image.tag()) && !it.digest().isEmpty())
              .findFirst()
              .orElse(image);
    };
  }

  /// It is neither rolled out nor about to be, nor is its text on the way back.
  private static boolean isAtRest(Draft draft, ObjectKey key) {
    var state = draft.workloads.get(key);
    var desired = state.flatMap(WorkloadState::desired);
    if (desired.isEmpty() || draft.quarantined(key)) {
      return true;
    }
    boolean goesBack =
        draft.restores.wanted().containsKey(key)
            || draft.restores.inFlight().map(it -> it.keys().contains(key)).orElse(false);
    if (goesBack || draft.waiting.containsKey(key)) {
      return false;
    }
    return state.get().failed().contains(desired.get().release().hash())
        || isStable(state.get(), desired.get());
  }

  private static boolean isRolledOut(Draft draft, ObjectKey key) {
    return draft
        .workloads
        .get(key)
        .map(it ->
            it.desired().isEmpty()
                || it.phase() == Phase.HEALTHY && isStable(it, it.desired().get()))
        .orElse(true);
  }

  /// What runs once and ends has no stable release.
  private static boolean isStable(WorkloadState state, Workload desired) {
    return desired.strategy() instanceof Completing
        || desired.strategy() instanceof Scheduled
        || state.stable().map(it -> it.hash().equals(desired.release().hash())).orElse(false);
  }

  // --- what came of it

  static void answered(Draft draft, Event.Answer answer) {
    var changes = draft.images.inFlight().orElseThrow().changes();
    switch (answer) {
      case Event.Answer.Updated(var commit) -> {
        draft.images = draft.images.pushed();
        say(
            draft,
            changes,
            Severity.NORMAL,
            Reason.IMAGE_UPDATED,
            "by " + Commits.shortSha(commit));
      }
      case Event.Answer.Proposed(var branch, var why) -> {
        draft.images = draft.images.givenUp(false).due(draft.now);
        say(
            draft,
            changes,
            Severity.WARNING,
            Reason.IMAGE_PROPOSED,
            "proposed on branch " + branch + (why.isEmpty() ? "" : ": " + why));
      }
      case Event.Answer.Refused(var why) -> {
        draft.images = draft.images.givenUp(true).due(draft.now);
        say(
            draft,
            changes,
            Severity.WARNING,
            Reason.IMAGE_UPDATE_REFUSED,
            "cannot be brought into the text: " + why);
      }
      case Event.Answer.Retry _,
          Event.Answer.Lost _,
          Event.Answer.Ok _,
          Event.Answer.Restored _,
          Event.Answer.Measured _,
          Event.Answer.Sampled _ ->
          draft.images = draft.images.failed(draft.now);
    }
  }

  private static void say(
      Draft draft, List<ImageChange> changes, Severity severity, Reason reason, String what) {
    changes.forEach(it ->
        draft.notice(
            severity, Optional.of(it.policy()), reason, it.name() + ":" + it.image() + " " + what));
  }
}
