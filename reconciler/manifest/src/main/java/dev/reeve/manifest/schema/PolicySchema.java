package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.port;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

/// Who may talk to whom.
final class PolicySchema {
  private static final Type.Structure PORT =
      structure(
              "NetworkPolicyPort",
              acted("protocol", oneOf("TCP", "UDP").butNot("SCTP")).or("TCP"),
              acted("port", port()),
              acted("endPort", port()))
          .with((json, scope) -> {
            if (json.has("endPort") && !json.has("port")) {
              scope.at("endPort").refuse("needs port");
            } else if (json.has("endPort")
                && json.path("endPort").asInt() < json.path("port").asInt()) {
              scope.at("endPort").refuse("must not be below port");
            }
          });

  private static final Type.Structure PEER =
      structure(
              "NetworkPolicyPeer",
              acted("podSelector", Selectors.LABEL_SELECTOR),
              acted("namespaceSelector", Selectors.LABEL_SELECTOR),
              acted(
                  "ipBlock",
                  structure(
                      "IPBlock",
                      acted("cidr", text(Notation.IPV4_NETWORK)).asRequired(),
                      acted("except", list(text(Notation.IPV4_NETWORK))))))
          .with((json, scope) -> {
            boolean isPods = json.has("podSelector") || json.has("namespaceSelector");
            if (isPods == json.has("ipBlock")) {
              scope.refuse("must have either selectors or an ipBlock");
            }
          });

  static final Type.Structure SPEC =
      structure(
          "NetworkPolicySpec",
          acted("podSelector", Selectors.LABEL_SELECTOR).asRequired(),
          acted("policyTypes", list(oneOf("Ingress", "Egress"))),
          acted(
              "ingress",
              list(
                  structure(
                      "NetworkPolicyIngressRule",
                      acted("from", list(PEER)),
                      acted("ports", list(PORT))))),
          acted(
              "egress",
              list(
                  structure(
                      "NetworkPolicyEgressRule",
                      acted("to", list(PEER)),
                      acted("ports", list(PORT))))));

  private PolicySchema() {}
}
