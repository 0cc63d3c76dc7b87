package dev.reeve.simulation;

import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The remote repository: a tracked branch of manifests, a record branch that only fast-forwards,
/// notes. It can be away, and it can apply a push and lose the answer.
final class SimulatedGit {
  /// A commit of the tracked branch.
  ///
  /// @param manifests empty: it cannot be read
  /// @param approves the commit whose deletions it approves; empty for none
  /// @param commands its trailers
  record ConfigCommit(
      String id, Optional<Manifests> manifests, String approves, List<Command> commands) {
    ConfigCommit {
      commands = List.copyOf(commands);
    }
  }

  final List<ConfigCommit> tracked = new ArrayList<>();
  final List<RecordCommit> record = new ArrayList<>();
  final SortedMap<String, RecordFile> files = new TreeMap<>();
  final SortedMap<String, Verdict> notes = new TreeMap<>();
  long notesVersion;
  boolean isProtected;
  boolean away;
  boolean loseNextAnswer;

  ConfigCommit tip() {
    return tracked.getLast();
  }

  Optional<Manifests> newestReadable() {
    for (int i = tracked.size() - 1; i >= 0; i--) {
      if (tracked.get(i).manifests().isPresent()) {
        return tracked.get(i).manifests();
      }
    }
    return Optional.empty();
  }

  Optional<Manifests> at(String commit) {
    return tracked.stream()
        .filter(it -> it.id().equals(commit))
        .findFirst()
        .flatMap(ConfigCommit::manifests);
  }

  /// Appends, if the branch is where the writer left it. A push whose own commits are there already
  /// is answered as the adapter answers it: it had arrived.
  ///
  /// @param length how long the record was when its writer last saw it
  Answer append(int length, List<RecordCommit> commits) {
    if (away) {
      return new Answer.Retry("away");
    }
    if (record.size() != length) {
      boolean isOwn =
          record.size() == length + commits.size()
              && record.subList(length, record.size()).equals(commits);
      return isOwn ? new Answer.Ok() : new Answer.Lost(epoch());
    }
    for (RecordCommit commit : commits) {
      record.add(commit);
      commit
          .files()
          .forEach((path, file) ->
              file.ifPresentOrElse(it -> files.put(path, it), () -> files.remove(path)));
    }
    return new Answer.Ok();
  }

  /// What is left of an answer on its way back.
  Answer loses(Answer answer) {
    boolean isLost =
        loseNextAnswer && (answer instanceof Answer.Ok || answer instanceof Answer.Restored);
    if (isLost) {
      loseNextAnswer = false;
    }
    return isLost ? new Answer.Retry("no answer") : answer;
  }

  /// Writes notes. Whoever is alive reads the newest before, and tries again where another was
  /// faster; the last push of a dead one is lost then.
  ///
  /// @param version of the notes when the push was made
  Answer annotate(long version, boolean isAlive, SortedMap<String, Verdict> verdicts) {
    if (away || !isAlive && version != notesVersion) {
      return new Answer.Retry("away");
    }
    notesVersion++;
    notes.putAll(verdicts);
    return new Answer.Ok();
  }

  Optional<RecordFile.WorkloadFile> recorded(ObjectKey key) {
    return files.get(key.recordPath()) instanceof RecordFile.WorkloadFile file
        ? Optional.of(file)
        : Optional.empty();
  }

  long epoch() {
    return files.get(RecordFile.Cluster.PATH) instanceof RecordFile.Cluster cluster
        ? cluster.epoch()
        : 0;
  }

  RecordTree tree() {
    Optional<RecordFile.Cluster> cluster = Optional.empty();
    SortedMap<ObjectKey, RecordFile.WorkloadFile> workloads = new TreeMap<>();
    SortedMap<ObjectKey, RecordFile.ServiceFile> services = new TreeMap<>();
    SortedMap<String, RecordFile.NodeFile> nodes = new TreeMap<>();
    SortedMap<String, RecordFile.VolumeFile> volumes = new TreeMap<>();
    SortedMap<ObjectKey, RecordFile.ImagePolicyFile> images = new TreeMap<>();
    for (RecordFile file : files.values()) {
      switch (file) {
        case RecordFile.Cluster it -> cluster = Optional.of(it);
        case RecordFile.WorkloadFile it -> workloads.put(it.key(), it);
        case RecordFile.ServiceFile it -> services.put(it.key(), it);
        case RecordFile.NodeFile it -> nodes.put(it.name(), it);
        case RecordFile.VolumeFile it -> volumes.put(it.name(), it);
        case RecordFile.ImagePolicyFile it -> images.put(it.key(), it);
      }
    }
    return new RecordTree(cluster, workloads, services, nodes, volumes, images);
  }
}
