package dev.reeve.agent.node;

import dev.reeve.agent.node.ContainerPlan.Mount;
import dev.reeve.agent.node.Engine.EngineVolume;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.VolumeOrder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Volumes that pods have by claims: the engine's own, which outlive pods, and folders of the node.
///
/// A pod's sandbox mounts the engine's volumes of its pod for as long as it lives. So they are
/// there for all containers of the pod whatever these do, are seen by the node (for `subPath` and
/// `fsGroup`) even where the engine mounts them only while they are used, and nobody who tidies up
/// takes them for unused.
final class ClaimedVolumes {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimedVolumes.class);

  private static final Duration AGAIN = Duration.ofSeconds(10);
  private static final String CLAIM = "dev.reeve.claim";
  private static final int SET_GROUP = 02000;

  private final String cluster;
  private final Engine engine;
  private volatile boolean isClosed;

  ClaimedVolumes(String cluster, Engine engine) {
    this.cluster = cluster;
    this.engine = engine;
  }

  static Optional<VolumeOrder> find(PodOrder pod, String name) {
    return pod.volumes().stream().filter(it -> it.name().equals(name)).findFirst();
  }

  /// What the sandbox mounts, all of it made.
  List<Mount> held(PodOrder pod) throws EngineException {
    var mounts = new ArrayList<Mount>();
    for (VolumeOrder volume : pod.volumes()) {
      var source = volume.source();
      if (!source.isFolder()) {
        var labels = new TreeMap<>(Labels.ofCluster(cluster));
        labels.put(CLAIM, pod.namespace() + "/" + volume.claim());
        engine.ensureVolume(source.handle(), source.driver(), source.options(), labels);
        mounts.add(Mount.ofVolume(source.handle(), "/volumes/" + volume.name(), false));
      }
    }
    return mounts;
  }

  /// Lets the pod's group use them, once the sandbox has mounted them: what is in them is given to
  /// it, unless it was already and only that is asked for.
  void share(PodOrder pod, PodSpec spec) throws EngineException, Trouble {
    var security = Optional.ofNullable(spec.getSecurityContext());
    var group = security.map(PodSecurityContext::getFsGroup);
    if (group.isEmpty()) {
      return;
    }
    boolean onlyOnMismatch =
        security
            .map(PodSecurityContext::getFsGroupChangePolicy)
            .map("OnRootMismatch"::equals)
            .orElse(false);
    for (VolumeOrder volume : pod.volumes()) {
      var folder = volume.readOnly() ? Optional.<Path>empty() : folder(volume);
      try {
        if (folder.isPresent() && !(onlyOnMismatch && isShared(folder.get(), group.get()))) {
          give(folder.get(), Math.toIntExact(group.get()));
        }
      } catch (IOException | RuntimeException e) {
        throw new Trouble(
            Trouble.CONFIG, "volume " + volume.name() + ": fsGroup: " + OneLine.of(e));
      }
    }
  }

  private static boolean isShared(Path folder, long group) throws IOException {
    return Files.getAttribute(folder, "unix:gid").equals(Math.toIntExact(group))
        && (mode(folder) & SET_GROUP) != 0;
  }

  private static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private static void give(Path root, int group) throws IOException {
    try (var all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
        if (Files.isSymbolicLink(path)) {
          continue;
        }
        // As the kubelet does: the group may do what the owner may, and what comes later is its.
        boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        int mode = mode(path) & 07777;
        Files.setAttribute(path, "unix:mode", mode | (isFolder ? SET_GROUP | 0770 : 0660));
      }
    }
  }

  /// One of them as a container mounts it.
  Mount mount(VolumeOrder volume, VolumeMount mount, Map<String, String> env, String propagation)
      throws Trouble, IOException {
    var part = Volumes.part(mount, env);
    boolean isReadOnly = volume.readOnly() || Boolean.TRUE.equals(mount.getReadOnly());
    if (part.isEmpty() && !volume.source().isFolder()) {
      return Mount.ofVolume(volume.source().handle(), mount.getMountPath(), isReadOnly);
    }
    Optional<Path> folder;
    try {
      folder = folder(volume);
    } catch (EngineException e) {
      throw new Trouble(Trouble.CREATE, e.summary());
    }
    if (folder.isEmpty()) {
      throw new Trouble(
          Trouble.CONFIG,
          "volume %s: the node does not see what is in it (driver %s), so subPath cannot be had"
              .formatted(volume.name(), volume.source().driver()));
    }
    return new Mount(
        Volumes.below(folder.get(), part).toString(),
        mount.getMountPath(),
        isReadOnly,
        // The engine mounts nothing from its own folders that is private to it.
        volume.source().isFolder() || !propagation.equals("rprivate") ? propagation : "rslave");
  }

  private Optional<Path> folder(VolumeOrder volume) throws EngineException {
    if (volume.source().isFolder()) {
      var folder = Path.of(volume.source().path());
      return Files.isDirectory(folder) ? Optional.of(folder) : made(folder);
    }
    return engine
        .volume(volume.source().handle())
        .map(EngineVolume::folder)
        .filter(it -> !it.isEmpty())
        .map(Path::of)
        .filter(Files::isDirectory);
  }

  private static Optional<Path> made(Path folder) {
    try {
      return Optional.of(Files.createDirectories(folder));
    } catch (IOException e) {
      LOG.warn("{} cannot be made: {}", folder, OneLine.of(e));
      return Optional.empty();
    }
  }

  /// Deletes a volume with all that is in it, and tries until it is gone. One that is not the
  /// cluster's stays.
  void delete(String name, Runnable gone) {
    while (!isClosed) {
      try {
        var found = engine.volume(name);
        boolean isOurs =
            found.map(it -> cluster.equals(it.labels().get(Labels.CLUSTER))).orElse(true);
        if (isOurs) {
          engine.removeVolume(name);
          LOG.info("volume {} is deleted", name);
        } else {
          LOG.warn("volume {} was made by others and stays; nobody claims it any more", name);
        }
        gone.run();
        return;
      } catch (EngineException e) {
        LOG.warn("volume {} is not deleted yet: {}", name, e.summary());
      }
      try {
        Thread.sleep(AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  void close() {
    isClosed = true;
  }
}
