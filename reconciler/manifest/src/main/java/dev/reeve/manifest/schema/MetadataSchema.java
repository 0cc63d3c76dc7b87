package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.images.TagRules;
import java.util.ArrayList;
import java.util.List;

/// The metadata of objects and of pod templates.
final class MetadataSchema {
  /// Reeve's own annotations.
  static final String OWN_PREFIX = "reeve.dev/";

  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final int ANNOTATIONS_BYTES_MAX = 256 * 1024;
  private static final List<String> OWN =
      List.of(
          "reeve.dev/prune",
          "reeve.dev/on-failure",
          LiveSchema.CONFIG,
          OrderSchema.DEPENDS_ON,
          SchedulingSchema.DRAIN,
          UlimitSchema.ULIMITS,
          TagRules.ORDER,
          AutoscalingSchema.PROMETHEUS);
  private static final List<String> NOT_ACTED_ON_YET = List.of("argocd.argoproj.io/hook");

  private static final Field LABELS =
      acted("labels", map(Notation.LABEL_KEY, text(Notation.LABEL_VALUE)));
  private static final Field ANNOTATIONS =
      acted("annotations", map(Notation.ANNOTATION_KEY, text()));

  private static final List<Field> SET_BY_A_SERVER =
      List.of(
          inert("creationTimestamp"),
          inert("deletionGracePeriodSeconds"),
          inert("deletionTimestamp"),
          inert("generation"),
          inert("managedFields"),
          inert("resourceVersion"),
          inert("selfLink"),
          inert("uid"));

  /// Of a pod template: its name and namespace are the workload's business.
  static final Type.Structure OF_TEMPLATE =
      structure(
              "PodTemplateMetadata",
              LABELS,
              ANNOTATIONS,
              inert("name", text()).because("pods are named by their workload"),
              inert("namespace", text()).because("pods are in the namespace of their workload"),
              inert("creationTimestamp"))
          .with((json, scope) -> {
            for (String key : keys(json.path("annotations"))) {
              if (key.startsWith(OWN_PREFIX) && !key.equals(UlimitSchema.ULIMITS)) {
                scope.at("annotations").key(key).refuse("belongs on the workload itself");
              }
            }
            UlimitSchema.check(json, scope);
          });

  private MetadataSchema() {}

  /// Of a template whose objects are named after it.
  static Type.Structure template(String name) {
    return structure(
        name,
        acted("name", text(Notation.DNS_LABEL)).asRequired(),
        LABELS,
        ANNOTATIONS,
        inert("namespace", text()).because("it is that of its owner"),
        inert("creationTimestamp"));
  }

  static Type.Structure namespaced(String name, Notation names) {
    return of(
        name,
        acted("name", text(names)).asRequired(),
        acted("namespace", text(Notation.DNS_LABEL)).or("default"));
  }

  static Type.Structure clusterScoped(String name, Notation names) {
    return of(
        name,
        acted("name", text(names)).asRequired(),
        refused("namespace").because("the kind is not in a namespace"));
  }

  private static Type.Structure of(String name, Field nameField, Field namespaceField) {
    var fields = new ArrayList<Field>();
    fields.add(nameField);
    fields.add(namespaceField);
    fields.add(LABELS);
    fields.add(ANNOTATIONS);
    fields.add(refused("generateName").because("an object in Git needs its name"));
    fields.add(refused("finalizers"));
    fields.add(refused("ownerReferences"));
    fields.addAll(SET_BY_A_SERVER);
    return new Type.Structure(name, fields, List.of(MetadataSchema::annotations));
  }

  private static void annotations(ObjectNode json, Scope scope) {
    if (!(json.path("annotations") instanceof ObjectNode annotations)) {
      return;
    }
    Scope at = scope.at("annotations");
    long size = 0;
    for (String key : keys(annotations)) {
      String value = annotations.path(key).asText();
      size += key.length() + value.length();
      if (key.startsWith(OWN_PREFIX)) {
        own(key, value, at.key(key));
      } else if (key.equals(LAST_APPLIED)) {
        // kubectl's copy of an older text of this object, a Secret's values included.
        annotations.remove(key);
        at.key(key).warn("is left out");
      } else if (NOT_ACTED_ON_YET.contains(key)) {
        at.key(key).warn("is not acted on yet");
      }
    }
    if (size > ANNOTATIONS_BYTES_MAX) {
      at.refuse("must not be larger than 256 KiB together");
    }
  }

  private static void own(String key, String value, Scope at) {
    switch (key) {
      case "reeve.dev/prune", SchedulingSchema.DRAIN ->
          requireOneOf(List.of("true", "false"), value, at);
      case "reeve.dev/on-failure" -> requireOneOf(List.of("rollback", "pause"), value, at);
      // Which kinds may have it is the kinds' business.
      case LiveSchema.CONFIG, OrderSchema.DEPENDS_ON, UlimitSchema.ULIMITS, TagRules.ORDER -> {}
      default -> {
        if (!AutoscalingSchema.isOwn(key)) {
          at.refuse(
              "is not an annotation of Reeve"
                  + Spelling.nearest(key, OWN)
                      .map(meant -> "; did you mean \"" + meant + "\"?")
                      .orElse(""));
        }
      }
    }
  }

  static void requireOneOf(List<String> words, String value, Scope at) {
    if (!words.contains(value)) {
      at.refuse(
          "must be " + Spelling.alternatives(words.stream().map(w -> "\"" + w + "\"").toList()));
    }
  }

  static List<String> keys(JsonNode object) {
    var keys = new ArrayList<String>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
