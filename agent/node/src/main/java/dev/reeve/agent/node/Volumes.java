package dev.reeve.agent.node;

import dev.reeve.agent.node.ConfigFolder.ConfigFile;
import dev.reeve.agent.node.Releases.Release;
import dev.reeve.core.model.Bytes;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A pod's own volumes on the node, which go with it: folders under the data directory, and in
/// memory what holds secrets or asks for it. One is made when the first container that mounts it
/// starts.
final class Volumes {
  private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);
  private static final int USUAL_MODE = 0644;

  private final Path onDisk;
  private final Path inMemory;
  private final ClaimedVolumes claimed;

  Volumes(Settings settings, ClaimedVolumes claimed) {
    this.claimed = claimed;
    onDisk = settings.dataDir().resolve("pods");
    inMemory = settings.runDir().resolve("pods");
  }

  /// What a container mounts, all of it made.
  List<ContainerPlan.Mount> mounts(
      Release release, PodFacts facts, Container container, Map<String, String> env)
      throws Trouble {
    var mounts = new ArrayList<ContainerPlan.Mount>();
    for (VolumeMount mount : PodTemplates.orNone(container.getVolumeMounts())) {
      var byClaim = ClaimedVolumes.find(facts.order(), mount.getName());
      if (byClaim.isPresent()) {
        try {
          mounts.add(claimed.mount(byClaim.get(), mount, env, propagation(mount)));
        } catch (IOException e) {
          throw new Trouble(Trouble.CONFIG, "volume " + mount.getName() + ": " + OneLine.of(e));
        }
        continue;
      }
      var volume =
          PodTemplates.orNone(facts.template().spec().getVolumes()).stream()
              .filter(it -> it.getName().equals(mount.getName()))
              .findFirst()
              .orElseThrow(
                  () -> new Trouble(Trouble.CONFIG, "no volume is named " + mount.getName()));
      try {
        var root = make(release, facts, container, volume);
        mounts.add(
            new ContainerPlan.Mount(
                below(root, part(mount, env)).toString(),
                mount.getMountPath(),
                Boolean.TRUE.equals(mount.getReadOnly()) || isConfig(volume),
                propagation(mount)));
      } catch (IOException e) {
        throw new Trouble(Trouble.CONFIG, "volume " + volume.getName() + ": " + OneLine.of(e));
      }
    }
    return mounts;
  }

  private static String propagation(VolumeMount mount) {
    return switch (PodTemplates.or(mount.getMountPropagation(), "None")) {
      case "HostToContainer" -> "rslave";
      case "Bidirectional" -> "rshared";
      default -> "rprivate";
    };
  }

  /// The file that a container may write its last words to. Those of the attempt before are kept.
  Path lastWords(String uid, String container, int attempt) throws IOException {
    var file = lastWordsFile(uid, container, attempt);
    Files.createDirectories(Disk.parent(file));
    Files.deleteIfExists(lastWordsFile(uid, container, attempt - 2));
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
    Disk.mode(file, 0666);
    return file;
  }

  /// What a container wrote there, and of that the end.
  byte[] lastWordsOf(String uid, String container, int attempt, int longest) throws IOException {
    var file = lastWordsFile(uid, container, attempt);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new byte[0];
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.position(Math.max(0, channel.size() - longest));
      var bytes = ByteBuffer.allocate(longest);
      int count;
      do {
        count = channel.read(bytes);
      } while (count >= 0 && bytes.hasRemaining());
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }

  private Path lastWordsFile(String uid, String container, int attempt) {
    return folder(onDisk, uid).resolve("containers").resolve(container + "-" + attempt);
  }

  /// Removes all volumes of a pod.
  void remove(String uid) throws IOException {
    MemoryFolder.unmountBelow(folder(inMemory, uid));
    Disk.removeTree(folder(inMemory, uid));
    Disk.removeTree(folder(onDisk, uid));
  }

  private static Path folder(Path root, String uid) {
    if (!uid.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException("not a uid: " + uid);
    }
    return root.resolve(uid);
  }

  private static boolean isConfig(Volume it) {
    return it.getConfigMap() != null
        || it.getSecret() != null
        || it.getProjected() != null
        || it.getDownwardAPI() != null;
  }

  // --- making one

  private Path make(Release release, PodFacts facts, Container container, Volume volume)
      throws Trouble, IOException {
    if (volume.getHostPath() != null) {
      return hostPath(volume.getHostPath());
    }
    var security = Optional.ofNullable(facts.template().spec().getSecurityContext());
    var group = security.map(PodSecurityContext::getFsGroup);
    if (volume.getEmptyDir() != null) {
      return emptyDir(facts, volume.getName(), volume.getEmptyDir(), group);
    }
    if (!isConfig(volume)) {
      throw new Trouble(Trouble.CONFIG, "volume " + volume.getName() + " is of a kind not known");
    }
    var folder = volumes(root(volume), facts).resolve(volume.getName());
    if (!Files.isDirectory(folder)) {
      new ConfigFolder(folder, group).make(files(release, facts, container, volume));
    }
    return folder;
  }

  /// Where a volume made of config is: what may hold a secret stays in memory.
  private Path root(Volume volume) {
    boolean isSecret = volume.getSecret() != null || volume.getProjected() != null;
    return isSecret ? inMemory : onDisk;
  }

  /// Brings what a pod has mounted of its config to the content that its release has now. A volume
  /// whose new content lacks something that the pod needs stays as it is.
  void refresh(Release release, PodFacts facts) {
    var spec = facts.template().spec();
    var group = Optional.ofNullable(spec.getSecurityContext()).map(PodSecurityContext::getFsGroup);
    for (Volume volume : PodTemplates.orNone(spec.getVolumes())) {
      if (!isConfig(volume)) {
        continue;
      }
      var path = folder(root(volume), facts.order().uid()).resolve("volumes");
      var folder = new ConfigFolder(path.resolve(volume.getName()), group);
      var container = userOf(volume, facts);
      if (container.isEmpty() || !folder.isMade()) {
        continue;
      }
      try {
        if (folder.update(files(release, facts, container.get(), volume))) {
          LOG.info("pod {}: volume {} has new content", facts.order().uid(), volume.getName());
        }
      } catch (Trouble e) {
        LOG.warn(
            "pod {}: volume {} stays as it is: {}",
            facts.order().uid(),
            volume.getName(),
            e.message());
      } catch (IOException e) {
        LOG.warn(
            "pod {}: volume {} is not brought up to date: {}",
            facts.order().uid(),
            volume.getName(),
            OneLine.of(e));
      }
    }
  }

  /// The first container that mounts it.
  private static Optional<Container> userOf(Volume volume, PodFacts facts) {
    var spec = facts.template().spec();
    return Stream.concat(
            PodTemplates.orNone(spec.getInitContainers()).stream(),
            PodTemplates.orNone(spec.getContainers()).stream())
        .filter(it ->
            PodTemplates.orNone(it.getVolumeMounts()).stream()
                .anyMatch(mount -> mount.getName().equals(volume.getName())))
        .findFirst();
  }

  private static Path volumes(Path root, PodFacts facts) throws IOException {
    var folder = folder(root, facts.order().uid()).resolve("volumes");
    Disk.privateFolder(root);
    Disk.privateFolder(Disk.parent(folder));
    Files.createDirectories(folder);
    return folder;
  }

  private Path emptyDir(
      PodFacts facts, String name, EmptyDirVolumeSource source, Optional<Long> group)
      throws IOException {
    boolean isInMemory = "Memory".equals(source.getMedium());
    var folder = volumes(isInMemory ? inMemory : onDisk, facts).resolve(name);
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Files.createDirectory(folder);
    if (isInMemory && source.getSizeLimit() != null) {
      var bytes = PodFacts.amount(source.getSizeLimit()).toBigInteger();
      MemoryFolder.mount(folder, List.of("size=" + bytes));
    }
    Disk.mode(folder, 0777);
    if (group.isPresent()) {
      give(folder, group.get());
      // Files made in it belong to the group as well.
      setMode(folder, 02777);
    }
    return folder;
  }

  private static Path hostPath(HostPathVolumeSource source) throws Trouble, IOException {
    var path = Path.of(source.getPath());
    var type = PodTemplates.or(source.getType(), "");
    boolean fits =
        switch (type) {
          case "" -> true;
          case "DirectoryOrCreate" -> {
            if (!Files.exists(path)) {
              Files.createDirectories(path);
              Disk.mode(path, 0755);
            }
            yield Files.isDirectory(path);
          }
          case "FileOrCreate" -> {
            if (!Files.exists(path)) {
              Files.createFile(path);
              Disk.mode(path, 0644);
            }
            yield Files.isRegularFile(path);
          }
          case "Directory" -> Files.isDirectory(path);
          case "File" -> Files.isRegularFile(path);
          case "Socket" -> kind(path) == 0140000;
          case "CharDevice" -> kind(path) == 0020000;
          case "BlockDevice" -> kind(path) == 0060000;
          default -> false;
        };
    if (!fits) {
      throw new Trouble(
          Trouble.CONFIG, "hostPath type check failed: " + path + " is not a " + type);
    }
    return path;
  }

  private static int kind(Path path) throws IOException {
    return Files.exists(path) && Files.getAttribute(path, "unix:mode") instanceof Integer mode
        ? mode & 0170000
        : 0;
  }

  // --- volumes made of config

  private SortedMap<String, ConfigFile> files(
      Release release, PodFacts facts, Container container, Volume volume) throws Trouble {
    var files = new TreeMap<String, ConfigFile>();
    if (volume.getConfigMap() != null) {
      var source = volume.getConfigMap();
      int mode = PodTemplates.or(source.getDefaultMode(), USUAL_MODE);
      add(
          files,
          data(release, facts, "ConfigMap", source.getName(), source.getOptional()),
          source.getItems(),
          mode,
          source.getOptional());
    } else if (volume.getSecret() != null) {
      var source = volume.getSecret();
      int mode = PodTemplates.or(source.getDefaultMode(), USUAL_MODE);
      add(
          files,
          data(release, facts, "Secret", source.getSecretName(), source.getOptional()),
          source.getItems(),
          mode,
          source.getOptional());
    } else if (volume.getDownwardAPI() != null) {
      int mode = PodTemplates.or(volume.getDownwardAPI().getDefaultMode(), USUAL_MODE);
      addFacts(files, facts, container, volume.getDownwardAPI().getItems(), mode);
    } else if (volume.getProjected() != null) {
      int mode = PodTemplates.or(volume.getProjected().getDefaultMode(), USUAL_MODE);
      for (var source : PodTemplates.orNone(volume.getProjected().getSources())) {
        project(files, release, facts, container, source, mode);
      }
    }
    return files;
  }

  private static void project(
      Map<String, ConfigFile> files,
      Release release,
      PodFacts facts,
      Container container,
      VolumeProjection source,
      int mode)
      throws Trouble {
    if (source.getConfigMap() != null) {
      var it = source.getConfigMap();
      var data = data(release, facts, "ConfigMap", it.getName(), it.getOptional());
      add(files, data, it.getItems(), mode, it.getOptional());
    } else if (source.getSecret() != null) {
      var it = source.getSecret();
      var data = data(release, facts, "Secret", it.getName(), it.getOptional());
      add(files, data, it.getItems(), mode, it.getOptional());
    } else if (source.getDownwardAPI() != null) {
      addFacts(files, facts, container, source.getDownwardAPI().getItems(), mode);
    } else {
      throw new Trouble(Trouble.CONFIG, "a projected volume has a source that is not known");
    }
  }

  private static Map<String, Bytes> data(
      Release release,
      PodFacts facts,
      String kind,
      @Nullable String name,
      @Nullable Boolean optional)
      throws Trouble {
    return Environment.data(
            release, facts, kind, PodTemplates.or(name, ""), Boolean.TRUE.equals(optional))
        .orElse(new TreeMap<>());
  }

  private static void add(
      Map<String, ConfigFile> files,
      Map<String, Bytes> data,
      @Nullable List<KeyToPath> items,
      int mode,
      @Nullable Boolean optional)
      throws Trouble {
    if (PodTemplates.orNone(items).isEmpty()) {
      data.forEach((key, value) -> files.put(key, new ConfigFile(value, mode)));
      return;
    }
    for (KeyToPath item : PodTemplates.orNone(items)) {
      var value = data.get(item.getKey());
      if (value != null) {
        files.put(item.getPath(), new ConfigFile(value, PodTemplates.or(item.getMode(), mode)));
      } else if (!Boolean.TRUE.equals(optional)) {
        throw new Trouble(Trouble.CONFIG, "references non-existent config key: " + item.getKey());
      }
    }
  }

  private static void addFacts(
      Map<String, ConfigFile> files,
      PodFacts facts,
      Container container,
      @Nullable List<DownwardAPIVolumeFile> items,
      int mode)
      throws Trouble {
    for (DownwardAPIVolumeFile item : PodTemplates.orNone(items)) {
      var text =
          item.getFieldRef() != null
              ? facts.field(item.getFieldRef())
              : item.getResourceFieldRef() != null
                  ? facts.resource(item.getResourceFieldRef(), owner(facts, container, item))
                  : "";
      files.put(
          item.getPath(), new ConfigFile(Bytes.utf8(text), PodTemplates.or(item.getMode(), mode)));
    }
  }

  private static Container owner(PodFacts facts, Container asking, DownwardAPIVolumeFile item) {
    return Optional.ofNullable(item.getResourceFieldRef().getContainerName())
        .flatMap(facts.template()::container)
        .orElse(asking);
  }

  private static void give(Path path, long group) throws IOException {
    Files.setAttribute(path, "unix:gid", Math.toIntExact(group), LinkOption.NOFOLLOW_LINKS);
  }

  private static void setMode(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  // --- parts of one

  /// The part of a volume that is mounted; empty for all of it.
  static String part(VolumeMount mount, Map<String, String> env) throws Trouble {
    var expression = mount.getSubPathExpr();
    return expression == null || expression.isEmpty()
        ? PodTemplates.or(mount.getSubPath(), "")
        : Expansion.expand(expression, env);
  }

  static Path below(Path root, String part) throws Trouble, IOException {
    if (part.isEmpty()) {
      return root;
    }
    var path = root.resolve(part).normalize();
    if (!path.startsWith(root)) {
      throw new Trouble(Trouble.CONFIG, "subPath leads out of the volume: " + part);
    }
    if (!Files.exists(path)) {
      Files.createDirectories(path);
      Disk.mode(path, 0777);
    }
    // A link that a container put there must not lead to another part of the node.
    var real = path.toRealPath();
    if (!real.startsWith(root.toRealPath())) {
      throw new Trouble(Trouble.CONFIG, "subPath leads out of the volume: " + part);
    }
    return real;
  }
}
