package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

/// What a container is told: variables, and where their values come from.
final class EnvironmentSchema {
  private static final Type.Structure KEY_REFERENCE =
      structure(
          "KeyReference",
          acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
          acted("key", text(Notation.CONFIG_KEY)).asRequired(),
          acted("optional", bool()));

  static final Type.Structure FIELD_REFERENCE =
      structure(
              "FieldReference",
              acted("fieldPath", text(Notation.NOT_EMPTY)).asRequired(),
              acted("apiVersion", oneOf("v1")).or("v1"))
          .with((json, scope) -> PodFields.check(json.path("fieldPath").asText(), scope));

  static final Type.Structure RESOURCE_REFERENCE =
      structure(
          "ResourceReference",
          acted(
                  "resource",
                  oneOf("limits.cpu", "limits.memory", "requests.cpu", "requests.memory")
                      .butNot("limits.ephemeral-storage", "requests.ephemeral-storage"))
              .asRequired(),
          acted("containerName", text(Notation.DNS_LABEL)),
          acted("divisor", new Type.Amount()).or("0"));

  static final Type.Structure ENV =
      structure(
              "EnvVar",
              acted("name", text(Notation.ENV_NAME)).asRequired(),
              acted("value", text()),
              acted(
                  "valueFrom",
                  structure(
                          "EnvVarSource",
                          acted("configMapKeyRef", KEY_REFERENCE),
                          acted("secretKeyRef", KEY_REFERENCE),
                          acted("fieldRef", FIELD_REFERENCE),
                          acted("resourceFieldRef", RESOURCE_REFERENCE),
                          refused("fileKeyRef"))
                      .with(
                          Rule.exactlyOneOf(
                              "configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef"))))
          .with((json, scope) -> {
            if (!json.path("value").asText().isEmpty() && json.has("valueFrom")) {
              scope.at("valueFrom").refuse("may not stand beside value");
            }
          });

  private static final Type.Structure OBJECT_REFERENCE =
      structure(
          "ConfigReference",
          acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
          acted("optional", bool()));

  static final Type.Structure ENV_FROM =
      structure(
              "EnvFromSource",
              acted("prefix", text()),
              acted("configMapRef", OBJECT_REFERENCE),
              acted("secretRef", OBJECT_REFERENCE))
          .with(Rule.exactlyOneOf("configMapRef", "secretRef"));

  private EnvironmentSchema() {}
}
