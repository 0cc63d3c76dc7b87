package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What haproxy is told of the Ingresses, as text.
///
/// A backend is a Service's own address: the kernel picks the pod of each request, by weight, so
/// that pods come and go without a word to the proxy. Only where a rollout wants requests shared
/// otherwise than connections, or those with some header apart, are pods named here. Rules stand in
/// the order of what they match: hosts before any host, long paths before short ones, exact ones
/// before beginnings, and a canary before what it takes requests from.
///
/// Sources: the Ingress reference of Kubernetes (path types, wildcards), ingress-nginx's canary
/// annotations, haproxy's configuration manual 2.6.
final class ProxyConfig {
  private static final String NOWHERE = "nowhere";

  private final RouteTable routes;
  private final Path folder;
  private final boolean hasCertificates;
  private final SortedMap<String, String> backends = new TreeMap<>();

  private ProxyConfig(RouteTable routes, Path folder, boolean hasCertificates) {
    this.routes = routes;
    this.folder = folder;
    this.hasCertificates = hasCertificates;
  }

  /// Names of the files that certificates are in.
  static SortedSet<String> certificates(RouteTable routes) {
    var names = new TreeSet<String>();
    routes
        .ingresses()
        .values()
        .forEach(ingress -> ingress.tls().forEach(it -> names.add(fileName(it.secret()))));
    return names;
  }

  /// @param folder where socket and certificates are
  /// @param hasCertificates whether there are any in its folder `certs`
  static String of(RouteTable routes, Path folder, boolean hasCertificates) {
    return new ProxyConfig(routes, folder, hasCertificates).write();
  }

  /// The same without the headers that rollouts ask for: what people write there may be what
  /// haproxy does not take, and it takes a configuration as a whole.
  static RouteTable withoutHeaders(RouteTable routes) {
    var services = new TreeMap<ObjectKey, ServiceRoute>();
    routes
        .services()
        .forEach((key, route) ->
            services.put(
                key,
                new ServiceRoute(
                    route.service(),
                    route.endpoints().stream()
                        .map(it ->
                            new Endpoint(
                                it.pod(),
                                it.ip(),
                                it.node(),
                                it.weight(),
                                it.front(),
                                List.of(),
                                it.hostname(),
                                it.ports()))
                        .toList())));
    return new RouteTable(
        routes.epoch(),
        routes.version(),
        routes.network(),
        services,
        routes.ingresses(),
        routes.policies(),
        routes.nodes());
  }

  /// The file of a certificate; another one for another content.
  static String fileName(ConfigUse secret) {
    return Hash.start().add(secret.key().toString()).add(secret.hash()).name() + ".pem";
  }

  /// One path of one rule of one Ingress.
  private record Match(
      String host, String path, boolean isExact, Ingress ingress, Ingress.Backend backend) {
    private int hostRank() {
      return host.isEmpty() ? 2 : host.startsWith("*.") ? 1 : 0;
    }
  }

  /// As haproxy counts a server's weight.
  private static final int HEAVIEST = 256;

  private static final Comparator<Match> ORDER =
      Comparator.comparingInt(Match::hostRank)
          .thenComparing(Match::host)
          .thenComparingInt(it -> -it.path().length())
          .thenComparingInt(it -> it.isExact() ? 0 : 1)
          .thenComparingInt(it -> it.ingress().canary().isEmpty() ? 1 : 0)
          .thenComparing(it -> it.ingress().key());

  private String write() {
    var matches = new ArrayList<Match>();
    var fallback = "";
    for (Ingress ingress : routes.ingresses().values()) {
      for (Ingress.Rule rule : ingress.rules()) {
        for (Ingress.Path path : rule.paths()) {
          matches.add(new Match(rule.host(), path.path(), path.isExact(), ingress, path.backend()));
        }
      }
      if (ingress.fallback().isPresent() && fallback.isEmpty()) {
        fallback = use(ingress.key().namespace(), ingress.fallback().get(), "");
      }
    }
    matches.sort(ORDER);
    var rules = new StringBuilder();
    matches.forEach(it -> rules.append(rule(it)));
    rules.append(fallback);
    return text(rules.toString());
  }

