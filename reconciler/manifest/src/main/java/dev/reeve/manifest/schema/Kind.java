package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;

import java.util.ArrayList;
import java.util.List;

/// A kind of object.
///
/// @param fieldClass what becomes of its objects as a whole
/// @param note added to the message where the kind is inert; may be empty
record Kind(
    String apiVersion, String name, FieldClass fieldClass, Type.Structure root, String note) {
  enum Place {
    NAMESPACED,
    CLUSTER
  }

  static Kind of(
      String apiVersion,
      String name,
      Place place,
      FieldClass fieldClass,
      Notation names,
      List<Field> fields,
      Rule... rules) {
    Type.Structure metadata =
        switch (place) {
          case NAMESPACED -> MetadataSchema.namespaced("ObjectMetadata", names);
          case CLUSTER -> MetadataSchema.clusterScoped("ClusterScopedMetadata", names);
        };
    var all = new ArrayList<Field>();
    all.add(acted("apiVersion", Type.text()).asRequired());
    all.add(acted("kind", Type.text()).asRequired());
    all.add(acted("metadata", metadata).asRequired());
    all.addAll(fields);
    all.add(inert("status").because("it is the server's to write"));
    all.add(
        Field.refused("sops").because("only whole documents are decrypted, not items of a list"));
    var allRules = new ArrayList<>(List.of(rules));
    allRules.add(OrderSchema.of(name));
    allRules.add(LiveSchema.of(name));
    allRules.add(SchedulingSchema.drains(name));
    allRules.add(UlimitSchema.of(name));
    allRules.add(ImageSchema.policy(name));
    allRules.add(AutoscalingSchema.of(name));
    return new Kind(apiVersion, name, fieldClass, new Type.Structure(name, all, allRules), "");
  }

  /// It will be acted on in time.
  Kind yet() {
    return because(Field.YET);
  }

  Kind because(String reason) {
    return new Kind(apiVersion, name, fieldClass, root, reason);
  }

  /// What follows "is kept, but not acted on".
  String reason() {
    return Field.reason(note);
  }

  boolean isNamespaced() {
    return root.fields().stream()
        .filter(field -> field.name().equals("metadata"))
        .anyMatch(field -> ((Type.Structure) field.type()).name().equals("ObjectMetadata"));
  }

  /// Its API group, empty for Kubernetes' core.
  private static String group(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  /// As it stands in keys: with its group where that is neither Kubernetes' own nor argoproj.io.
  String keyName() {
    return keyName(apiVersion, name);
  }

  static String keyName(String apiVersion, String name) {
    String group = group(apiVersion);
    return Kinds.isKubernetes(group) || group.equals("argoproj.io") ? name : name + "." + group;
  }
}
