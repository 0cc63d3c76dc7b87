package dev.reeve.agent.node;

import dev.reeve.agent.mind.PodProgram;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.ToNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// The releases that a node knows: each with its template, read once, and its config, of which what
/// is live may become other. Written by the agent's loop alone, read by many.
final class Releases {
  private final NodeStore store;
  private final Map<String, Release> known = new ConcurrentHashMap<>();

  Releases(NodeStore store) throws IOException {
    this.store = store;
    for (var kept : store.releases()) {
      known.put(kept.text().hash(), new Release(store, kept));
    }
  }

  /// One release as the hands use it.
  static final class Release {
    private final NodeStore store;
    private final NodeStore.KeptRelease kept;
    private final Optional<PodTemplates.Template> template;

    /// Secrets as they were before live ones changed: who has begun to read them goes on.
    private final Set<ConfigUse> former;

    /// Values of Secrets that were live, which containers may still have from their start.
    private final Set<String> formerValues;

    private Release(NodeStore store, NodeStore.KeptRelease kept) {
      this(store, kept, Set.of(), Set.of());
    }

    private Release(
        NodeStore store,
        NodeStore.KeptRelease kept,
        Set<ConfigUse> former,
        Set<String> formerValues) {
      this.store = store;
      this.kept = kept;
      this.former = former;
      this.formerValues = formerValues;
      template = PodTemplates.read(kept.text().template());
    }

    Optional<PodTemplates.Template> template() {
      return template;
    }

    /// The content of a ConfigMap or Secret of this release.
    Config config(String kind, String namespace, String name) {
      var key = new ObjectKey(kind, namespace, name);
      var use = uses().stream().filter(it -> it.key().equals(key)).findFirst();
      if (use.isEmpty()) {
        return new Config.Unknown();
      }
      var content =
          kind.equals("Secret")
              ? store.secret(use.get())
              : kept.config().stream().filter(it -> it.use().equals(use.get())).findFirst();
      return content.<Config>map(Config.Present::new).orElseGet(Config.NotDelivered::new);
    }

    /// The values of all its Secrets that are or were on this node, longest first.
    List<String> secretValues() {
      var present =
          secrets().stream()
              .flatMap(it -> store.secret(it).stream())
              .flatMap(it -> it.data().values().stream())
              .map(it -> it.toUtf8().strip());
      return Stream.concat(present, formerValues.stream())
          .distinct()
          .sorted(Comparator.comparingInt(String::length).reversed())
          .toList();
    }

    private List<ConfigUse> uses() {
      return kept.text().config();
    }

    private Set<ConfigUse> secrets() {
      var secrets = new HashSet<ConfigUse>();
      uses().stream().filter(it -> it.key().kind().equals("Secret")).forEach(secrets::add);
      return secrets;
    }
  }

  /// What is known of a ConfigMap or Secret that a pod asks for.
  sealed interface Config {
    record Present(ConfigContent content) implements Config {}

    /// The release uses it, and its content is not on this node.
    record NotDelivered() implements Config {}

    /// The release does not have it.
    record Unknown() implements Config {}
  }

  Optional<Release> get(String hash) {
    return Optional.ofNullable(known.get(hash));
  }

  Optional<PodTemplates.Template> template(PodOrder pod) {
    return get(pod.release()).flatMap(Release::template);
  }

  SortedMap<String, PodProgram> programs() {
    var programs = new TreeMap<String, PodProgram>();
    known.forEach(
        (hash, release) -> release.template().ifPresent(it -> programs.put(hash, it.program())));
    return programs;
  }

  /// What an order brought.
  ///
  /// @param programs of all releases whose texts it brought
  /// @param renewed releases that were here, with other config
  record Taken(SortedMap<String, PodProgram> programs, Set<String> renewed) {
    static final Taken NOTHING = new Taken(new TreeMap<>(), Set.of());
  }

  /// Takes over what an order brought, before the order itself is followed. It must be one that is:
  /// texts of an older one may hold older config.
  Taken take(ToNode.Give given) throws IOException {
    var contents = new HashMap<ConfigUse, ConfigContent>();
    given.config().forEach(it -> contents.put(it.use(), it));
    for (var content : contents.values()) {
      if (content.isSecret() && store.secret(content.use()).isEmpty()) {
        store.keepSecret(content);
      }
    }
    var programs = new TreeMap<String, PodProgram>();
    var renewed = new HashSet<String>();
    for (ReleaseText text : given.order().releases()) {
      var before = known.get(text.hash());
      var release = take(text, contents);
      if (before != null && !before.uses().equals(release.uses())) {
        renewed.add(text.hash());
      }
      release.template().ifPresent(it -> programs.put(text.hash(), it.program()));
    }
    return new Taken(programs, renewed);
  }

  private Release take(ReleaseText text, Map<ConfigUse, ConfigContent> contents)
      throws IOException {
    var present = known.get(text.hash());
    if (present != null && present.kept.text().equals(text) && isWhole(present)) {
      return present;
    }
    var config = new ArrayList<ConfigContent>();
    for (ConfigUse use : text.config()) {
      var content = contents.get(use);
      if (content != null && !content.isSecret()) {
        config.add(content);
      }
    }
    var kept = new NodeStore.KeptRelease(text, config);
    store.keep(kept);
    var release =
        present == null || present.uses().equals(text.config())
            ? new Release(store, kept)
            : new Release(store, kept, present.secrets(), Set.copyOf(present.secretValues()));
    known.put(text.hash(), release);
    return release;
  }

  private static boolean isWhole(Release release) {
    return release.uses().size() - release.secrets().size() == release.kept.config().size();
  }

  /// Forgets releases that no pod here uses.
  void retain(Set<String> hashes) throws IOException {
    known.keySet().retainAll(hashes);
    var secrets = new HashSet<ConfigUse>();
    for (Release release : known.values()) {
      secrets.addAll(release.secrets());
      secrets.addAll(release.former);
    }
    store.retain(known.keySet(), secrets);
  }
}
