package dev.reeve.core.model;

import java.util.List;
import java.util.Optional;

/// An Ingress: which requests from outside go to which Service.
///
/// @param fallback where what fits no rule goes
/// @param canary present where it takes some of the requests of another Ingress with the same hosts
///   and paths
public record Ingress(
    ObjectKey key,
    List<Rule> rules,
    Optional<Backend> fallback,
    List<Tls> tls,
    Optional<Canary> canary) {
  public Ingress {
    rules = List.copyOf(rules);
    tls = List.copyOf(tls);
  }

  /// @param host in lower case; `*.example.com` for any one label before it; empty for any host
  public record Rule(String host, List<Path> paths) {
    public Rule {
      paths = List.copyOf(paths);
    }
  }

  /// @param isExact the whole path; else whole elements of its beginning
  public record Path(String path, boolean isExact, Backend backend) {}

  /// @param port by number; zero where it is named
  public record Backend(String service, int port, String portName) {}

  /// @param secret of the type kubernetes.io/tls
  public record Tls(List<String> hosts, ConfigUse secret) {
    public Tls {
      hosts = List.copyOf(hosts);
    }
  }

  /// By the annotations of ingress-nginx (`nginx.ingress.kubernetes.io/canary...`).
  ///
  /// @param header requests with it; empty for none
  /// @param value that the header must have; empty for `always`
  /// @param weight percent of the other requests
  public record Canary(String header, String value, int weight) {}
}
