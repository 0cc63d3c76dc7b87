package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.inert;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.map;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// Claims, volumes and their classes.
public final class StorageSchema {
  /// Makes volumes of the engine, by whichever of its plugins.
  public static final String PROVISIONER = "docker.reeve.dev";

  /// Parameters that are handed on to the plugin begin with this.
  public static final String OPTION = "opt.";

  public static final String DRIVER = "driver";
  public static final String SCOPE = "scope";
  public static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

  private static final Type.Structure STORAGE =
      structure("StorageAmount", acted("storage", new Type.Amount()).asRequired());

  private static final Type ACCESS_MODES =
      list(oneOf("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")).notEmpty();

  private static final Field VOLUME_MODE =
      acted("volumeMode", oneOf("Filesystem").butNot("Block")).or("Filesystem");

  static final Type.Structure CLAIM_SPEC =
      structure(
          "PersistentVolumeClaimSpec",
          acted("accessModes", ACCESS_MODES).asRequired(),
          acted(
                  "resources",
                  structure(
                      "ClaimResources",
                      acted("requests", STORAGE).asRequired(),
                      inert("limits").because("no volume grows by itself")))
              .asRequired(),
          acted("storageClassName", text()),
          VOLUME_MODE,
          acted("volumeName", text()),
          acted("selector", Selectors.LABEL_SELECTOR),
          refused("volumeAttributesClassName"),
          refused("dataSource").because("volumes begin empty"),
          refused("dataSourceRef").because("volumes begin empty"));

  /// What a StatefulSet makes a claim of for each of its pods.
  static final Type.Structure CLAIM_TEMPLATE =
      structure(
          "PersistentVolumeClaimTemplate",
          inert("apiVersion", text()),
          inert("kind", text()),
          acted("metadata", MetadataSchema.template("ClaimMetadata")).asRequired(),
          acted("spec", CLAIM_SPEC).asRequired(),
          inert("status").because("it is the server's to write"));

  static final Type.Structure RETENTION =
      structure(
          "PersistentVolumeClaimRetentionPolicy",
          acted("whenDeleted", oneOf("Retain", "Delete")).or("Retain"),
          acted("whenScaled", oneOf("Retain", "Delete")).or("Retain"));

  static final List<Field> STORAGE_CLASS =
      List.of(
          acted("provisioner", text()).asRequired(),
          acted("parameters", map(Notation.ANY, text())),
          acted("reclaimPolicy", oneOf("Delete", "Retain")).or("Delete"),
          inert("volumeBindingMode", oneOf("Immediate", "WaitForFirstConsumer"))
              .because("a claim always waits for its first consumer"),
          acted("allowVolumeExpansion", bool()),
          inert("mountOptions", list(text()))
              .because("a plugin has its options by " + OPTION + "* parameters"),
          acted(
              "allowedTopologies",
              list(
                  structure(
                      "TopologySelectorTerm",
                      acted(
                          "matchLabelExpressions",
                          list(
                              structure(
                                  "TopologySelectorLabelRequirement",
                                  acted("key", text(Notation.LABEL_KEY)).asRequired(),
                                  acted("values", list(text()).notEmpty()).asRequired())))))));

  private static final List<String> SOURCES = List.of("hostPath", "local", "nfs", "csi");

  private static final List<String> OTHER_SOURCES =
      List.of(
          "awsElasticBlockStore",
          "azureDisk",
          "azureFile",
          "cephfs",
          "cinder",
          "fc",
          "flexVolume",
          "flocker",
          "gcePersistentDisk",
          "glusterfs",
          "iscsi",
          "photonPersistentDisk",
          "portworxVolume",
          "quobyte",
          "rbd",
          "scaleIO",
          "storageos",
          "vsphereVolume");

  static final Type.Structure VOLUME_SPEC = volumeSpec();

  private StorageSchema() {}

