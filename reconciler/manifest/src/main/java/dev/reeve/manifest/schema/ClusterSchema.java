package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

/// Reeve's own settings.
final class ClusterSchema {
  private static final long TOLERATION_SECONDS_MAX = 365L * 24 * 3600;

  static final Type.Structure SPEC =
      structure(
          "ClusterSpec",
          acted(
                  "rollback",
                  structure(
                      "Rollback", acted("mode", oneOf("Commit", "Propose", "Off")).or("Commit")))
              .orFilled(),
          acted("prune", structure("Prune", acted("budget", text(Notation.PERCENTAGE)).or("30%")))
              .orFilled(),
          acted(
                  "verify",
                  structure("Verify", acted("mode", oneOf("Off").butNot("Require")).or("Off")))
              .orFilled(),
          acted(
                  "network",
                  structure(
                      "Network",
                      acted("podCIDR", text(Notation.IPV4_NETWORK)).or("10.244.0.0/16"),
                      acted("nodeMask", whole(16, 30)).or(24),
                      acted("serviceCIDR", text(Notation.IPV4_NETWORK)).or("10.96.0.0/16"),
                      acted("domain", text(Notation.DNS_SUBDOMAIN)).or("cluster.local")))
              .orFilled(),
          acted(
                  "nodes",
                  structure(
                      "Nodes", acted("tolerationSeconds", whole(0, TOLERATION_SECONDS_MAX)).or(5)))
              .orFilled(),
          acted(
                  "scheduling",
                  structure("Scheduling", acted("strategy", oneOf("Pack", "Spread")).or("Spread")))
              .orFilled(),
          refused("sources").yet());

  private ClusterSchema() {}
}
