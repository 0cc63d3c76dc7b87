package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A place in a pod that uses a ConfigMap or Secret.
///
/// @param dataKey the one key that is used; empty for all of them
/// @param optional whether the pod starts without it
/// @param pointer where it stands in the object
record ConfigReference(ObjectKey key, Optional<String> dataKey, boolean optional, String pointer) {

  /// In the order of the text.
  static List<ConfigReference> of(String namespace, JsonNode podSpec, String pointer) {
    var references = new References(namespace);
    for (String list : List.of("initContainers", "containers")) {
      JsonNode containers = podSpec.path(list);
      for (int i = 0; i < containers.size(); i++) {
        references.container(containers.path(i), pointer + "/" + list + "/" + i);
      }
    }
    JsonNode volumes = podSpec.path("volumes");
    for (int i = 0; i < volumes.size(); i++) {
      references.volume(volumes.path(i), pointer + "/volumes/" + i);
    }
    return List.copyOf(references.found);
  }

  private static final class References {
    private final String namespace;
    private final List<ConfigReference> found = new ArrayList<>();

    References(String namespace) {
      this.namespace = namespace;
    }

    void container(JsonNode container, String pointer) {
      JsonNode env = container.path("env");
      for (int i = 0; i < env.size(); i++) {
        JsonNode source = env.path(i).path("valueFrom");
        String at = pointer + "/env/" + i + "/valueFrom/";
        key("ConfigMap", source.path("configMapKeyRef"), at + "configMapKeyRef");
        key("Secret", source.path("secretKeyRef"), at + "secretKeyRef");
      }
      JsonNode envFrom = container.path("envFrom");
      for (int i = 0; i < envFrom.size(); i++) {
        JsonNode source = envFrom.path(i);
        String at = pointer + "/envFrom/" + i + "/";
        whole("ConfigMap", source.path("configMapRef"), "name", at + "configMapRef");
        whole("Secret", source.path("secretRef"), "name", at + "secretRef");
      }
    }

    void volume(JsonNode volume, String pointer) {
      files("ConfigMap", volume.path("configMap"), "name", pointer + "/configMap");
      files("Secret", volume.path("secret"), "secretName", pointer + "/secret");
      JsonNode sources = volume.path("projected").path("sources");
      for (int i = 0; i < sources.size(); i++) {
        String at = pointer + "/projected/sources/" + i + "/";
        files("ConfigMap", sources.path(i).path("configMap"), "name", at + "configMap");
        files("Secret", sources.path(i).path("secret"), "name", at + "secret");
      }
    }

    private void key(String kind, JsonNode source, String pointer) {
      if (!source.isMissingNode()) {
        add(kind, source, "name", Optional.of(source.path("key").asText()), pointer + "/key");
      }
    }

    private void whole(String kind, JsonNode source, String nameField, String pointer) {
      if (!source.isMissingNode()) {
        add(kind, source, nameField, Optional.empty(), pointer + "/" + nameField);
      }
    }

    private void files(String kind, JsonNode source, String nameField, String pointer) {
      whole(kind, source, nameField, pointer);
      JsonNode items = source.path("items");
      for (int i = 0; i < items.size(); i++) {
        String key = items.path(i).path("key").asText();
        add(kind, source, nameField, Optional.of(key), pointer + "/items/" + i + "/key");
      }
    }

    private void add(
        String kind, JsonNode source, String nameField, Optional<String> dataKey, String pointer) {
      var key = new ObjectKey(kind, namespace, source.path(nameField).asText());
      boolean optional = source.path("optional").asBoolean();
      found.add(new ConfigReference(key, dataKey, optional, pointer));
    }
  }
}
