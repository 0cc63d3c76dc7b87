package dev.reeve.server.sync;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.git.Blob;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Edit;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.age.Identities;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads a commit of the tracked branch into a desired state. A file is parsed once for each
/// content it ever had and each set of keys to decrypt it with: an unchanged one costs a look-up.
///
/// Confined to the thread that reads Git.
public final class CommitReader {
  private static final long FILE_LIMIT = 1 << 20;

  private final ConfigMirror mirror;
  private final String path;
  private final String cluster;
  private final byte[] hashingKey;
  private Map<String, ManifestFile> parsed = new HashMap<>();
  private Optional<Loaded> last = Optional.empty();
  private Identities identities = Identities.NONE;
  private boolean isLocked;

  /// The files of a commit, by path, and what it says.
  private record Loaded(
      String commit, PagedMap<String, ManifestFile> files, Reading.Accepted reading) {}

  public CommitReader(ConfigMirror mirror, String path, String cluster, byte[] hashingKey) {
    this.mirror = mirror;
    this.path = path;
    this.cluster = cluster;
    this.hashingKey = hashingKey.clone();
  }

  /// Decrypts with these keys from now on.
  ///
  /// @return whether they are others than before: then a commit may come out otherwise
  boolean use(Identities keys) {
    if (keys.equals(identities)) {
      return false;
    }
    identities = keys;
    parsed = new HashMap<>();
    last = Optional.empty();
    return true;
  }

  /// Whether the commit that was read last has files that none of the keys opens.
  boolean isLocked() {
    return isLocked;
  }

  /// Reads a commit; empty when the path is not there.
  public Optional<Reading> read(String commit, Optional<Catalog> lastAccepted) {
    Optional<Reading> edited = edited(commit, lastAccepted);
    return edited.isPresent() ? edited : read(commit, lastAccepted, new TreeMap<>());
  }

  /// Reads a commit as it would be with other contents of some of its files.
  Optional<Reading> read(
      String commit, Optional<Catalog> lastAccepted, SortedMap<String, Bytes> changes) {
    isLocked = false;
    var all = mirror.files(commit, path);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    var problems = new ArrayList<Problem>();
    SortedMap<String, ManifestFile> files = load(all.get(), problems);
    changes.forEach((changed, bytes) ->
        Format.of(changed).ifPresent(format -> files.put(changed, parse(bytes, format))));
    isLocked = files.values().stream().anyMatch(ManifestFile::isLocked);
    if (!problems.isEmpty()) {
      return Optional.of(
          new Reading.Refused(
              problems.stream().limit(100).toList(), Math.max(0, problems.size() - 100)));
    }
    Reading reading = Manifests.read(cluster, text(commit), files, hashingKey, lastAccepted);
    if (changes.isEmpty() && reading instanceof Reading.Accepted accepted) {
      last = Optional.of(new Loaded(commit, PagedMap.copyOf(files), accepted));
    }
    return Optional.of(reading);
  }

  private ManifestFile parse(Bytes bytes, Format format) {
    return ManifestFile.parse(bytes.toArray(), format, identities);
  }

  private CommitText text(String commit) {
    return mirror
        .commit(commit)
        .map(it -> new CommitText(commit, it.subject(), it.author()))
        .orElseGet(() -> new CommitText(commit, "", ""));
  }

  /// A commit that differs from the last one in nothing but the text of files that were read there:
  /// which files are read is the same then, and only folders with changes are looked into. Empty
  /// where more is different.
  @SuppressWarnings("ReferenceEquality") // what was accepted is what was read here, or it is not
  private Optional<Reading> edited(String commit, Optional<Catalog> lastAccepted) {
    var base = last.filter(it -> lastAccepted.orElse(null) == it.reading().catalog());
    if (base.isEmpty() || mirror.commit(base.get().commit()).isEmpty()) {
      return Optional.empty();
    }
    var changes = mirror.changes(base.get().commit(), commit, path);
    if (!changes.removed().isEmpty()) {
      return Optional.empty();
    }
    var problems = new ArrayList<Problem>();
    SortedMap<String, ManifestFile> written = new TreeMap<>();
    var edits = new ArrayList<Edit>();
    for (TreeFile file : changes.written()) {
      var before = base.get().files().get(file.path());
      if (file.kind() != TreeFile.Kind.REGULAR || before.isEmpty()) {
        return Optional.empty();
      }
      read(file, written, new HashMap<>(), problems);
      var after = Optional.ofNullable(written.get(file.path()));
      if (after.isEmpty()) {
        return Optional.empty();
      }
      edits.add(new Edit(file.path(), before.get(), after.get()));
    }
    var reading = Manifests.edited(base.get().reading(), text(commit), edits, hashingKey);
    reading.ifPresent(accepted -> {
      isLocked = false;
      var files = base.get().files().edit();
      written.forEach(files::put);
      last = Optional.of(new Loaded(commit, files.publish(), accepted));
    });
    return reading.map(it -> it);
  }

  private SortedMap<String, ManifestFile> load(List<TreeFile> all, List<Problem> problems) {
    SortedMap<String, String> ignoreFiles = new TreeMap<>();
    for (TreeFile file : ReeveIgnore.ignoreFiles(all)) {
      if (mirror.blob(file.id(), FILE_LIMIT) instanceof Blob.Content(var bytes)) {
        ignoreFiles.put(file.path(), new String(bytes.toArray(), StandardCharsets.UTF_8));
      }
    }
    var selection = ReeveIgnore.of(path, ignoreFiles).select(all);
    for (TreeFile root : selection.kustomizations()) {
      problems.add(new Problem(root.path(), 1, 1, "kustomizations are not supported yet"));
    }
    SortedMap<String, ManifestFile> files = new TreeMap<>();
    Map<String, ManifestFile> used = new HashMap<>();
    for (TreeFile file : selection.files()) {
      switch (file.kind()) {
        case SYMLINK ->
            problems.add(
                new Problem(file.path(), 1, 1, "a symbolic link is not read as a manifest"));
        case SUBMODULE -> problems.add(new Problem(file.path(), 1, 1, "a submodule is not read"));
        case REGULAR -> read(file, files, used, problems);
      }
    }
    // What the newest commit does not use is not asked for again soon.
    parsed = used;
    return files;
  }

  private void read(
      TreeFile file,
      SortedMap<String, ManifestFile> files,
      Map<String, ManifestFile> used,
      List<Problem> problems) {
    var format = Format.of(file.path());
    if (format.isEmpty()) {
      return;
    }
    var key = format.get() + file.id();
    var known = parsed.get(key);
    if (known == null) {
      switch (mirror.blob(file.id(), FILE_LIMIT)) {
        case Blob.Content(var bytes) -> known = parse(bytes, format.get());
        case Blob.TooLarge(var size, var limit) -> {
          problems.add(
              new Problem(
                  file.path(),
                  1,
                  1,
                  "larger than " + (limit >> 20) + " MiB (" + size + " bytes); split the file"));
          return;
        }
      }
    }
    used.put(key, known);
    files.put(file.path(), known);
  }
}
