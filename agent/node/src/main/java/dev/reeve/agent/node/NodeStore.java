package dev.reeve.agent.node;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.Network;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.core.protocol.Routing;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a node keeps: its orders and the texts of its releases on disk, the values of secrets in
/// memory only. A file that cannot be read counts as absent.
///
/// Confined to one thread, but for [#secret].
final class NodeStore {
  private static final Logger LOG = LoggerFactory.getLogger(NodeStore.class);

  private final Path orders;
  private final Path routes;
  private final Path releases;
  private final Path secrets;

  /// The last order, as it was taken over.
  record Orders(long epoch, long generation, List<PodOrder> pods) {
    Orders {
      pods = List.copyOf(pods);
    }

    static Orders none() {
      return new Orders(0, 0, List.of());
    }
  }

  /// A release with the contents of its ConfigMaps.
  record KeptRelease(ReleaseText text, List<ConfigContent> config) {
    KeptRelease {
      config = List.copyOf(config);
    }
  }

  NodeStore(Settings settings) throws IOException {
    orders = settings.dataDir().resolve("orders.json");
    routes = routes(settings);
    releases = settings.dataDir().resolve("releases");
    secrets = settings.runDir().resolve("secrets");
    Disk.privateFolder(settings.dataDir());
    Disk.privateFolder(releases);
    MemoryFolder.ensure(settings.runDir());
    Disk.privateFolder(secrets);
  }

  private static Path routes(Settings settings) {
    return settings.dataDir().resolve("routes.json");
  }

  /// Which addresses the cluster had, as far as the node was told.
  static Network network(Settings settings) {
    return read(routes(settings), Routing.class).map(Routing::network).orElse(Network.USUAL);
  }

  Orders orders() {
    return read(orders, Orders.class).orElse(Orders.none());
  }

  void save(Orders kept) throws IOException {
    Disk.replace(orders, Wire.bytes(kept));
  }

  RouteTable routes() {
    return read(routes, Routing.class).map(RouteTable::of).orElse(RouteTable.NONE);
  }

  void save(RouteTable table) throws IOException {
    Disk.replace(routes, Wire.bytes(table.whole()));
  }

  List<KeptRelease> releases() throws IOException {
    var found = new ArrayList<KeptRelease>();
    try (var files = Files.list(releases)) {
      files
          .filter(it -> it.toString().endsWith(".json"))
          .sorted()
          .forEach(it -> read(it, KeptRelease.class).ifPresent(found::add));
    }
    return found;
  }

  void keep(KeptRelease release) throws IOException {
    if (release.config().stream().anyMatch(ConfigContent::isSecret)) {
      throw new IllegalArgumentException("a secret is not for the disk");
    }
    Disk.replace(releases.resolve(fileName(release.text().hash())), Wire.bytes(release));
  }

  void keepSecret(ConfigContent secret) throws IOException {
    Disk.replace(secretFile(secret.use()), Wire.bytes(secret));
  }

  /// @return empty until it was delivered, and again after a reboot
  Optional<ConfigContent> secret(ConfigUse use) {
    return read(secretFile(use), ConfigContent.class);
  }

  /// Forgets what is not named here.
  void retain(Set<String> releaseHashes, Set<ConfigUse> secretUses) throws IOException {
    retain(releases, releaseHashes.stream().map(NodeStore::fileName).collect(Collectors.toSet()));
    retain(
        secrets,
        secretUses.stream()
            .map(it -> secretFile(it).getFileName().toString())
            .collect(Collectors.toSet()));
  }

  private static void retain(Path folder, Set<String> names) throws IOException {
    List<Path> surplus;
    try (var files = Files.list(folder)) {
      surplus = files.filter(it -> !names.contains(it.getFileName().toString())).toList();
    }
    for (Path file : surplus) {
      Files.deleteIfExists(file);
    }
  }

  private Path secretFile(ConfigUse use) {
    return secrets.resolve(Hash.start().add(use.key().toString()).add(use.hash()).name() + ".json");
  }

  /// A hash comes from outside; as a file name it must not lead anywhere.
  private static String fileName(String hash) {
    return (hash.matches("[A-Za-z0-9]{1,64}") ? hash : Hash.start().add(hash).name()) + ".json";
  }

  private static <T> Optional<T> read(Path file, Class<T> type) {
    try {
      return Files.exists(file)
          ? Optional.of(Wire.read(Files.readAllBytes(file), type))
          : Optional.empty();
    } catch (IOException | Wire.UnreadableMessage | RuntimeException e) {
      LOG.warn("{} cannot be read and counts as absent: {}", file, e.getClass().getSimpleName());
      return Optional.empty();
    }
  }
}
