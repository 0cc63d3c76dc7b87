package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PruneApproval;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Service;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.model.Verdict.Outcome;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.ReleaseImages;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Stepping;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What becomes of a commit: taken or refused, and the verdict on it.
final class Commits {
  private static final int NAMED_AT_MOST = 20;

  private Commits() {}

  /// Takes up what the record says. Nothing is ordered before the new epoch is recorded.
  static void start(Draft draft, Event.Started started) {
    draft.settings = started.settings();
    var cluster = started.record().cluster();
    draft.epoch = cluster.map(RecordFile.Cluster::epoch).orElse(0L);
    draft.commands = cluster.map(RecordFile.Cluster::commands).orElse("");
    for (String early : draft.nodes.publish().keys()) {
      draft.nodes.remove(early);
      draft.emit(new Effect.AskReport(early));
    }
    for (RecordFile.NodeFile file : started.record().nodes().values()) {
      var node = NodeState.of(file.name(), draft.now).edit();
      node.identity = file.identity();
      node.podNetwork = file.pods();
      Services.hasPodNetwork(draft, file.name(), file.pods());
      node.tokens = file.tokens();
      node.info =
          Optional.of(
              new NodeInfo(file.allocatable(), file.maxPods(), file.labels(), "", new TreeMap<>()));
      Nodes.put(draft, node);
      draft.markNode(file.name());
      Silence.armHeartbeat(draft, file.name(), draft.now);
    }
    started
        .accepted()
        .ifPresent(state -> {
          draft.accepted = Optional.of(state);
          draft.tip = state.commit();
          draft.settings = state.settings();
          resume(draft, started, state);
          Images.resume(draft, started.record(), state);
          Autoscalers.settle(draft, PagedMap.empty(), state);
          started.noted().ifPresent(noted -> draft.recall(state.commit(), noted));
          draft.verdictIsDue = true;
        });
    Recording.claim(draft, draft.epoch + 1, Reason.LEADER_CLAIMED);
    settleWhatWasNoted(draft, started);
  }

  /// A predecessor said what a commit came to, and was gone before it was recorded.
  private static void settleWhatWasNoted(Draft draft, Event.Started started) {
    var recorded = started.record().cluster().map(RecordFile.Cluster::verdict).orElse("");
    started
        .noted()
        .filter(noted -> noted.outcome().isFinal() && !noted.outcome().word().equals(recorded))
        .ifPresent(noted -> settled(draft, draft.tip, noted.outcome(), noted.lines()));
  }

  private static void settled(Draft draft, String commit, Outcome outcome, List<String> lines) {
    draft.decide(
        Reason.COMMIT_SETTLED,
        Optional.empty(),
        "config " + shortSha(commit) + ": " + outcome.word(),
        commit,
        lines,
        RecordFile.Cluster.PATH,
        Optional.of(clusterFile(draft, outcome)));
  }

  private static void resume(Draft draft, Event.Started started, DesiredState state) {
    Volumes.resume(draft, started.record().volumes().values());
    for (DesiredObject object : state.objects().values()) {
      object
          .workload()
          .ifPresent(workload ->
              resume(
                  draft,
                  Optional.of(workload),
                  Optional.ofNullable(started.record().workloads().get(workload.key())),
                  started.releases()));
    }
    for (DesiredObject object : state.objects().values()) {
      object.ingress().ifPresent(draft.routes::put);
      object.policy().ifPresent(it -> Policies.want(draft, it));
      object
          .service()
          .ifPresent(it ->
              Services.resume(
                  draft, it, Optional.ofNullable(started.record().services().get(it.key()))));
    }
    for (RecordFile.WorkloadFile file : started.record().workloads().values()) {
      if (!draft.workloads.containsKey(file.key())) {
        var kept = started.kept().stream().filter(it -> it.key().equals(file.key())).findFirst();
        resume(draft, kept, Optional.of(file), started.releases());
      }
    }
  }

