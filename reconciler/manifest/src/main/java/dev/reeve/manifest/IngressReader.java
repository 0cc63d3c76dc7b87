package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// An Ingress as the core knows it.
final class IngressReader {
  private static final String CANARY = "nginx.ingress.kubernetes.io/canary";

  private IngressReader() {}

  /// Empty for any other object.
  static Optional<Ingress> of(ManifestObject object, ConfigHashes config) {
    return object.key().kind().equals("Ingress")
        ? Optional.of(ingress(object, config))
        : Optional.empty();
  }

  /// The Secrets that it names, each with where it names it.
  static List<ConfigReference> secrets(ManifestObject object) {
    var secrets = new ArrayList<ConfigReference>();
    JsonNode tls = object.json().path("spec").path("tls");
    for (int i = 0; i < tls.size(); i++) {
      var name = tls.path(i).path("secretName").asText();
      if (!name.isEmpty()) {
        secrets.add(
            new ConfigReference(
                secret(object, name), Optional.empty(), false, "/spec/tls/" + i + "/secretName"));
      }
    }
    return secrets;
  }

  private static ObjectKey secret(ManifestObject object, String name) {
    return new ObjectKey("Secret", object.key().namespace(), name);
  }

  private static Ingress ingress(ManifestObject object, ConfigHashes config) {
    JsonNode spec = object.json().path("spec");
    var rules = new ArrayList<Ingress.Rule>();
    for (JsonNode rule : spec.path("rules")) {
      var paths = new ArrayList<Ingress.Path>();
      for (JsonNode path : rule.path("http").path("paths")) {
        paths.add(
            new Ingress.Path(
                path.path("path").asText("/"),
                path.path("pathType").asText().equals("Exact"),
                backend(path.path("backend"))));
      }
      rules.add(new Ingress.Rule(rule.path("host").asText().toLowerCase(Locale.ROOT), paths));
    }
    var tls = new ArrayList<Ingress.Tls>();
    for (JsonNode each : spec.path("tls")) {
      var hosts = new ArrayList<String>();
      each.path("hosts").forEach(it -> hosts.add(it.asText().toLowerCase(Locale.ROOT)));
      var key = secret(object, each.path("secretName").asText());
      config.of(key).ifPresent(hash -> tls.add(new Ingress.Tls(hosts, new ConfigUse(key, hash))));
    }
    return new Ingress(
        object.key(),
        rules,
        spec.has("defaultBackend")
            ? Optional.of(backend(spec.path("defaultBackend")))
            : Optional.empty(),
        tls,
        canary(object.json().path("metadata").path("annotations")));
  }

  private static Ingress.Backend backend(JsonNode json) {
    JsonNode port = json.path("service").path("port");
    return new Ingress.Backend(
        json.path("service").path("name").asText(),
        port.path("number").intValue(),
        port.path("name").asText());
  }

  private static Optional<Ingress.Canary> canary(JsonNode annotations) {
    if (!annotations.path(CANARY).asText().equals("true")) {
      return Optional.empty();
    }
    int weight;
    try {
      weight = Integer.parseInt(annotations.path(CANARY + "-weight").asText("0"));
    } catch (NumberFormatException e) {
      weight = 0;
    }
    return Optional.of(
        new Ingress.Canary(
            annotations.path(CANARY + "-by-header").asText(),
            annotations.path(CANARY + "-by-header-value").asText(),
            Math.clamp(weight, 0, 100)));
  }
}
