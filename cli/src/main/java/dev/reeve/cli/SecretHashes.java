package dev.reeve.cli;

import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// A release that uses a Secret is named by a hash with the control plane's key, which is nobody
/// else's to know. The record says which commit brought it; read again, that commit gives the same
/// release under a name of our own, and whatever has that name is it.
final class SecretHashes {
  private record Named(ObjectKey key, String hash) {}

  private final Map<Named, String> theirs;

  private SecretHashes(Map<Named, String> theirs) {
    this.theirs = theirs;
  }

  /// @param releases what the accepted commit wants, by the control plane's names
  /// @param reader reads a commit with names of our own
  static SecretHashes of(
      RecordTree record,
      SortedMap<String, String> releases,
      Function<String, Optional<DesiredState>> reader) {
    var theirs = new HashMap<Named, String>();
    for (RecordFile.WorkloadFile file : record.workloads().values()) {
      var refs = new ArrayList<Release.Ref>(file.revisions());
      refs.add(file.release());
      file.stable().ifPresent(refs::add);
      file.failure().ifPresent(it -> refs.add(it.release()));
      for (Release.Ref ref : refs) {
        reader
            .apply(ref.commit())
            .flatMap(state -> workload(state, file.key()))
            .ifPresent(
                ours -> theirs.put(new Named(file.key(), ours.release().hash()), ref.hash()));
      }
    }
    var accepted =
        record
            .cluster()
            .map(RecordFile.Cluster::commit)
            .filter(it -> !it.isEmpty())
            .flatMap(reader);
    releases.forEach((name, hash) -> {
      var key = ObjectKey.parse(name);
      accepted
          .flatMap(state -> workload(state, key))
          .ifPresent(ours -> theirs.put(new Named(key, ours.release().hash()), hash));
    });
    return new SecretHashes(theirs);
  }

  private static Optional<Workload> workload(DesiredState state, ObjectKey key) {
    return state.objects().get(key).flatMap(DesiredObject::workload);
  }

  DesiredState translated(DesiredState state) {
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    state.objects().forEach((key, object) -> objects.put(key, translated(object)));
    return new DesiredState(
        state.commit(),
        state.subject(),
        state.author(),
        state.settings(),
        PagedMap.copyOf(objects),
        state.workloads(),
        state.nodes(),
        state.budgets(),
        state.storage(),
        state.images(),
        state.autoscalers(),
        state.warnings());
  }

  private DesiredObject translated(DesiredObject object) {
    return object
        .workload()
        .flatMap(workload ->
            Optional.ofNullable(theirs.get(new Named(object.key(), workload.release().hash())))
                .map(hash -> workload.with(named(workload.release(), hash))))
        .map(workload ->
            new DesiredObject(
                object.key(), object.contentHash(), object.prune(), Optional.of(workload)))
        .orElse(object);
  }

  private static Release named(Release release, String hash) {
    return new Release(
        hash, release.commit(), release.template(), release.config(), release.live());
  }
}
