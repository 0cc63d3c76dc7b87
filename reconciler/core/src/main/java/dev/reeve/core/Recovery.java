package dev.reeve.core;

import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Scheduled;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import java.util.ArrayList;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// What a control plane that starts anew is told: the record, and the commits that it names, read
/// again.
public final class Recovery {
  private Recovery() {}

  /// @param reader reads a commit that was good once; empty when it is no longer to be had
  /// @param noter reads the note on a commit
  public static Event.Started started(
      String cluster,
      RecordTree record,
      Function<String, Optional<DesiredState>> reader,
      Function<String, Optional<Verdict>> noter) {
    var commit = record.cluster().map(RecordFile.Cluster::commit).filter(it -> !it.isEmpty());
    var accepted = commit.flatMap(reader);
    var byCommit = new TreeMap<String, Optional<DesiredState>>();
    var releases = new ArrayList<Release>();
    var kept = new ArrayList<Workload>();
    for (RecordFile.WorkloadFile file : record.workloads().values()) {
      var refs = new ArrayList<Release.Ref>();
      refs.add(file.release());
      file.stable().ifPresent(refs::add);
      // Pods of a Rollout may be of a release that it has left.
      file.failure().filter(it -> file.steps().isPresent()).ifPresent(it -> refs.add(it.release()));
      refs.addAll(file.others());
      file.revisions().stream().skip(1).limit(1).forEach(refs::add);
      for (Release.Ref ref : refs) {
        byCommit
            .computeIfAbsent(ref.commit(), reader)
            .flatMap(state -> release(state, file.owner().orElse(file.key()), ref))
            .ifPresent(releases::add);
      }
      boolean hasText =
          accepted.map(state -> state.objects().containsKey(file.key())).orElse(false);
      if (file.owner().isPresent()) {
        byCommit.getOrDefault(file.release().commit(), Optional.empty()).stream()
            .flatMap(state -> state.objects().get(file.owner().get()).stream())
            .flatMap(it -> it.workload().stream())
            .filter(it -> it.strategy() instanceof Scheduled)
            .filter(it -> isStillThere(accepted, it.key()))
            .map(it -> CronDecision.job(it, file.key()))
            .forEach(kept::add);
      } else if (!hasText) {
        byCommit.getOrDefault(file.release().commit(), Optional.empty()).stream()
            .flatMap(state -> state.objects().get(file.key()).stream())
            .filter(it -> it.prune() == DesiredObject.Prune.NEVER)
            .flatMap(it -> it.workload().stream())
            .forEach(kept::add);
      }
    }
    return new Event.Started(
        accepted.map(DesiredState::settings).orElseGet(() -> ClusterSettings.defaults(cluster)),
        record,
        accepted,
        releases,
        kept,
        accepted.map(DesiredState::commit).flatMap(noter));
  }

  /// A Job goes with the CronJob that has started it.
  private static boolean isStillThere(Optional<DesiredState> accepted, ObjectKey cron) {
    return accepted.map(it -> it.objects().containsKey(cron)).orElse(false);
  }

  private static Optional<Release> release(DesiredState state, ObjectKey key, Release.Ref ref) {
    return state
        .objects()
        .get(key)
        .flatMap(it -> it.workload())
        .map(Workload::release)
        .filter(it -> it.hash().equals(ref.hash()))
        .map(it -> it.broughtBy(ref.commit()));
  }
}