  private static Type.Structure volumeSpec() {
    var fields = new ArrayList<Field>();
    fields.add(acted("capacity", STORAGE).asRequired());
    fields.add(acted("accessModes", ACCESS_MODES).asRequired());
    fields.add(
        acted("persistentVolumeReclaimPolicy", oneOf("Retain", "Delete").butNot("Recycle"))
            .or("Retain"));
    fields.add(acted("storageClassName", text()));
    fields.add(VOLUME_MODE);
    fields.add(inert("mountOptions", list(text())).because("they are the source's to say"));
    fields.add(
        acted(
            "claimRef",
            structure(
                "ClaimReference",
                acted("namespace", text(Notation.DNS_LABEL)).asRequired(),
                acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                inert("apiVersion"),
                inert("kind"),
                inert("uid"),
                inert("resourceVersion"))));
    fields.add(
        acted(
            "nodeAffinity",
            structure(
                "VolumeNodeAffinity",
                acted(
                    "required",
                    structure(
                        "VolumeNodeSelector",
                        acted("nodeSelectorTerms", list(AffinitySchema.NODE_TERM).notEmpty())
                            .asRequired())))));
    fields.add(
        acted(
            "hostPath",
            structure(
                "HostPathVolume",
                acted("path", text(Notation.ABSOLUTE_PATH)).asRequired(),
                inert("type").because("the folder is made where there is none"))));
    fields.add(
        acted(
            "local",
            structure(
                "LocalVolume",
                acted("path", text(Notation.ABSOLUTE_PATH)).asRequired(),
                inert("fsType"))));
    fields.add(
        acted(
            "nfs",
            structure(
                "NfsVolume",
                acted("server", text()).asRequired(),
                acted("path", text(Notation.ABSOLUTE_PATH)).asRequired(),
                acted("readOnly", bool()))));
    fields.add(
        acted(
            "csi",
            structure(
                    "CsiVolume",
                    acted("driver", text()).asRequired(),
                    acted("volumeHandle", text(Notation.VOLUME)).asRequired(),
                    acted("volumeAttributes", map(Notation.ANY, text())),
                    inert("fsType"),
                    inert("readOnly"))
                .with(StorageSchema::csi)));
    OTHER_SOURCES.forEach(it -> fields.add(refused(it)));
    return new Type.Structure("PersistentVolumeSpec", fields, List.of(StorageSchema::oneSource));
  }

  private static void oneSource(ObjectNode json, Scope scope) {
    List<String> present = SOURCES.stream().filter(json::has).toList();
    if (present.size() > 1) {
      scope.at(present.get(1)).refuse("may not stand beside " + present.getFirst());
    } else if (present.isEmpty() && OTHER_SOURCES.stream().noneMatch(scope::isWritten)) {
      scope.refuse("must have one of " + String.join(", ", SOURCES));
    }
    if (json.has("local") && json.path("nodeAffinity").path("required").isMissingNode()) {
      scope.at("local").refuse("needs nodeAffinity: on which node is the folder?");
    }
  }

  private static void csi(ObjectNode json, Scope scope) {
    if (!json.path("driver").asText().equals(PROVISIONER)) {
      scope
          .at("driver")
          .refuse(
              "must be " + PROVISIONER + ", a volume of the engine: CSI drivers do not run here");
      return;
    }
    parameters(json.path("volumeAttributes"), scope.at("volumeAttributes"));
  }

  static void storageClass(ObjectNode json, Scope scope) {
    if (json.path("provisioner").asText().equals(PROVISIONER)) {
      parameters(json.path("parameters"), scope.at("parameters"));
    }
  }

  private static void parameters(JsonNode parameters, Scope scope) {
    for (String key : MetadataSchema.keys(parameters)) {
      boolean isKnown = key.equals(DRIVER) || key.equals(SCOPE) || key.startsWith(OPTION);
      if (!isKnown) {
        scope.key(key).refuse("is not known: there are driver, scope and " + OPTION + "*");
      }
    }
    var scoped = parameters.path(SCOPE).asText("node");
    if (!scoped.equals("node") && !scoped.equals("cluster")) {
      scope.key(SCOPE).refuse("must be node or cluster");
    }
  }
}