  private static void resume(
      Draft draft,
      Optional<Workload> desired,
      Optional<RecordFile.WorkloadFile> file,
      List<Release> releases) {
    var key =
        desired.map(Workload::key).or(() -> file.map(RecordFile.WorkloadFile::key)).orElseThrow();
    var workload = blank(draft, key, desired).edit();
    file.ifPresent(recorded -> {
      workload.phase = recorded.phase();
      workload.startedAt = recorded.startedAt();
      workload.failed = recorded.failed();
      workload.recordedReplicas = recorded.desired();
      workload.failure = recorded.failure();
      workload.rollback = recorded.rollback();
      workload.stepping = recorded.steps().map(Stepping::recorded);
      workload.revisions = recorded.revisions();
      workload.job = recorded.job();
      workload.cron = recorded.cron();
      workload.autoscaled = recorded.autoscaled();
      workload.images = ReleaseImages.of(recorded.images());
      recorded
          .rollback()
          .filter(it -> it.outcome() == RecordFile.Rollback.Outcome.COMMITTED)
          .ifPresent(it -> draft.restores = draft.restores.owning(it.detail()));
      workload.adoptable =
          recorded.others().stream().flatMap(ref -> find(ref, desired, releases).stream()).toList();
      workload.stable = recorded.stable().flatMap(ref -> find(ref, desired, releases));
      workload.current = find(recorded.release(), desired, releases);
      workload.left =
          recorded.steps().isPresent() && recorded.failure().isPresent()
              ? find(recorded.failure().get().release(), desired, releases)
              : recorded.revisions().stream()
                  .skip(1)
                  .findFirst()
                  .flatMap(it -> find(it, desired, releases));
    });
    var known = workload.build();
    workload.desired = desired.map(it -> keepingItsCommit(it, known));
    draft.workloads.put(key, workload.build());
    file.ifPresent(recorded -> presume(draft, recorded));
    draft.noteFailures(known);
    draft.markWorkload(key);
  }

  /// Pods that there may be one of only may be where the record says, whatever is heard of their
  /// nodes.
  private static void presume(Draft draft, RecordFile.WorkloadFile file) {
    file.placements()
        .forEach((name, at) -> {
          var id = PodIds.idOf(draft.settings.name(), at.uid());
          if (id.isEmpty() || !draft.nodes.containsKey(at.node())) {
            return;
          }
          var workload = draft.workloads.get(file.key()).orElseThrow();
          var pod =
              new Pod(
                  id.getAsLong(),
                  at.uid(),
                  name,
                  file.key(),
                  Workloads.release(workload, at.release(), ""),
                  at.node(),
                  draft.now,
                  Reason.ADOPTED,
                  at.stopping()
                      ? Optional.of(new Pod.Removal(Reason.ORPHANED, 0))
                      : Optional.empty(),
                  Optional.empty(),
                  Optional.empty());
          var edit = workload.edit();
          edit.pods = edit.pods.with(pod.id(), pod);
          draft.workloads.put(file.key(), edit.build());
          Nodes.adopt(draft, pod);
        });
  }

  private static WorkloadState blank(Draft draft, ObjectKey key, Optional<Workload> desired) {
    return desired
        .map(it -> WorkloadState.of(it, draft.now))
        .orElseGet(() -> WorkloadState.gone(key, draft.now));
  }

  private static Optional<Release> find(
      Release.Ref ref, Optional<Workload> desired, List<Release> releases) {
    return desired
        .map(Workload::release)
        .filter(it -> it.hash().equals(ref.hash()))
        .map(it -> it.broughtBy(ref.commit()))
        .or(() -> releases.stream().filter(it -> it.hash().equals(ref.hash())).findFirst());
  }

