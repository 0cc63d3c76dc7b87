package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ImagePolicy;
import dev.reeve.core.model.ImagePolicy.Digests;
import dev.reeve.core.model.ImagePolicy.Marked;
import dev.reeve.core.model.ImagePolicy.Part;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.images.ImageName;
import dev.reeve.manifest.images.Marker;
import dev.reeve.manifest.images.TagRules;
import dev.reeve.manifest.text.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The images that a commit follows: its ImagePolicies, each with the repository that it names, the
/// markers that name it, and whose pods run it.
final class ImageReader {
  static final String REPOSITORY = "ImageRepository.image.toolkit.fluxcd.io";

  private final Neighbours neighbours;
  private final Workloads workloads;

  /// By path, in the order of the text.
  private final SortedMap<String, List<Marker>> markers;

  private final SortedMap<String, List<ManifestObject>> inMarkedFiles = new TreeMap<>();

  private ImageReader(
      Neighbours neighbours, Workloads workloads, SortedMap<String, List<Marker>> markers) {
    this.neighbours = neighbours;
    this.workloads = workloads;
    this.markers = markers;
  }

  static SortedMap<ObjectKey, ImagePolicy> read(
      Neighbours neighbours, Workloads workloads, SortedMap<String, List<Marker>> markers) {
    return new ImageReader(neighbours, workloads, markers).read();
  }

  private SortedMap<ObjectKey, ImagePolicy> read() {
    var policies = new TreeMap<ObjectKey, ImagePolicy>();
    var entries = new ArrayList<Catalog.Entry>();
    neighbours
        .entries()
        .forEach((key, entry) -> {
          if (markers.containsKey(entry.path()) && entry.object().rendered().isEmpty()) {
            inMarkedFiles.computeIfAbsent(entry.path(), _ -> new ArrayList<>()).add(entry.object());
          }
          if (key.kind().equals(REPOSITORY)) {
            requireSecret(entry);
          } else if (key.kind().equals(Marker.POLICY)) {
            entries.add(entry);
          }
        });
    markers.forEach((path, all) -> all.forEach(it -> warn(path, it)));
    if (entries.isEmpty()) {
      return policies;
    }
    var running = running();
    for (Catalog.Entry entry : entries) {
      policy(entry, running).ifPresent(it -> policies.put(it.key(), it));
    }
    return policies;
  }

  private void requireSecret(Catalog.Entry repository) {
    var name = repository.object().json().path("spec").path("secretRef").path("name").asText();
    if (!name.isEmpty()) {
      neighbours.requireConfig(
          repository,
          "/spec/secretRef/name",
          new ObjectKey("Secret", repository.object().key().namespace(), name),
          Optional.of(".dockerconfigjson"));
    }
  }

  private void warn(String path, Marker marker) {
    var policy = neighbours.entries().get(marker.policy());
    var name = marker.policy().namespace() + ":" + marker.policy().name();
    if (policy.isEmpty() && !neighbours.isBroken(marker.policy())) {
      warn(path, marker, "no ImagePolicy is called " + name + ": this marker is passed over");
    } else if (marker.part() == Part.DIGEST
        && policy.filter(it -> digests(it.object().json()) == Digests.NEVER).isPresent()) {
      warn(
          path,
          marker,
          "ImagePolicy %s has no digest: set its digestReflectionPolicy".formatted(name));
    }
  }

  private void warn(String path, Marker marker, String message) {
    neighbours.warnings().add(new Problem(path, marker.at().line(), marker.at().column(), message));
  }

  private Optional<ImagePolicy> policy(
      Catalog.Entry entry, SortedMap<String, SortedSet<ObjectKey>> running) {
    var key = entry.object().key();
    var json = entry.object().json();
    var reference = json.path("spec").path("imageRepositoryRef");
    var namespace = reference.path("namespace").asText(key.namespace());
    var repository =
        neighbours.find(
            entry,
            "/spec/imageRepositoryRef/name",
            new ObjectKey(REPOSITORY, namespace, reference.path("name").asText()));
    return repository.map(it -> policy(key, json, it.object().json(), running));
  }

  private ImagePolicy policy(
      ObjectKey key,
      ObjectNode json,
      ObjectNode repository,
      SortedMap<String, SortedSet<ObjectKey>> running) {
    var image = repository.path("spec").path("image").asText();
    var users =
        new TreeSet<>(running.getOrDefault(ImageName.parse(image).toString(), new TreeSet<>()));
    var marked = new TreeSet<Marked>();
    markers.forEach((path, all) -> {
      for (Marker marker : all) {
        if (marker.policy().equals(key)) {
          marked.add(new Marked(marker.part(), marker.text()));
          users.addAll(usersOfConfigIn(path, marker));
        }
      }
    });
    return new ImagePolicy(
        key,
        image,
        rules(repository, json),
        digests(json),
        json.path("spec").path("suspend").asBoolean()
            || repository.path("spec").path("suspend").asBoolean(),
        users,
        marked);
  }

  private static Digests digests(JsonNode policy) {
    return switch (policy.path("spec").path("digestReflectionPolicy").asText()) {
      case "Always" -> Digests.ALWAYS;
      case "IfNotPresent" -> Digests.IF_NOT_PRESENT;
      default -> Digests.NEVER;
    };
  }

  private static String rules(JsonNode repository, JsonNode policy) {
    var all = Json.object();
    for (String field : List.of("image", "exclusionList")) {
      all.set(field, repository.path("spec").path(field));
    }
    for (String field : List.of("filterTags", "policy")) {
      if (policy.path("spec").has(field)) {
        all.set(field, policy.path("spec").path(field));
      }
    }
    all.put("order", policy.path("metadata").path("annotations").path(TagRules.ORDER).asText());
    return ContentHashes.plain(Json.canonicalBytes(all));
  }

  /// Workloads by the images that their containers run.
  private SortedMap<String, SortedSet<ObjectKey>> running() {
    var running = new TreeMap<String, SortedSet<ObjectKey>>();
    workloads
        .templates()
        .forEach((key, template) -> {
          var spec = Json.parseObject(template.json().toArray()).path("spec");
          for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : spec.path(list)) {
              var image = ImageName.ofReference(container.path("image").asText());
              running.computeIfAbsent(image.toString(), _ -> new TreeSet<>()).add(key);
            }
          }
        });
    return running;
  }

  /// Whose pods see the config that holds a marker.
  private SortedSet<ObjectKey> usersOfConfigIn(String path, Marker marker) {
    var users = new TreeSet<ObjectKey>();
    var holder = holder(path, marker).filter(it -> it.kind().equals("ConfigMap"));
    holder.ifPresent(config ->
        workloads
            .drafts()
            .forEach((key, draft) -> {
              if (draft.pods().references().stream().anyMatch(it -> it.key().equals(config))) {
                users.add(key);
              }
            }));
    return users;
  }

  /// The object of a file that a marker stands in: the last that begins before it.
  private Optional<ObjectKey> holder(String path, Marker marker) {
    return inMarkedFiles.getOrDefault(path, List.of()).stream()
        .filter(it -> it.line() <= marker.at().line())
        .max(Comparator.comparingInt(ManifestObject::line))
        .map(ManifestObject::key);
  }
}
