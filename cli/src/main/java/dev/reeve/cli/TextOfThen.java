package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.rollback.FileVersions;
import dev.reeve.manifest.rollback.Restored;
import dev.reeve.manifest.rollback.RollbackEdit;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Brings a workload's text, and that of the ConfigMaps that are part of its release, back to what
/// it was at a commit.
///
/// @param now what is edited
/// @param left what `now` was when it left `then`: what was changed since is kept, or in the way
/// @param then what is returned to
record TextOfThen(CommitFiles now, CommitFiles left, CommitFiles then) {

  /// Files whose text changes; none where all is as it was.
  SortedMap<String, Bytes> of(ObjectKey workload) {
    var byFile = new TreeMap<String, TreeSet<ObjectKey>>();
    for (ObjectKey key : different(workload)) {
      byFile.computeIfAbsent(file(key), it -> new TreeSet<>()).add(key);
    }
    SortedMap<String, Bytes> changes = new TreeMap<>();
    byFile.forEach((file, keys) -> {
      var versions = new FileVersions(bytes(now, file), bytes(left, file), bytes(then, file));
      switch (RollbackEdit.restore(Format.of(file).orElseThrow(), versions, keys)) {
        case Restored.Edited(var text) -> changes.put(file, text);
        case Restored.Unsafe(var reason) -> throw new CommandFailed(file + ": " + reason);
      }
    });
    changes.entrySet().removeIf(it -> now.bytes(it.getKey()).equals(Optional.of(it.getValue())));
    return changes;
  }

  private Set<ObjectKey> different(ObjectKey workload) {
    now.requireText(workload);
    then.requireText(workload);
    if (then.json(workload).isEmpty()) {
      throw new CommandFailed(workload + " was not there at " + RecordLog.shortened(then.commit()));
    }
    if (now.json(workload).isEmpty()) {
      throw new CommandFailed(workload + " is not in the repository any more");
    }
    var all = new TreeSet<ObjectKey>();
    all.add(workload);
    var owner = then.templateOwner(workload);
    if (then.json(owner).isPresent() && now.json(owner).isPresent()) {
      all.add(owner);
    }
    for (ObjectKey config : then.configMaps(workload)) {
      if (then.json(config).isEmpty() || now.json(config).equals(then.json(config))) {
        continue;
      }
      if (then.isLive(workload, config) && now.isLive(workload, config)) {
        // It was no part of that release, and is none of this one.
        continue;
      }
      if (now.json(config).isEmpty()) {
        throw new CommandFailed(config + " is not in the repository any more");
      }
      var users = now.usersOf(config);
      users.removeAll(all);
      if (!users.isEmpty()) {
        throw new CommandFailed(config + " would go back too, and is also used by " + users);
      }
      all.add(config);
    }
    all.removeIf(key -> now.json(key).equals(then.json(key)));
    return all;
  }

  private String file(ObjectKey key) {
    var file = now.fileOf(key).orElseThrow();
    for (CommitFiles other : new CommitFiles[] {left, then}) {
      if (!other.fileOf(key).equals(Optional.of(file))) {
        throw new CommandFailed(
            "%s: at %s, %s was in %s"
                .formatted(
                    file,
                    RecordLog.shortened(other.commit()),
                    key,
                    other.fileOf(key).orElse("no file")));
      }
    }
    return file;
  }

  private static Bytes bytes(CommitFiles files, String path) {
    return files.bytes(path).orElseThrow();
  }
}