  /// A valid tip: taken, unless it would remove too much.
  static void desiredChanged(Draft draft, Event.DesiredChanged changed) {
    var state = changed.state();
    passedOver(draft, changed.passed(), state.commit());
    var refusal = pruneRefusal(draft, state, changed.approvals());
    if (refusal.isPresent()) {
      draft.tip = state.commit();
      draft.judge(state.commit(), new Verdict(Outcome.REFUSED, List.of(refusal.get())));
      draft.notice(
          Severity.WARNING,
          Optional.empty(),
          Reason.PRUNE_REFUSED,
          shortSha(state.commit()) + " refused: " + refusal.get());
      return;
    }
    boolean isSame = draft.accepted.map(it -> it.commit().equals(state.commit())).orElse(false);
    var older = draft.accepted.map(DesiredState::commit).filter(it -> !isSame);
    if (!isSame) {
      draft.reconsider(state.commit());
    }
    draft.settings = state.settings();
    var changedConfig = take(draft, state);
    Images.taken(draft, state);
    Autoscalers.settle(
        draft, draft.accepted.map(DesiredState::autoscalers).orElseGet(PagedMap::empty), state);
    draft.tip = state.commit();
    var oldNodes = draft.accepted.map(DesiredState::nodes).orElseGet(PagedMap::empty);
    var oldObjects = draft.accepted.map(DesiredState::objects).orElseGet(PagedMap::empty);
    var oldStorage = draft.accepted.map(DesiredState::storage).orElse(Storage.NONE);
    draft.accepted = Optional.of(state);
    var readLive = LiveConfig.changed(draft, changedConfig);
    Nodes.settingsChanged(draft, oldNodes, state.nodes());
    Volumes.changed(draft, oldObjects, oldStorage, state.storage());
    draft.verdictIsDue = true;
    if (!isSame) {
      draft.decide(
          Reason.COMMIT_ACCEPTED,
          Optional.empty(),
          "config " + shortSha(state.commit()) + ": " + state.subject(),
          state.commit(),
          readLive.stream().map(key -> "live: " + key).toList(),
          RecordFile.Cluster.PATH,
          Optional.of(clusterFile(draft, Outcome.PENDING)));
    }
    var before = older.map(it -> whenPassed(draft, it));
    changed.commands().forEach(command -> Commands.obey(draft, command));
    // One of its commands may give up what the older commit has brought, another may have that
    // tried again: either way it failed.
    older
        .map(it -> whenPassed(draft, it))
        .filter(it -> it.outcome() == Outcome.FAILURE)
        .or(() -> before)
        .ifPresent(it -> draft.judge(older.orElseThrow(), it));
    draft.forgetVerdictsExcept(List.of(state.commit()));
  }

  /// What is said of a commit that gives way to another: that it failed, where it did. A control
  /// plane that starts anew may find the rollback of a failure that nobody has told of yet.
  private static Verdict whenPassed(Draft draft, String commit) {
    var lines = new ArrayList<String>();
    for (ObjectKey key : draft.failures().keys()) {
      var workload = draft.workloads.get(key).orElseThrow();
      workload
          .failure()
          .filter(it -> it.release().commit().equals(commit))
          .ifPresent(it ->
              lines.add(
                  workload.key()
                      + ": "
                      + it.message()
                      + workload
                          .rollback()
                          .filter(back -> back.of().equals(commit))
                          .map(Rollbacks::told)
                          .orElse("")));
    }
    return lines.isEmpty()
        ? new Verdict(Outcome.SUPERSEDED, List.of())
        : new Verdict(Outcome.FAILURE, lines);
  }

  /// An invalid tip: said, and the last good state stays.
  static void refused(Draft draft, Event.CommitRefused refused) {
    passedOver(draft, refused.passed(), refused.commit());
    draft.tip = refused.commit();
    draft.judge(refused.commit(), new Verdict(Outcome.REFUSED, refused.lines()));
    draft.notice(
        Severity.WARNING,
        Optional.empty(),
        Reason.COMMIT_REFUSED,
        shortSha(refused.commit()) + " refused: " + String.join("; ", refused.lines()));
  }

  private static void passedOver(Draft draft, List<String> passed, String tip) {
    for (String commit : passed) {
      boolean isAccepted = draft.accepted.map(it -> it.commit().equals(commit)).orElse(false);
      if (!commit.equals(tip) && !isAccepted && draft.verdict(commit).isEmpty()) {
        draft.judge(commit, new Verdict(Outcome.SUPERSEDED, List.of()));
      }
    }
  }

