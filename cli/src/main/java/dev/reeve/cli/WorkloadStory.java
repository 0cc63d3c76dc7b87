package dev.reeve.cli;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordFile.WorkloadFile;
import dev.reeve.manifest.RecordFiles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the record says of one workload, version by version.
///
/// @param versions of its file, oldest first
record WorkloadStory(ObjectKey key, RecordLog log, List<Version> versions) {
  WorkloadStory {
    versions = List.copyOf(versions);
  }

  /// @param text the file as it stands in the record; empty where the commit removed it
  record Version(RecordLog.Entry entry, Bytes text, Optional<WorkloadFile> file) {}

  /// A release on its way.
  ///
  /// @param outcome what became of it so far
  record Row(Release.Ref release, Instant at, String outcome) {}

  /// One that is not in the record any more must be named in full.
  static WorkloadStory of(Clone clone, WorkloadName name) {
    return find(clone, name)
        .orElseThrow(() ->
            new CommandFailed(
                "there is no workload %s in the record of cluster %s"
                    .formatted(name.text(), clone.cluster())));
  }

  static Optional<WorkloadStory> find(Clone clone, WorkloadName name) {
    var key = name.find(clone.record().workloads().keySet());
    if (key.isEmpty() && name.parts().size() == 3) {
      key = Optional.of(ObjectKey.parse(name.text()));
    }
    return key.map(it -> read(clone, it)).filter(it -> !it.versions().isEmpty());
  }

  private static WorkloadStory read(Clone clone, ObjectKey key) {
    var log = clone.log();
    var path = key.recordPath();
    var entries = new ArrayList<>(log.of(path));
    Collections.reverse(entries);
    var texts =
        clone.git().contents(entries.stream().map(it -> it.sha() + ":" + path).distinct().toList());
    var versions = new ArrayList<Version>();
    for (RecordLog.Entry entry : entries) {
      byte[] text = texts.getOrDefault(entry.sha() + ":" + path, new byte[0]);
      versions.add(new Version(entry, Bytes.of(text), file(key, text)));
    }
    return new WorkloadStory(key, log, versions);
  }

  /// What the record said of a workload at one of its commits.
  static Optional<WorkloadFile> at(Clone clone, String sha, ObjectKey key) {
    var name = sha + ":" + key.recordPath();
    return file(key, clone.git().contents(List.of(name)).getOrDefault(name, new byte[0]));
  }

  private static Optional<WorkloadFile> file(ObjectKey key, byte[] text) {
    var files = new TreeMap<String, byte[]>();
    if (text.length > 0) {
      files.put(key.recordPath(), text);
    }
    return Optional.ofNullable(RecordFiles.read(files).tree().workloads().get(key));
  }

  Optional<WorkloadFile> newest() {
    return versions.getLast().file();
  }

  /// All releases that were begun, oldest first.
  List<Row> releases() {
    var telling = new Telling();
    versions.forEach(version -> telling.on(version));
    var shas = new TreeSet<String>();
    telling.rows.forEach(row -> shas.add(row.release.commit()));
    log.know(shas);
    return telling.rows.stream().map(row -> new Row(row.release, row.at, row.outcome())).toList();
  }

  /// Goes through the versions once.
  private static final class Telling {
    private final List<Rolling> rows = new ArrayList<>();

    private static final class Rolling {
      private final Release.Ref release;
      private final Instant at;
      private String end = "";
      private String failure = "";
      private String phase = "";

      Rolling(Release.Ref release, Instant at) {
        this.release = release;
        this.at = at;
      }

      String outcome() {
        return !failure.isEmpty() ? failure : end.isEmpty() ? phase : end;
      }
    }

    void on(Version version) {
      if (version.file().isEmpty()) {
        if (!rows.isEmpty() && rows.getLast().outcome().equals(rows.getLast().phase)) {
          rows.getLast().end = "removed";
        }
        return;
      }
      var file = version.file().get();
      begin(file, version.entry().at());
      file.failure().ifPresent(failure -> fail(failure, file));
      var last = rows.getLast();
      last.phase = file.phase().word();
      if (last.end.isEmpty()
          && file.stable().filter(it -> it.hash().equals(last.release.hash())).isPresent()) {
        last.end = "stable";
      }
    }

    private void begin(WorkloadFile file, Instant at) {
      var release = file.release();
      if (rows.isEmpty()) {
        rows.add(new Rolling(release, at));
        return;
      }
      var last = rows.getLast();
      boolean isSame = last.release.hash().equals(release.hash());
      boolean isRetried =
          isSame && !last.failure.isEmpty() && !file.failed().contains(release.hash());
      // Pods go back to it; nobody has asked for it anew.
      boolean isReturn =
          !isSame
              && file.failed().contains(last.release.hash())
              && file.stable().filter(it -> it.hash().equals(release.hash())).isPresent();
      if (isReturn || (isSame && !isRetried)) {
        return;
      }
      if (!isSame && last.end.isEmpty() && last.failure.isEmpty()) {
        last.end = "superseded by " + release.hash();
      }
      rows.add(new Rolling(release, at));
    }

    private void fail(RecordFile.Failure failure, WorkloadFile file) {
      for (Rolling row : rows.reversed()) {
        if (row.release.hash().equals(failure.release().hash())) {
          if (file.failed().contains(row.release.hash())) {
            row.failure =
                "failed: "
                    + failure.message()
                    + file.rollback().map(WorkloadStory::told).orElse("");
          }
          return;
        }
      }
    }
  }

  static String told(RecordFile.Rollback rollback) {
    return switch (rollback.outcome()) {
      case COMMITTED -> "; rolled back by " + RecordLog.shortened(rollback.detail());
      case PROPOSED -> "; rollback proposed on " + rollback.detail();
      case REFUSED -> "; its text stays: " + rollback.detail();
    };
  }
}