  private String text(String rules) {
    var text = new StringBuilder();
    text.append(
        """
        global
          stats socket %1$s/admin.sock mode 600 level admin expose-fd listeners
        defaults
          mode http
          timeout connect 5s
          timeout http-request 10s
          timeout client 60s
          timeout server 60s
          timeout http-keep-alive 60s
          timeout tunnel 24h
          option forwardfor
          option idle-close-on-response
          option redispatch 1
          retries 3
          http-reuse never
        frontend web
          bind :80
        """
            .formatted(folder));
    if (hasCertificates) {
      text.append("  bind :443 ssl crt ").append(folder).append("/certs/ alpn h2,http/1.1\n");
    }
    text.append(
        """
          http-request set-var(txn.host) req.hdr(host),field(1,:),lower
          http-request set-header X-Forwarded-Proto https if { ssl_fc }
          http-request set-header X-Forwarded-Proto http unless { ssl_fc }
        """
            .indent(0));
    text.append(rules);
    text.append("  default_backend ").append(NOWHERE).append("\n");
    backends.values().forEach(text::append);
    text.append(
        """
        backend nowhere
          http-request return status 404 content-type text/plain string "no Ingress for this\\n"
        """);
    return text.toString();
  }

  // --- rules

  private String rule(Match match) {
    var host = host(match.host());
    var paths = new ArrayList<String>();
    var path = match.path();
    if (match.isExact()) {
      paths.add("{ path -m str -- " + quoted(path) + " } ");
    } else {
      // Elements count, so that /foo is no beginning of /foobar; a slash at the end does not.
      var elements = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      if (elements.isEmpty()) {
        paths.add("");
      } else {
        paths.add("{ path -m str -- " + quoted(elements) + " } ");
        paths.add("{ path -m beg -- " + quoted(elements + "/") + " } ");
      }
    }
    var lines = new StringBuilder();
    for (String each : paths) {
      for (String when : when(match.ingress())) {
        lines.append(use(match.ingress().key().namespace(), match.backend(), host + each + when));
      }
    }
    return lines.toString();
  }

  /// Who asks by a header comes before the others.
  ///
  /// @param conditions empty for always
  private String use(String namespace, Ingress.Backend backend, String conditions) {
    var lines = new StringBuilder();
    var byHeader = new LinkedHashSet<HeaderMatch>();
    find(namespace, backend)
        .ifPresent(it -> it.route().endpoints().forEach(at -> byHeader.addAll(at.headers())));
    for (HeaderMatch match : byHeader) {
      lines
          .append("  use_backend ")
          .append(backendByHeader(namespace, backend))
          .append(" if ")
          .append((conditions.stripTrailing() + " " + header(match)).strip())
          .append("\n");
    }
    var always = conditions.strip();
    lines.append("  use_backend ").append(backend(namespace, backend));
    lines.append(always.isEmpty() ? "" : " if " + always).append("\n");
    return lines.toString();
  }

  private static String header(HeaderMatch match) {
    var how =
        switch (match.kind()) {
          case EXACT -> "str";
          case PREFIX -> "beg";
          case REGEX -> "reg";
        };
    return "{ req.fhdr(" + match.header() + ") -m " + how + " -- " + quoted(match.value()) + " }";
  }

  private static String host(String host) {
    if (host.isEmpty()) {
      return "";
    }
    return host.startsWith("*.")
        ? "{ var(txn.host) -m reg ^[^.]+" + host.substring(1).replace(".", "\\.") + "$ } "
        : "{ var(txn.host) -m str " + host + " } ";
  }

