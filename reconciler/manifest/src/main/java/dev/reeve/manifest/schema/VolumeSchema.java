package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.bool;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.ArrayList;
import java.util.List;

/// The volumes of a pod, by where their content comes from.
final class VolumeSchema {
  private static final long FILE_MODE_MAX = 0777;

  private static final Field DEFAULT_MODE = acted("defaultMode", whole(0, FILE_MODE_MAX)).or(0644);

  private static final Type ITEMS =
      list(
          structure(
              "KeyToPath",
              acted("key", text(Notation.CONFIG_KEY)).asRequired(),
              acted("path", text(Notation.RELATIVE_PATH)).asRequired(),
              acted("mode", whole(0, FILE_MODE_MAX))));

  private static final Type DOWNWARD_ITEMS =
      list(
          structure(
                  "DownwardFile",
                  acted("path", text(Notation.RELATIVE_PATH)).asRequired(),
                  acted("fieldRef", EnvironmentSchema.FIELD_REFERENCE),
                  acted("resourceFieldRef", EnvironmentSchema.RESOURCE_REFERENCE),
                  acted("mode", whole(0, FILE_MODE_MAX)))
              .with(Rule.exactlyOneOf("fieldRef", "resourceFieldRef")));

  private static final List<String> VOLUME_SOURCES =
      List.of(
          "configMap",
          "secret",
          "emptyDir",
          "hostPath",
          "downwardAPI",
          "projected",
          "persistentVolumeClaim");

  private static final List<String> OTHER_VOLUME_SOURCES =
      List.of(
          "awsElasticBlockStore",
          "azureDisk",
          "azureFile",
          "cephfs",
          "cinder",
          "csi",
          "ephemeral",
          "fc",
          "flexVolume",
          "flocker",
          "gcePersistentDisk",
          "gitRepo",
          "glusterfs",
          "image",
          "iscsi",
          "nfs",
          "photonPersistentDisk",
          "portworxVolume",
          "quobyte",
          "rbd",
          "scaleIO",
          "storageos",
          "vsphereVolume");

  static final Type.Structure VOLUME = volume();

  private VolumeSchema() {}

  private static Type.Structure volume() {
    var fields = new ArrayList<Field>();
    fields.add(acted("name", text(Notation.DNS_LABEL)).asRequired());
    fields.add(
        acted(
            "configMap",
            structure(
                "ConfigMapVolume",
                acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                acted("items", ITEMS),
                DEFAULT_MODE,
                acted("optional", bool()))));
    fields.add(
        acted(
            "secret",
            structure(
                "SecretVolume",
                acted("secretName", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                acted("items", ITEMS),
                DEFAULT_MODE,
                acted("optional", bool()))));
    fields.add(
        acted(
            "emptyDir",
            structure(
                    "EmptyDir",
                    acted("medium", oneOf("", "Memory").butNot("HugePages")),
                    acted("sizeLimit", new Type.Amount()))
                .with((json, scope) -> {
                  if (json.has("sizeLimit") && !json.path("medium").asText().equals("Memory")) {
                    scope.at("sizeLimit").warn("is not acted on without medium: Memory");
                  }
                })));
    fields.add(
        acted(
            "hostPath",
            structure(
                "HostPath",
                acted("path", text(Notation.ABSOLUTE_PATH)).asRequired(),
                acted(
                        "type",
                        oneOf(
                            "",
                            "DirectoryOrCreate",
                            "Directory",
                            "FileOrCreate",
                            "File",
                            "Socket",
                            "CharDevice",
                            "BlockDevice"))
                    .or(""))));
    fields.add(
        acted(
            "downwardAPI",
            structure("DownwardVolume", acted("items", DOWNWARD_ITEMS), DEFAULT_MODE)));
    fields.add(
        acted(
            "projected",
            structure(
                "ProjectedVolume",
                acted(
                        "sources",
                        list(
                            structure(
                                    "ProjectedSource",
                                    acted("configMap", projectedConfig("ProjectedConfigMap")),
                                    acted("secret", projectedConfig("ProjectedSecret")),
                                    acted(
                                        "downwardAPI",
                                        structure(
                                            "ProjectedDownward", acted("items", DOWNWARD_ITEMS))),
                                    refused("serviceAccountToken"),
                                    refused("clusterTrustBundle"),
                                    refused("podCertificate"))
                                .with(Rule.exactlyOneOf("configMap", "secret", "downwardAPI"))))
                    .asRequired(),
                DEFAULT_MODE)));
    fields.add(
        acted(
            "persistentVolumeClaim",
            structure(
                "ClaimVolume",
                acted("claimName", text(Notation.DNS_SUBDOMAIN)).asRequired(),
                acted("readOnly", bool()))));
    OTHER_VOLUME_SOURCES.forEach(it -> fields.add(refused(it)));
    return new Type.Structure("Volume", fields, List.of(VolumeSchema::oneVolumeSource));
  }

  private static Type.Structure projectedConfig(String name) {
    return structure(
        name,
        acted("name", text(Notation.DNS_SUBDOMAIN)).asRequired(),
        acted("items", ITEMS),
        acted("optional", bool()));
  }

  private static void oneVolumeSource(ObjectNode json, Scope scope) {
    List<String> present = VOLUME_SOURCES.stream().filter(json::has).toList();
    if (present.size() > 1) {
      scope.at(present.get(1)).refuse("may not stand beside " + present.getFirst());
    } else if (present.isEmpty() && OTHER_VOLUME_SOURCES.stream().noneMatch(scope::isWritten)) {
      // As in Kubernetes: a volume that says nothing of its kind is an empty directory.
      json.set("emptyDir", Json.object());
    }
  }
}