  private static Optional<String> pruneRefusal(
      Draft draft, DesiredState state, List<PruneApproval> approvals) {
    if (draft.accepted.isEmpty()) {
      return Optional.empty();
    }
    var present = draft.accepted.get().objects();
    SortedSet<ObjectKey> deletions = new TreeSet<>();
    PagedMap.difference(
        present,
        state.objects(),
        (key, old, now) -> {
          if (old != null && now == null && old.prune() == DesiredObject.Prune.WITH_ITS_TEXT) {
            deletions.add(key);
          }
        });
    if (deletions.isEmpty()) {
      return Optional.empty();
    }
    int all = deletions.size();
    approvals.forEach(approval -> deletions.removeAll(approval.deletions()));
    // By the budget of the last accepted commit: a commit cannot raise its own.
    int percent = draft.settings.prunePercent();
    if (draft.deciders.prune().allows(new TreeSet<>(present.keys()), deletions, percent)) {
      return Optional.empty();
    }
    var names =
        deletions.stream()
            .limit(NAMED_AT_MOST)
            .map(ObjectKey::toString)
            .collect(Collectors.joining(", "));
    if (deletions.size() > NAMED_AT_MOST) {
      names += ", and " + (deletions.size() - NAMED_AT_MOST) + " more";
    }
    return Optional.of(
        "prune: this commit would delete "
            + all
            + " of "
            + present.size()
            + " objects, more than the budget of "
            + percent
            + "%: "
            + names
            + ". To approve it, push a commit with the trailer 'Reeve-Allow-Prune: "
            + state.commit()
            + "'");
  }

  /// @return ConfigMaps and Secrets that are new, other or gone
  private static SortedSet<ObjectKey> take(Draft draft, DesiredState state) {
    var config = new TreeSet<ObjectKey>();
    var services = new ArrayList<Service>();
    var goneServices = new ArrayList<ObjectKey>();
    PagedMap.difference(
        draft.accepted.map(DesiredState::objects).orElseGet(PagedMap::empty),
        state.objects(),
        (key, old, now) -> {
          if (LiveConfig.isConfig(key) && !contentHash(old).equals(contentHash(now))) {
            config.add(key);
          }
          if (now != null) {
            now.workload().filter(it -> !isSame(now, old)).ifPresent(it -> want(draft, it));
            now.service()
                .filter(it -> old == null || !old.service().equals(now.service()))
                .ifPresent(services::add);
            now.ingress().ifPresent(draft.routes::put);
            now.policy().ifPresent(it -> Policies.want(draft, it));
          } else if (old != null
              && old.ingress().isPresent()
              && old.prune() == DesiredObject.Prune.WITH_ITS_TEXT) {
            draft.routes.removeIngress(key);
          } else if (old != null
              && old.policy().isPresent()
              && old.prune() == DesiredObject.Prune.WITH_ITS_TEXT) {
            Policies.unwant(draft, key);
          } else if (old != null
              && old.service().isPresent()
              && old.prune() == DesiredObject.Prune.WITH_ITS_TEXT) {
            goneServices.add(key);
          } else if (old != null
              && old.workload().isPresent()
              && old.prune() == DesiredObject.Prune.WITH_ITS_TEXT) {
            unwant(draft, key);
          }
        });
    Services.change(draft, services, goneServices, state.commit());
    if (draft.accepted.isEmpty()) {
      Reports.adoptAll(draft);
    }
    return config;
  }

  private static String contentHash(@Nullable DesiredObject object) {
    return object == null ? "" : object.contentHash();
  }

  /// Whether a commit says of an object what the one before has said. A release is the same
  /// whichever commit it is read from. Templates are equal by their text; where its pods may go can
  /// change without it: with the labels of a namespace, or a PriorityClass.
  private static boolean isSame(DesiredObject now, @Nullable DesiredObject old) {
    return old != null
        && now.contentHash().equals(old.contentHash())
        && now.prune() == old.prune()
        && isSame(now.workload(), old.workload())
        && constraints(now).equals(constraints(old));
  }

  private static boolean isSame(Optional<Workload> now, Optional<Workload> old) {
    if (now.isEmpty() || old.isEmpty()) {
      return now.isEmpty() && old.isEmpty();
    }
    var release = old.get().release();
    return now.get().release().hash().equals(release.hash())
        && now.get().with(release).equals(old.get());
  }

  private static Optional<Constraints> constraints(DesiredObject object) {
    return object.workload().map(it -> it.release().template().constraints());
  }