  /// When an Ingress takes a request that it matches: always, but for a canary.
  private static List<String> when(Ingress ingress) {
    if (ingress.canary().isEmpty()) {
      return List.of("");
    }
    var canary = ingress.canary().get();
    var conditions = new ArrayList<String>();
    var header = "req.fhdr(" + canary.header() + ")";
    boolean hasHeader = canary.header().matches("[A-Za-z0-9-]+");
    if (hasHeader) {
      var value = canary.value().isEmpty() ? "always" : canary.value();
      conditions.add("{ " + header + " -m str -- " + quoted(value) + " }");
    }
    if (canary.weight() > 0) {
      // Who says never is not asked for by chance.
      var never = hasHeader ? "!{ " + header + " -m str never } " : "";
      conditions.add(never + "{ rand(100) lt " + canary.weight() + " }");
    }
    return conditions;
  }

  /// What is in quotes cannot end them, and means nothing else.
  private static String quoted(String text) {
    return "\"" + text.replaceAll("([\\\\\"$])", "\\\\$1").replaceAll("[\\p{Cntrl}]", "") + "\"";
  }

  // --- backends

  private String backend(String namespace, Ingress.Backend backend) {
    var port = backend.portName().isEmpty() ? "" + backend.port() : backend.portName();
    var name = namespace + ":" + backend.service() + ":" + port;
    backends.computeIfAbsent(name, key -> "backend " + name + "\n" + servers(namespace, backend));
    return name;
  }

  /// Those that take who asks for them by a header.
  private String backendByHeader(String namespace, Ingress.Backend backend) {
    var name = backend(namespace, backend) + ":by-header";
    var to = find(namespace, backend).orElseThrow();
    var endpoints = to.route().endpoints().stream().filter(it -> !it.headers().isEmpty()).toList();
    var alike = endpoints.stream().map(it -> 1).toList();
    backends.computeIfAbsent(
        name, key -> "backend " + name + "\n" + servers(endpoints, alike, to.port()));
    return name;
  }

  /// A port of a Service, by its place among them.
  private record Target(ServiceRoute route, int port) {}

  private Optional<Target> find(String namespace, Ingress.Backend backend) {
    var route = routes.services().get(new ObjectKey("Service", namespace, backend.service()));
    if (route == null) {
      return Optional.empty();
    }
    List<Service.Port> ports = route.service().ports();
    for (int i = 0; i < ports.size(); i++) {
      boolean isIt =
          backend.portName().isEmpty()
              ? ports.get(i).port() == backend.port()
              : ports.get(i).name().equals(backend.portName());
      if (isIt) {
        return Optional.of(new Target(route, i));
      }
    }
    return Optional.empty();
  }

  /// None where there is no such Service or port: requests are answered with 503.
  private String servers(String namespace, Ingress.Backend backend) {
    return find(namespace, backend).map(it -> servers(it.route(), it.port())).orElse("");
  }

  /// The Service's own address where that shares as is wanted here: then a pod that comes or goes
  /// is no change for the proxy.
  private static String servers(ServiceRoute route, int port) {
    var service = route.service();
    var endpoints = route.endpoints();
    // Who does not know of a share in front says zero for all.
    boolean isSharedAlike =
        endpoints.stream().allMatch(it -> it.front() == it.weight())
            || endpoints.stream().allMatch(it -> it.front() == 0);
    if (!service.clusterIp().isEmpty() && isSharedAlike) {
      return "  server service "
          + service.clusterIp()
          + ":"
          + service.ports().get(port).port()
          + "\n";
    }
    var inFront = endpoints.stream().filter(it -> it.front() > 0).toList();
    return servers(inFront, inFront.stream().map(Endpoint::front).toList(), port);
  }

  private static String servers(List<Endpoint> endpoints, List<Integer> weights, int port) {
    var servers = new StringBuilder();
    int most = weights.stream().mapToInt(it -> it).max().orElse(1);
    for (int i = 0; i < endpoints.size(); i++) {
      var endpoint = endpoints.get(i);
      if (endpoint.ports().get(port) > 0) {
        long weight = Math.max(1, Math.round((double) weights.get(i) * HEAVIEST / most));
        servers.append(
            "  server %s %s:%d weight %d\n"
                .formatted(endpoint.pod(), endpoint.ip(), endpoint.ports().get(port), weight));
      }
    }
    return servers.toString();
  }
}
