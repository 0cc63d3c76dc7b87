package dev.reeve.core.model;

/// Which addresses a cluster gives out, and under which domain its names are.
///
/// @param pods each node has a part of it for its pods
/// @param nodeBits the mask of such a part
/// @param services of which each Service has one address
/// @param domain names end in it: `web.default.svc.cluster.local`
public record Network(Cidr pods, int nodeBits, Cidr services, String domain) {
  public static final Network USUAL =
      new Network(Cidr.parse("10.244.0.0/16"), 24, Cidr.parse("10.96.0.0/16"), "cluster.local");
}