  private static void want(Draft draft, Workload wanted) {
    var key = wanted.key();
    draft.liftQuarantine(key);
    var present = draft.workloads.get(key);
    if (present.isEmpty()) {
      draft.workloads.put(key, WorkloadState.of(wanted, draft.now));
    } else {
      var workload = present.get().edit();
      workload.desired = Optional.of(keepingItsCommit(wanted, present.get()));
      // What waited for a paused or failed rollout starts its deadline now.
      workload.progressAt = draft.now;
      draft.workloads.put(key, workload.build());
    }
    draft.markWorkload(key);
    draft.unhealthy(key, "");
    if (wanted.strategy() instanceof Workload.Strategy.Ordered set && !set.claims().isEmpty()) {
      draft.changedSets.add(key);
    }
  }

  /// The same release keeps the name of the commit that brought it, whatever else a later one says.
  private static Workload keepingItsCommit(Workload wanted, WorkloadState present) {
    return Stream.of(present.current(), present.stable(), present.desired().map(Workload::release))
        .flatMap(Optional::stream)
        .filter(it -> it.hash().equals(wanted.release().hash()))
        .findFirst()
        .map(it ->
            wanted.with(
                new Release(
                    it.hash(),
                    it.commit(),
                    wanted.release().template(),
                    it.config(),
                    wanted.release().live())))
        .orElse(wanted);
  }

  private static void unwant(Draft draft, ObjectKey key) {
    draft.liftQuarantine(key);
    draft
        .workloads
        .get(key)
        .ifPresent(present -> {
          var workload = present.edit();
          workload.desired = Optional.empty();
          draft.workloads.put(key, workload.build());
          draft.markWorkload(key);
        });
  }

  /// Says what the accepted commit has come to, whenever that changes.
  static void judge(Draft draft) {
    // Before every node was heard nothing has been looked at, and what was not looked at is not
    // well.
    boolean isKnown = draft.lead == Root.Lead.LEADING && draft.mayOrder() && draft.isDecided();
    if (!draft.verdictIsDue || !isKnown) {
      return;
    }
    draft.verdictIsDue = false;
    var state = draft.accepted.get();
    var lines = new ArrayList<String>();
    var failed = new ArrayList<String>();
    var unhealthy = draft.unhealthy();
    for (ObjectKey key : draft.troubled().firstKeys(NAMED_AT_MOST)) {
      lines.add(key + ": " + unhealthy.get(key).orElse(""));
    }
    for (ObjectKey key : draft.failing().keys()) {
      failed.add(key + ": " + unhealthy.get(key).orElse(""));
    }
    Outcome outcome =
        !failed.isEmpty()
            ? Outcome.FAILURE
            : unhealthy.isEmpty() ? Outcome.SUCCESS : Outcome.PENDING;
    var said = new ArrayList<>(outcome == Outcome.FAILURE ? failed : lines);
    said.addAll(state.warnings());
    var before = draft.verdict(state.commit());
    draft.judge(state.commit(), new Verdict(outcome, said));
    boolean isNews = before.map(it -> it.outcome() != outcome).orElse(true);
    boolean stands = draft.verdict(state.commit()).map(it -> it.outcome() == outcome).orElse(false);
    if (isNews && stands && outcome.isFinal()) {
      settled(draft, state.commit(), outcome, said);
    }
  }

  /// As the record has it, but for what the draft has changed.
  static RecordFile.Cluster clusterFile(Draft draft) {
    return clusterFile(
        draft,
        draft
            .accepted
            .flatMap(it -> draft.verdict(it.commit()))
            .map(Verdict::outcome)
            .orElse(Outcome.PENDING));
  }

  static RecordFile.Cluster clusterFile(Draft draft, Outcome outcome) {
    return new RecordFile.Cluster(
        draft.settings.name(),
        draft.epoch,
        draft.accepted.map(DesiredState::commit).orElse(""),
        draft.accepted.isPresent() ? outcome.word() : "",
        draft.commands,
        draft.accepted.map(DesiredState::workloads).orElse(0));
  }

  static String shortSha(String commit) {
    return commit.length() > 7 ? commit.substring(0, 7) : commit;
  }
}
