package dev.reeve.agent.node;

import dev.reeve.agent.node.ContainerPlan.Resolver;
import dev.reeve.agent.node.network.PodNetwork;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How a pod resolves names, by its `dnsPolicy` and `dnsConfig`, as the kubelet has it.
final class PodDns {
  /// To the engine: no search list, where an empty one would be the node's.
  private static final List<String> NO_SEARCH = List.of(".");

  private static final Path USUAL = Path.of("/etc/resolv.conf");

  /// Where systemd keeps the servers behind its own resolver, which answers on loopback only.
  private static final Path BEHIND_LOOPBACK = Path.of("/run/systemd/resolve/resolv.conf");

  private PodDns() {}

  /// @param names of the cluster; empty where it answers none
  static Resolver resolver(String namespace, PodSpec spec, Optional<PodNetwork.Names> names) {
    var config = Optional.ofNullable(spec.getDnsConfig()).map(PodDns::of);
    var policy = PodTemplates.or(spec.getDnsPolicy(), "ClusterFirst");
    if (policy.equals("None")) {
      return config.map(PodDns::alone).orElse(Resolver.OF_THE_NODE);
    }
    boolean isOnHost = Boolean.TRUE.equals(spec.getHostNetwork());
    boolean asksCluster =
        policy.equals("ClusterFirstWithHostNet") || policy.equals("ClusterFirst") && !isOnHost;
    if (asksCluster && names.isPresent()) {
      var cluster = ofTheCluster(namespace, names.get());
      return config.map(it -> whole(cluster, it)).orElse(cluster);
    }
    return config.map(it -> added(ofTheNode(), it)).orElse(Resolver.OF_THE_NODE);
  }

  /// A short name is looked for in the pod's own namespace first.
  private static Resolver ofTheCluster(String namespace, PodNetwork.Names names) {
    var domain = names.domain();
    return new Resolver(
        List.of(names.server()),
        List.of(namespace + ".svc." + domain, "svc." + domain, domain),
        List.of("ndots:5"));
  }

  /// Unlike [#added], nothing is left to the engine.
  private static Resolver whole(Resolver cluster, Resolver config) {
    var ownOptions = config.options().stream().map(PodDns::name).toList();
    return new Resolver(
        both(cluster.servers(), config.servers()),
        both(cluster.searches(), config.searches()),
        both(
            cluster.options().stream().filter(it -> !ownOptions.contains(name(it))).toList(),
            config.options()));
  }

  private static Resolver of(PodDNSConfig config) {
    return new Resolver(
        PodTemplates.orNone(config.getNameservers()),
        PodTemplates.orNone(config.getSearches()),
        PodTemplates.orNone(config.getOptions()).stream()
            .map(it -> it.getValue() == null ? it.getName() : it.getName() + ":" + it.getValue())
            .toList());
  }

  private static Resolver alone(Resolver config) {
    return config.searches().isEmpty()
        ? new Resolver(config.servers(), NO_SEARCH, config.options())
        : config;
  }

  /// What the pod says nothing of is left to the engine, which then takes it from the node itself.
  static Resolver added(Resolver node, Resolver config) {
    var ownOptions = config.options().stream().map(PodDns::name).toList();
    return new Resolver(
        config.servers().isEmpty() ? List.of() : both(node.servers(), config.servers()),
        config.searches().isEmpty() ? List.of() : both(node.searches(), config.searches()),
        config.options().isEmpty()
            ? List.of()
            : both(
                node.options().stream().filter(it -> !ownOptions.contains(name(it))).toList(),
                config.options()));
  }

  private static List<String> both(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).distinct().toList();
  }

  private static String name(String option) {
    return option.split(":", 2)[0];
  }

  private static Resolver ofTheNode() {
    try {
      var usual = parse(Files.readAllLines(USUAL));
      return usual.servers().isEmpty() && Files.isReadable(BEHIND_LOOPBACK)
          ? parse(Files.readAllLines(BEHIND_LOOPBACK))
          : usual;
    } catch (IOException e) {
      return Resolver.OF_THE_NODE;
    }
  }

  /// The lines of a resolv.conf. Servers on loopback are left out: a pod has a loopback of its own.
  static Resolver parse(List<String> lines) {
    var servers = new ArrayList<String>();
    var searches = new ArrayList<String>();
    var options = new ArrayList<String>();
    for (String line : lines) {
      var words = List.of(line.strip().split("\\s+"));
      var values = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "nameserver" ->
            values.stream().limit(1).filter(it -> !it.startsWith("127.")).forEach(servers::add);
        case "search", "domain" -> {
          searches.clear();
          searches.addAll(values);
        }
        case "options" -> options.addAll(values);
        default -> {}
      }
    }
    return new Resolver(servers, searches, options);
  }
}
