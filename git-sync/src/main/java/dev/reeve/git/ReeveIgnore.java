package dev.reeve.git;

import dev.reeve.manifest.render.Chart;
import dev.reeve.manifest.render.Kustomization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.ignore.IgnoreNode;

/// Which of a commit's files are manifests to be read: YAML and JSON under the path, but not in
/// folders that begin with a dot, not what a `.reeveignore` names (gitignore's syntax, a file in
/// any folder, the deepest decides), not SOPS's own settings, not in a chart's folder, and not
/// below a kustomization, which alone reads what is there. Charts and kustomizations themselves are
/// found wherever they are, but for what is in a chart's folder: that is the chart's.
public final class ReeveIgnore {
  public static final String FILE_NAME = ".reeveignore";

  private static final Set<String> ENDINGS = Set.of(".yaml", ".yml", ".json");

  /// Tells sops how to encrypt the files around it.
  private static final String SOPS_SETTINGS = ".sops.yaml";

  private final String root;
  private final SortedMap<String, IgnoreNode> rules;

  private ReeveIgnore(String root, SortedMap<String, IgnoreNode> rules) {
    this.root = root;
    this.rules = rules;
  }

  /// Rules for one commit.
  ///
  /// @param path the part of the repository that is read
  /// @param ignoreFiles the text of each `.reeveignore`, by its path in the repository
  public static ReeveIgnore of(String path, SortedMap<String, String> ignoreFiles) {
    SortedMap<String, IgnoreNode> rules = new TreeMap<>();
    ignoreFiles.forEach((file, text) -> rules.put(folderOf(file), parsed(text)));
    return new ReeveIgnore(ConfigMirror.normalized(path), rules);
  }

  /// The files of that name that [#of] wants the text of.
  public static List<TreeFile> ignoreFiles(List<TreeFile> files) {
    return files.stream()
        .filter(file -> file.kind() == TreeFile.Kind.REGULAR)
        .filter(file -> nameOf(file.path()).equals(FILE_NAME))
        .toList();
  }

  /// What is read of a commit, and what is rendered.
  ///
  /// @param files to be read, in the order given; links among them are for the reader to refuse
  /// @param kustomizations files of that kind, one for a folder; nothing below their folders is in
  ///   `files`
  /// @param charts descriptions of charts that are in no other chart; nothing below their folders
  ///   is in `files` or `kustomizations`
  public record Selection(
      List<TreeFile> files, List<TreeFile> kustomizations, List<TreeFile> charts) {
    public Selection {
      files = List.copyOf(files);
      kustomizations = List.copyOf(kustomizations);
      charts = List.copyOf(charts);
    }

    public boolean isEmpty() {
      return files.isEmpty() && kustomizations.isEmpty() && charts.isEmpty();
    }
  }

  /// Sorts the files of a commit into those that are read and those that are not.
  public Selection select(List<TreeFile> all) {
    List<TreeFile> visible = all.stream().filter(file -> isVisible(file.path())).toList();
    SortedSet<String> charts = new TreeSet<>();
    SortedSet<String> kustomized = new TreeSet<>();
    for (TreeFile file : visible) {
      String name = nameOf(file.path());
      if (name.equals(Chart.FILE_NAME)) {
        charts.add(folderOf(file.path()));
      } else if (Kustomization.NAMES.contains(name)) {
        kustomized.add(folderOf(file.path()));
      }
    }
    List<TreeFile> files = new ArrayList<>();
    SortedMap<String, TreeFile> kustomizations = new TreeMap<>();
    List<TreeFile> descriptions = new ArrayList<>();
    for (TreeFile file : visible) {
      String folder = folderOf(file.path());
      String name = nameOf(file.path());
      if (file.kind() == TreeFile.Kind.SUBMODULE) {
        continue;
      }
      Optional<String> chart = outermost(folder, charts);
      if (chart.isPresent()) {
        if (chart.get().equals(folder) && name.equals(Chart.FILE_NAME)) {
          descriptions.add(file);
        }
      } else if (Kustomization.NAMES.contains(name)) {
        kustomizations.merge(folder, file, ReeveIgnore::preferred);
      } else if (outermost(folder, kustomized).isEmpty() && isManifest(name)) {
        files.add(file);
      }
    }
    return new Selection(files, List.copyOf(kustomizations.values()), descriptions);
  }

  private static boolean isManifest(String name) {
    return ENDINGS.stream().anyMatch(name::endsWith) && !name.equals(SOPS_SETTINGS);
  }

  private static TreeFile preferred(TreeFile one, TreeFile other) {
    return Kustomization.NAMES.indexOf(nameOf(one.path()))
            < Kustomization.NAMES.indexOf(nameOf(other.path()))
        ? one
        : other;
  }

  /// Under the path, in no dot-folder, and named by no rule, itself or a folder above it.
  private boolean isVisible(String path) {
    boolean isUnder = root.isEmpty() || path.startsWith(root + "/") || path.equals(root);
    if (!isUnder) {
      return false;
    }
    int start = root.isEmpty() || path.equals(root) ? 0 : root.length() + 1;
    for (int slash = path.indexOf('/', start); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String folder = path.substring(0, slash);
      if (nameOf(folder).startsWith(".") || isIgnored(folder, true)) {
        return false;
      }
    }
    return !isIgnored(path, false);
  }

  /// Asks the rules of the nearest folder first; one that says neither yes nor no asks the next.
  private boolean isIgnored(String path, boolean isFolder) {
    for (String folder = folderOf(path); ; folder = folderOf(folder)) {
      IgnoreNode node = rules.get(folder);
      if (node != null) {
        String below = folder.isEmpty() ? path : path.substring(folder.length() + 1);
        Boolean verdict = node.checkIgnored(below, isFolder);
        if (verdict != null) {
          return verdict;
        }
      }
      if (folder.isEmpty()) {
        return false;
      }
    }
  }

  /// The folder itself or the highest above it that is among the given.
  private static Optional<String> outermost(String folder, SortedSet<String> among) {
    Optional<String> found = Optional.empty();
    for (String each = folder; ; each = folderOf(each)) {
      if (among.contains(each)) {
        found = Optional.of(each);
      }
      if (each.isEmpty()) {
        return found;
      }
    }
  }

  private static IgnoreNode parsed(String text) {
    var node = new IgnoreNode();
    try {
      node.parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return node;
  }

  private static String folderOf(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
