package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Service;
import dev.reeve.manifest.images.ImageName;
import dev.reeve.manifest.schema.Quantity;
import dev.reeve.manifest.schema.Selectors;
import dev.reeve.manifest.schema.Tolerations;
import dev.reeve.manifest.schema.UlimitSchema;
import dev.reeve.manifest.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Draws the few facts that the core decides with from a pod's JSON.
final class PodTemplates {
  private static final Set<String> NAMED_AMOUNTS = Set.of("cpu", "memory", "ephemeral-storage");

  private PodTemplates() {}

  /// @param pointer of the spec in the object that holds it
  static PodTemplateDraft of(String namespace, JsonNode metadata, JsonNode spec, String pointer) {
    ObjectNode kept = kept(metadata);
    byte[] json = canonical(kept, spec);
    ConstraintsDraft constraints =
        new ConstraintsReader(namespace, Selectors.labels(kept.path("labels")), spec).read();
    var template =
        new PodTemplate(
            Hash.start().add(json).name(),
            requests(spec),
            constraints.own(),
            hostPorts(spec),
            Tolerations.ofSilence(spec.path("tolerations")),
            spec.path("restartPolicy").asText().equals("Always"),
            names(spec.path("containers")),
            images(spec),
            addressing(spec),
            StorageReader.uses(spec),
            Bytes.of(json));
    return new PodTemplateDraft(template, constraints, pointer);
  }

  /// As it was drawn, with what is not in the text.
  static JsonNode spec(PodTemplate template) {
    return Json.parseObject(template.json().toArray()).path("spec");
  }

  /// A Pod's own annotations for Reeve say nothing of its containers, but for one: changing them
  /// replaces none.
  private static ObjectNode kept(JsonNode metadata) {
    ObjectNode kept = Json.object();
    for (String part : List.of("labels", "annotations")) {
      ObjectNode entries = Json.object();
      for (Map.Entry<String, JsonNode> entry : metadata.path(part).properties()) {
        boolean isKept =
            !entry.getKey().startsWith("reeve.dev/") || entry.getKey().equals(UlimitSchema.ULIMITS);
        if (isKept) {
          entries.set(entry.getKey(), entry.getValue());
        }
      }
      if (!entries.isEmpty()) {
        kept.set(part, entries);
      }
    }
    return kept;
  }

  private static byte[] canonical(ObjectNode kept, JsonNode spec) {
    ObjectNode template = Json.object();
    template.set("metadata", kept);
    template.set("spec", spec);
    return Json.canonicalBytes(template);
  }

  /// App containers run together, init containers one after the other before them, and sidecars
  /// beside all that come after them. With an init container of 500m, a sidecar of 100m, an init
  /// container of 300m and an app of 200m the most is asked for by the first: 500m; then come 400m
  /// and 300m.
  private static Resources requests(JsonNode spec) {
    Resources sidecars = Resources.NONE;
    Resources most = Resources.NONE;
    for (JsonNode container : spec.path("initContainers")) {
      Resources beside = sidecars.plus(requestsOf(container));
      most = most.max(beside);
      sidecars = isSidecar(container) ? beside : sidecars;
    }
    Resources last = sidecars;
    for (JsonNode container : spec.path("containers")) {
      last = last.plus(requestsOf(container));
    }
    return most.max(last).plus(amounts(spec.path("overhead")));
  }

  private static boolean isSidecar(JsonNode init) {
    return init.path("restartPolicy").asText().equals("Always");
  }

  private static List<String> images(JsonNode spec) {
    var images = new TreeSet<String>();
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : spec.path(list)) {
        images.add(ImageName.asListed(container.path("image").asText()));
      }
    }
    return List.copyOf(images);
  }

  /// Containers that are there as long as the pod runs.
  static List<JsonNode> lasting(JsonNode spec) {
    var lasting = new ArrayList<JsonNode>();
    spec.path("containers").forEach(lasting::add);
    for (JsonNode container : spec.path("initContainers")) {
      if (isSidecar(container)) {
        lasting.add(container);
      }
    }
    return lasting;
  }

  private static Resources requestsOf(JsonNode container) {
    return amounts(container.path("resources").path("requests"));
  }

  private static Resources amounts(JsonNode written) {
    var extended = new TreeMap<String, Long>();
    for (Map.Entry<String, JsonNode> each : written.properties()) {
      long amount = units(each.getValue());
      if (amount > 0 && !NAMED_AMOUNTS.contains(each.getKey())) {
        extended.put(each.getKey(), amount);
      }
    }
    return new Resources(
        Quantity.parse(written.path("cpu").asText()).map(Quantity::millis).orElse(0L),
        units(written.path("memory")),
        units(written.path("ephemeral-storage")),
        extended);
  }

  private static long units(JsonNode amount) {
    return Quantity.parse(amount.asText()).map(Quantity::units).orElse(0L);
  }

  private static List<HostPort> hostPorts(JsonNode spec) {
    var ports = new ArrayList<HostPort>();
    for (JsonNode container : lasting(spec)) {
      for (JsonNode port : container.path("ports")) {
        if (port.has("hostPort")) {
          ports.add(new HostPort(port.path("protocol").asText(), port.path("hostPort").intValue()));
        }
      }
    }
    return ports.stream().sorted().distinct().toList();
  }

  private static PodTemplate.Addressing addressing(JsonNode spec) {
    var ports = new ArrayList<PodTemplate.NamedPort>();
    for (JsonNode container : lasting(spec)) {
      for (JsonNode port : container.path("ports")) {
        var protocol = port.path("protocol").asText();
        if (port.has("name") && !protocol.equals("SCTP")) {
          ports.add(
              new PodTemplate.NamedPort(
                  port.path("name").asText(),
                  Service.Protocol.valueOf(protocol),
                  port.path("containerPort").intValue()));
        }
      }
    }
    return new PodTemplate.Addressing(
        ports, spec.path("hostname").asText(), spec.path("subdomain").asText());
  }

  private static List<String> names(JsonNode containers) {
    var names = new ArrayList<String>();
    containers.forEach(container -> names.add(container.path("name").asText()));
    return names;
  }
}
