package dev.reeve.server.sync;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.git.Blob;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.Renderer;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Edit;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.images.MarkedText;
import dev.reeve.manifest.images.Marker;
import dev.reeve.manifest.render.Chart;
import dev.reeve.manifest.render.Kustomization;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

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

  /// Of what is rendered, by blob id.
  private Map<String, Optional<MarkedText>> marks = new HashMap<>();

  private Optional<Loaded> last = Optional.empty();
  private final Renderer renderer;
  private Identities identities = Identities.NONE;
  private boolean isLocked;
  private Optional<String> unable = Optional.empty();

  /// The files of a commit, by path, and what it says.
  ///
  /// @param rendered paths that something was rendered from, in the whole repository
  private record Loaded(
      String commit,
      PagedMap<String, ManifestFile> files,
      Set<String> rendered,
      Reading.Accepted reading) {}

  public CommitReader(ConfigMirror mirror, String path, String cluster, byte[] hashingKey) {
    this(mirror, path, cluster, hashingKey, Renderer.onPath());
  }

  CommitReader(
      ConfigMirror mirror, String path, String cluster, byte[] hashingKey, Renderer renderer) {
    this.renderer = renderer;
    this.mirror = mirror;
    this.path = path;
    this.cluster = cluster;
    this.hashingKey = hashingKey.clone();
  }

  /// Decrypts with these keys from now on.
  ///
  /// @return whether a commit that could not be read may come out otherwise now: the keys are
  ///   others than before, or a program is there that was missing
  boolean use(Identities keys) {
    if (keys.equals(identities)) {
      return renderer.isBetterOff();
    }
    identities = keys;
    parsed = new HashMap<>();
    last = Optional.empty();
    return true;
  }

  /// What the commit that was read last wants and is not to be had here and now, with nothing wrong
  /// in the commit itself: a key that opens a file, a program that renders a folder.
  Optional<String> lacking() {
    return isLocked
        ? Optional.of("decrypted with the keys that there are (--age-key)")
        : unable.map(why -> "rendered (" + why + ")");
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
    unable = Optional.empty();
    var all = mirror.files(commit, path);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    var problems = new ArrayList<Problem>();
    var selection = selection(all.get());
    SortedMap<String, ManifestFile> files = load(selection, problems);
    var rendering = renderer.render(new CommitSource(mirror, commit, changes), selection);
    problems.addAll(rendering.problems());
    unable = rendering.unable();
    Set<String> rendered = new HashSet<>();
    rendering.inputs().values().forEach(rendered::addAll);
    changes.forEach((changed, bytes) ->
        Format.of(changed)
            .filter(_ -> files.containsKey(changed))
            .ifPresent(format -> files.put(changed, parse(bytes, format))));
    files.putAll(rendering.files());
    var source = new CommitSource(mirror, commit, changes);
    SortedMap<String, List<Marker>> marked = new TreeMap<>();
    marked(source, all.get(), rendered).forEach((it, text) -> marked.put(it, text.markers()));
    isLocked = files.values().stream().anyMatch(ManifestFile::isLocked);
    if (!problems.isEmpty()) {
      return Optional.of(
          new Reading.Refused(
              problems.stream().sorted().limit(100).toList(), Math.max(0, problems.size() - 100)));
    }
    Reading reading =
        Manifests.read(cluster, text(commit), files, marked, hashingKey, lastAccepted);
    if (changes.isEmpty() && reading instanceof Reading.Accepted accepted) {
      last = Optional.of(new Loaded(commit, PagedMap.copyOf(files), rendered, accepted));
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
    var rendered = base.get().rendered();
    // What is rendered may lie outside of the path.
    var changes = mirror.changes(base.get().commit(), commit, rendered.isEmpty() ? path : "");
    if (!changes.removed().isEmpty()
        || changes.written().stream().anyMatch(it -> isRendered(it, rendered))) {
      return Optional.empty();
    }
    var problems = new ArrayList<Problem>();
    SortedMap<String, ManifestFile> written = new TreeMap<>();
    var edits = new ArrayList<Edit>();
    for (TreeFile file : changes.written()) {
      if (!isUnderPath(file)) {
        continue;
      }
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
      unable = Optional.empty();
      var files = base.get().files().edit();
      written.forEach(files::put);
      last = Optional.of(new Loaded(commit, files.publish(), rendered, accepted));
    });
    return reading.map(it -> it);
  }

  /// Read for a folder that is rendered, or about to make one so.
  private static boolean isRendered(TreeFile file, Set<String> rendered) {
    var name = file.path().substring(file.path().lastIndexOf('/') + 1);
    return rendered.contains(file.path())
        || Kustomization.NAMES.contains(name)
        || name.equals(Chart.FILE_NAME);
  }

  private boolean isUnderPath(TreeFile file) {
    var root = ConfigMirror.normalized(path);
    return root.isEmpty() || file.path().equals(root) || file.path().startsWith(root + "/");
  }

  /// The files that the folder of an object is rendered from; none where it was not rendered.
  Set<String> inputs(String commit, String head) {
    return mirror
        .files(commit, path)
        .map(all ->
            renderer.render(new CommitSource(mirror, commit, new TreeMap<>()), selection(all)))
        .map(it -> Set.copyOf(it.inputs().getOrDefault(head, new TreeSet<>())))
        .orElse(Set.of());
  }

  /// The files of a commit in which images stand that are followed, by path: manifests, and what
  /// something is rendered from.
  SortedMap<String, MarkedText> marked(String commit) {
    var all = mirror.files(commit, path).orElse(List.of());
    var selection = selection(all);
    var source = new CommitSource(mirror, commit, new TreeMap<>());
    Set<String> paths = new HashSet<>();
    renderer.render(source, selection).inputs().values().forEach(paths::addAll);
    load(selection, new ArrayList<>())
        .forEach((it, file) -> {
          if (!file.markers().isEmpty()) {
            paths.add(it);
          }
        });
    return marked(source, all, paths);
  }

  /// What is rendered may lie outside of the path.
  private SortedMap<String, MarkedText> marked(
      CommitSource source, List<TreeFile> all, Set<String> paths) {
    SortedMap<String, MarkedText> marked = new TreeMap<>();
    if (paths.isEmpty()) {
      return marked;
    }
    Map<String, Optional<MarkedText>> used = new HashMap<>();
    var within = all.stream().filter(it -> paths.contains(it.path())).toList();
    for (TreeFile file : within.size() == paths.size() ? within : source.files("")) {
      if (paths.contains(file.path())
          && file.kind() == TreeFile.Kind.REGULAR
          && Format.of(file.path()).equals(Optional.of(Format.YAML))) {
        boolean isChanged = source.changes().containsKey(file.path());
        var known = isChanged ? null : marks.get(file.id());
        var text = known != null ? known : source.content(file, FILE_LIMIT).flatMap(MarkedText::of);
        if (!isChanged) {
          used.put(file.id(), text);
        }
        text.ifPresent(it -> marked.put(file.path(), it));
      }
    }
    marks = used;
    return marked;
  }

  private ReeveIgnore.Selection selection(List<TreeFile> all) {
    SortedMap<String, String> ignoreFiles = new TreeMap<>();
    for (TreeFile file : ReeveIgnore.ignoreFiles(all)) {
      if (mirror.blob(file.id(), FILE_LIMIT) instanceof Blob.Content(var bytes)) {
        ignoreFiles.put(file.path(), new String(bytes.toArray(), StandardCharsets.UTF_8));
      }
    }
    return ReeveIgnore.of(path, ignoreFiles).select(all);
  }

  private SortedMap<String, ManifestFile> load(
      ReeveIgnore.Selection selection, List<Problem> problems) {
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
