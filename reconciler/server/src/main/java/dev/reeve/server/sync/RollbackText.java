package dev.reeve.server.sync;

import dev.reeve.core.Effect.Request.Restoration;
import dev.reeve.core.Effect.Request.Restore;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.git.Blob;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.TreeFile;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.rollback.FileVersions;
import dev.reeve.manifest.rollback.Restored;
import dev.reeve.manifest.rollback.RollbackEdit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Works out which files say what after a rollback: those of the failed workloads and of the config
/// that came with them, and nothing else. What cannot be shown to be right is left to a person.
///
/// Confined to the thread that reads Git.
final class RollbackText {
  private static final long FILE_LIMIT = 1 << 20;

  private final ConfigMirror mirror;
  private final CommitReader reader;
  private final Map<String, Map<String, TreeFile>> files = new HashMap<>();

  /// New contents of files, by path.
  sealed interface Plan {
    /// Read again, they give the stable releases.
    record Commit(SortedMap<String, Bytes> changes) implements Plan {}

    /// The files as they were at the stable commits: for a person to take what is right.
    record Propose(SortedMap<String, Bytes> changes, String why) implements Plan {}

    record Impossible(String why) implements Plan {}
  }

  /// Why an edit is not Reeve's to make.
  private static final class ForAPerson extends Exception {
    private static final long serialVersionUID = 1;

    ForAPerson(String why) {
      super(why);
    }
  }

  private record Read(DesiredState state, Catalog catalog) {}

  RollbackText(ConfigMirror mirror, CommitReader reader) {
    this.mirror = mirror;
    this.reader = reader;
  }

  Plan plan(Restore request) {
    try {
      var changes = edits(request);
      verify(request, changes);
      return request.propose() ? new Plan.Propose(changes, "") : new Plan.Commit(changes);
    } catch (ForAPerson e) {
      var why = String.valueOf(e.getMessage());
      var whole = wholeFiles(request);
      return whole.isEmpty() ? new Plan.Impossible(why) : new Plan.Propose(whole, why);
    } finally {
      files.clear();
    }
  }

  private SortedMap<String, Bytes> edits(Restore request) throws ForAPerson {
    var tip = read(request.tip());
    SortedMap<String, Bytes> changes = new TreeMap<>();
    for (Restoration each : request.restorations()) {
      var failing = read(each.failed().commit());
      var stable = read(each.stable().commit());
      var byPath = new TreeMap<String, TreeSet<ObjectKey>>();
      for (ObjectKey key : objects(request, each, tip, failing, stable)) {
        requireText(key, tip.catalog(), failing.catalog(), stable.catalog());
        byPath
            .computeIfAbsent(
                samePath(key, tip.catalog(), failing.catalog(), stable.catalog()),
                it -> new TreeSet<>())
            .add(key);
      }
      for (var entry : byPath.entrySet()) {
        var file = entry.getKey();
        var now = changes.get(file);
        var versions =
            new FileVersions(
                now == null ? content(request.tip(), file) : now,
                content(each.failed().commit(), file),
                content(each.stable().commit(), file));
        switch (RollbackEdit.restore(Format.of(file).orElseThrow(), versions, entry.getValue())) {
          case Restored.Edited(var text) -> changes.put(file, text);
          case Restored.Unsafe(var reason) -> throw new ForAPerson(file + ": " + reason);
        }
      }
    }
    return changes;
  }

  /// What is rendered has no text of its own: which of the files that it is made from is to go back
  /// cannot be told.
  private static void requireText(ObjectKey key, Catalog... catalogs) throws ForAPerson {
    for (Catalog catalog : catalogs) {
      var entry = catalog.entry(key).filter(it -> it.object().rendered().isPresent());
      if (entry.isPresent()) {
        throw new ForAPerson(
            "%s is rendered from %s: its text is not in one place"
                .formatted(key, entry.get().path()));
      }
    }
  }

  /// The workload, and the config that came with the release.
  private static Set<ObjectKey> objects(
      Restore request, Restoration each, Read tip, Read failing, Read stable) throws ForAPerson {
    var config = new TreeSet<ObjectKey>();
    for (Read read : new Read[] {failing, stable}) {
      release(read, each.key()).map(Release::config).stream()
          .flatMap(uses -> uses.stream())
          .map(ConfigUse::key)
          .forEach(config::add);
    }
    var objects = new TreeSet<ObjectKey>();
    objects.add(each.key());
    for (ObjectKey key : config) {
      var before = stable.catalog().json(key);
      if (before.isEmpty() || before.equals(failing.catalog().json(key))) {
        // What the release brought along and nothing used before does no harm.
        continue;
      }
      var users = users(request, tip, key);
      if (!users.isEmpty()) {
        throw new ForAPerson(key + " is also used by " + users);
      }
      objects.add(key);
    }
    return objects;
  }

