package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import java.util.List;

/// Kinds that are read and kept, but not acted on.
final class InertSchema {
  private static final Type STRINGS = list(text());

  private static final Field RULES =
      acted(
          "rules",
          list(
              structure(
                  "PolicyRule",
                  acted("verbs", list(text()).notEmpty()).asRequired(),
                  acted("apiGroups", STRINGS),
                  acted("resources", STRINGS),
                  acted("resourceNames", STRINGS),
                  acted("nonResourceURLs", STRINGS))));

  static final List<Field> ROLE = List.of(RULES);

  static final List<Field> CLUSTER_ROLE =
      List.of(
          RULES,
          acted(
              "aggregationRule",
              structure(
                  "AggregationRule",
                  acted("clusterRoleSelectors", list(Selectors.LABEL_SELECTOR)))));

  static final List<Field> ROLE_BINDING =
      List.of(
          acted(
              "subjects",
              list(
                  structure(
                      "Subject",
                      acted("kind", oneOf("User", "Group", "ServiceAccount")).asRequired(),
                      acted("apiGroup", text()),
                      acted("name", text()).asRequired(),
                      acted("namespace", text())))),
          acted(
                  "roleRef",
                  structure(
                      "RoleRef",
                      acted("apiGroup", text()).or("rbac.authorization.k8s.io"),
                      acted("kind", oneOf("Role", "ClusterRole")).asRequired(),
                      acted("name", text()).asRequired()))
              .asRequired());

  private InertSchema() {}
}
