package dev.reeve.agent.node;

import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/// A volume made of config, laid out as the kubelet does it, so that a reader sees all files of one
/// content or all of another:
///
///     ..2026_01_31_12_00_00.123   the files
///     ..data -> ..2026_01_31_12_00_00.123
///     key -> ..data/key
///
/// New content is a new folder, and `..data` is led there by one rename. The volume itself stays
/// the same folder, which containers have mounted. What was half done when the agent ended is done
/// by the next [#update].
///
/// Confined to one thread for each volume.
final class ConfigFolder {
  private static final String DATA = "..data";
  private static final String NEW_DATA = "..data_tmp";
  private static final String OURS = "..";
  private static final int FOLDER_MODE = 0755;
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy_MM_dd_HH_mm_ss.", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path folder;
  private final Optional<Long> group;

  /// One file.
  ///
  /// @param mode its rights, where no group is given the volume
  record ConfigFile(Bytes content, int mode) {}

  /// @param group that files are given to, which reads them then
  ConfigFolder(Path folder, Optional<Long> group) {
    this.folder = folder;
    this.group = group;
  }

  boolean isMade() {
    return Files.isSymbolicLink(folder.resolve(DATA));
  }

  /// The folder appears with all its files at once, so that a half-made one is never mounted.
  void make(SortedMap<String, ConfigFile> files) throws IOException, Trouble {
    var name = "." + folder.getFileName() + ".new";
    var fresh = new ConfigFolder(folder.resolveSibling(name), group);
    Disk.removeTree(fresh.folder);
    Files.createDirectory(fresh.folder);
    Disk.mode(fresh.folder, FOLDER_MODE);
    fresh.update(files);
    fresh.give(fresh.folder);
    Files.move(fresh.folder, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Brings what is there to this content.
  ///
  /// @return whether it had another
  boolean update(SortedMap<String, ConfigFile> files) throws IOException, Trouble {
    var data = folder.resolve(DATA);
    boolean isNews = !isMade() || !has(data, files);
    if (isNews) {
      var moment = MOMENT.format(Instant.now());
      var written = write(Files.createTempDirectory(folder, OURS + moment), files);
      link(NEW_DATA, written.getFileName().toString());
      Files.move(
          folder.resolve(NEW_DATA),
          data,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    var names = new TreeSet<String>();
    for (String path : files.keySet()) {
      names.add(Path.of(path).getName(0).toString());
    }
    for (String name : names) {
      if (!Files.isSymbolicLink(folder.resolve(name))) {
        link(name, DATA + "/" + name);
      }
    }
    tidy(names, Files.readSymbolicLink(data).toString());
    return isNews;
  }

  private static boolean has(Path data, SortedMap<String, ConfigFile> files) throws IOException {
    var root = data.toRealPath();
    int present = 0;
    for (Path file : regularFiles(root)) {
      var wanted = files.get(root.relativize(file).toString());
      if (wanted == null || !Arrays.equals(Files.readAllBytes(file), wanted.content().toArray())) {
        return false;
      }
      present++;
    }
    return present == files.size();
  }

  private static List<Path> regularFiles(Path root) throws IOException {
    try (var all = Files.walk(root)) {
      return all.filter(it -> Files.isRegularFile(it, LinkOption.NOFOLLOW_LINKS)).toList();
    }
  }

  private Path write(Path fresh, SortedMap<String, ConfigFile> files) throws IOException, Trouble {
    for (var each : files.entrySet()) {
      var file = fresh.resolve(each.getKey()).normalize();
      if (!file.startsWith(fresh) || file.equals(fresh)) {
        throw new Trouble(Trouble.CONFIG, "path leads out of the volume: " + each.getKey());
      }
      Files.createDirectories(Disk.parent(file));
      Files.write(file, each.getValue().content().toArray());
      // The group reads what is given to it, as the kubelet does.
      Disk.mode(file, each.getValue().mode() | (group.isPresent() ? 0440 : 0));
    }
    List<Path> all;
    try (var found = Files.walk(fresh)) {
      all = found.toList();
    }
    for (Path path : all) {
      if (Files.isDirectory(path)) {
        Disk.mode(path, FOLDER_MODE);
      }
      give(path);
    }
    return fresh;
  }

  private void link(String name, String target) throws IOException {
    var link = folder.resolve(name);
    if (Files.isSymbolicLink(link)) {
      Files.delete(link);
    }
    give(Files.createSymbolicLink(link, Path.of(target)));
  }

  private void give(Path path) throws IOException {
    if (group.isPresent()) {
      Files.setAttribute(path, "unix:gid", Math.toIntExact(group.get()), LinkOption.NOFOLLOW_LINKS);
    }
  }

  /// Removes names of what is gone, and all content but the present. What a container's `subPath`
  /// has made beside them stays.
  private void tidy(Set<String> names, String present) throws IOException {
    var surplus = new ArrayList<Path>();
    try (var all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        var name = each.getFileName().toString();
        boolean isOurs = name.startsWith(OURS);
        if (isOurs
            ? !name.equals(DATA) && !name.equals(present)
            : Files.isSymbolicLink(each) && !names.contains(name)) {
          surplus.add(each);
        }
      }
    }
    for (Path each : surplus) {
      Disk.removeTree(each);
    }
  }
}