  private static Optional<Release> release(Read read, ObjectKey key) {
    return read.state().objects().get(key).flatMap(it -> it.workload()).map(Workload::release);
  }

  /// Others that use it and are not rolled back with it.
  private static String users(Restore request, Read tip, ObjectKey config) {
    var failed =
        request.restorations().stream()
            .map(Restoration::key)
            .collect(Collectors.toCollection(TreeSet::new));
    return tip.state().objects().stream()
        .filter(it -> !failed.contains(it.key()))
        .filter(it -> it.workload().map(workload -> workload.release().uses(config)).orElse(false))
        .map(it -> it.key().toString())
        .collect(Collectors.joining(", "));
  }

  private static String samePath(ObjectKey key, Catalog tip, Catalog failing, Catalog stable)
      throws ForAPerson {
    var now = tip.entry(key).map(Catalog.Entry::path);
    if (now.isEmpty()) {
      throw new ForAPerson(key + " is not in the repository any more");
    }
    for (Catalog other : new Catalog[] {failing, stable}) {
      var then = other.entry(key).map(Catalog.Entry::path);
      if (!then.equals(now)) {
        throw new ForAPerson(
            now.get() + ": " + key + " was in " + then.orElse("no file") + " before");
      }
    }
    return now.get();
  }

  /// What is to be pushed, read as it will be read then.
  private void verify(Restore request, SortedMap<String, Bytes> changes) throws ForAPerson {
    var reading = reader.read(request.tip(), Optional.empty(), changes).orElse(null);
    if (!(reading instanceof Reading.Accepted(var state, var catalog))) {
      throw new ForAPerson(
          "the result would be refused: "
              + (reading instanceof Reading.Refused refused
                  ? refused.lines().getFirst()
                  : "the path is missing"));
    }
    for (Restoration each : request.restorations()) {
      var hash = release(new Read(state, catalog), each.key()).map(Release::hash).orElse("");
      if (!hash.equals(each.stable().hash())) {
        throw new ForAPerson(
            each.key() + " would be release " + hash + ", not " + each.stable().hash());
      }
    }
  }

  /// The files that hold the workloads now, as they were when they were stable.
  private SortedMap<String, Bytes> wholeFiles(Restore request) {
    SortedMap<String, Bytes> changes = new TreeMap<>();
    try {
      var tip = read(request.tip());
      for (Restoration each : request.restorations()) {
        for (String file : madeFrom(request.tip(), tip.catalog(), each)) {
          if (has(each.stable().commit(), file)) {
            changes.put(file, content(each.stable().commit(), file));
          }
        }
      }
      if (isAnyRendered(request, tip.catalog())) {
        // A folder that is rendered has many files, and most of them are as they were.
        for (var each : List.copyOf(changes.entrySet())) {
          var file = each.getKey();
          if (has(request.tip(), file) && content(request.tip(), file).equals(each.getValue())) {
            changes.remove(file);
          }
        }
        verify(request, changes);
      }
    } catch (ForAPerson e) {
      return new TreeMap<>();
    }
    return changes;
  }

  private static boolean isAnyRendered(Restore request, Catalog tip) {
    return request.restorations().stream()
        .anyMatch(each ->
            tip.entry(each.key()).filter(it -> it.object().rendered().isPresent()).isPresent());
  }

  /// The file that a workload is in, or those that it is rendered from, now and then.
  private Set<String> madeFrom(String tip, Catalog catalog, Restoration each) {
    var files = new TreeSet<String>();
    catalog
        .entry(each.key())
        .ifPresent(entry -> {
          files.add(entry.path());
          if (entry.object().rendered().isPresent()) {
            files.addAll(reader.inputs(tip, entry.path()));
            files.addAll(reader.inputs(each.stable().commit(), entry.path()));
          }
        });
    return files;
  }

  private Read read(String commit) throws ForAPerson {
    if (mirror.commit(commit).isEmpty()) {
      throw new ForAPerson("commit " + commit + " is not in the repository any more");
    }
    if (reader.read(commit, Optional.empty()).orElse(null)
        instanceof Reading.Accepted(var state, var catalog)) {
      return new Read(state, catalog);
    }
    throw new ForAPerson("commit " + commit + " cannot be read any more");
  }

  private boolean has(String commit, String file) {
    return tree(commit).containsKey(file);
  }

  private Bytes content(String commit, String file) throws ForAPerson {
    var entry = tree(commit).get(file);
    if (entry == null || !(mirror.blob(entry.id(), FILE_LIMIT) instanceof Blob.Content(var text))) {
      throw new ForAPerson(file + " is not in " + commit);
    }
    return text;
  }

  private Map<String, TreeFile> tree(String commit) {
    return files.computeIfAbsent(
        commit,
        it -> {
          var tree = new HashMap<String, TreeFile>();
          mirror.files(it, "").orElseGet(ArrayList::new).forEach(f -> tree.put(f.path(), f));
          return tree;
        });
  }
}
