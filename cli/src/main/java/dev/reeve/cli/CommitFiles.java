package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import dev.reeve.git.render.Renderer;
import dev.reeve.git.render.Rendering;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.schema.LiveSchema;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Tree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The manifests of one commit: which file says what of which object. Whether they are right is not
/// asked for here, since what is to be mended may not be.
final class CommitFiles {
  private static final Set<String> CONFIG_PLACES =
      Set.of("configMap", "configMapRef", "configMapKeyRef");

  private final String commit;
  private final SortedMap<String, Bytes> files;
  private final SortedMap<ObjectKey, JsonNode> objects = new TreeMap<>();
  private final SortedMap<ObjectKey, String> places = new TreeMap<>();
  private final Rendering rendering;

  private CommitFiles(String commit, SortedMap<String, Bytes> files, Rendering rendering) {
    this.commit = commit;
    this.files = files;
    this.rendering = rendering;
    files.forEach(this::index);
  }

  /// @param path the part of the repository that is read
  static CommitFiles of(Git git, String commit, String path) {
    var all = git.files(commit);
    SortedMap<String, String> ignoring = new TreeMap<>();
    contents(git, ReeveIgnore.ignoreFiles(all))
        .forEach((file, text) -> ignoring.put(file, text.toUtf8()));
    var selection = ReeveIgnore.of(path, ignoring).select(all);
    var read =
        selection.files().stream()
            .filter(file -> file.kind() == TreeFile.Kind.REGULAR)
            .filter(file -> file.size() <= Documents.BYTES_MAX)
            .toList();
    return new CommitFiles(
        commit,
        contents(git, read),
        Renderer.onPath().render(new CloneSource(git, all), selection));
  }

  private static SortedMap<String, Bytes> contents(Git git, List<TreeFile> files) {
    var byId = git.contents(new TreeSet<>(files.stream().map(TreeFile::id).toList()));
    SortedMap<String, Bytes> contents = new TreeMap<>();
    for (TreeFile file : files) {
      Optional.ofNullable(byId.get(file.id()))
          .ifPresent(bytes -> contents.put(file.path(), Bytes.of(bytes)));
    }
    return contents;
  }

  private void index(String path, Bytes bytes) {
    Documents documents =
        switch (Format.of(path).orElseThrow()) {
          case YAML -> Documents.yaml(bytes.toArray());
          case JSON -> Documents.json(bytes.toArray());
        };
    for (Tree document : documents.trees()) {
      var trees = new ArrayList<>(ObjectReader.itemsOf(document));
      trees.add(document);
      for (Tree tree : trees) {
        ObjectReader.keyOf(tree)
            .ifPresent(key -> {
              objects.put(key, withoutSops(tree.toJson()));
              places.put(key, path);
            });
      }
    }
  }

  /// How a document is encrypted is no part of what it says.
  private static JsonNode withoutSops(JsonNode json) {
    ((ObjectNode) json).remove("sops");
    return json;
  }

  String commit() {
    return commit;
  }

  Set<ObjectKey> keys() {
    return objects.keySet();
  }

  /// As it is written; empty where no file defines it.
  Optional<JsonNode> json(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  Optional<String> fileOf(ObjectKey key) {
    return Optional.ofNullable(places.get(key));
  }

  Optional<Bytes> bytes(String file) {
    return Optional.ofNullable(files.get(file));
  }

  /// Whose template a workload's pods are made of: its own, or that of the one it refers to.
  ObjectKey templateOwner(ObjectKey workload) {
    var reference = json(workload).map(it -> it.path("spec").path("workloadRef"));
    return reference
        .filter(it -> it.path("kind").isTextual() && it.path("name").isTextual())
        .map(it ->
            new ObjectKey(
                it.path("kind").textValue(), workload.namespace(), it.path("name").textValue()))
        .orElse(workload);
  }

  /// The ConfigMaps that a workload's pods name.
  Set<ObjectKey> configMaps(ObjectKey workload) {
    Set<ObjectKey> found = new TreeSet<>();
    json(templateOwner(workload))
        .ifPresent(json -> configMaps(json.path("spec"), workload.namespace(), found));
    return found;
  }

  private static void configMaps(JsonNode node, String namespace, Set<ObjectKey> found) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      var name = member.getValue().path("name");
      if (CONFIG_PLACES.contains(member.getKey()) && name.isTextual()) {
        found.add(new ObjectKey("ConfigMap", namespace, name.textValue()));
      }
    }
    node.forEach(child -> configMaps(child, namespace, found));
  }

  /// Whether a workload's pods see each change of a ConfigMap, which then is no part of a release.
  boolean isLive(ObjectKey workload, ObjectKey configMap) {
    return isLive(workload) || isLive(configMap);
  }

  private boolean isLive(ObjectKey key) {
    return json(key).map(LiveSchema::isLive).orElse(false);
  }

  /// The HorizontalPodAutoscaler that decides how many pods a workload has.
  Optional<ObjectKey> autoscalerOf(ObjectKey workload) {
    return objects.entrySet().stream()
        .filter(it ->
            it.getKey().kind().equals("HorizontalPodAutoscaler")
                && it.getKey().namespace().equals(workload.namespace()))
        .filter(it -> {
          var target = it.getValue().path("spec").path("scaleTargetRef");
          return target.path("kind").asText().equals(workload.kind())
              && target.path("name").asText().equals(workload.name());
        })
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Who names a ConfigMap.
  Set<ObjectKey> usersOf(ObjectKey configMap) {
    var users = new TreeSet<ObjectKey>();
    for (ObjectKey key : objects.keySet()) {
      if (key.namespace().equals(configMap.namespace()) && configMaps(key).contains(configMap)) {
        users.add(key);
      }
    }
    return users;
  }

  /// The one that is meant among those that a verb is for.
  ObjectKey workload(WorkloadName name, Set<String> kinds) {
    var candidates = new TreeMap<ObjectKey, String>(renderedFrom());
    candidates.putAll(places);
    candidates.keySet().removeIf(key -> !kinds.contains(key.kind()));
    var meant = name.among(candidates.keySet(), "the manifests, or none that this can be done to");
    requireText(meant);
    return meant;
  }

  /// What is rendered has no text that a verb could change.
  void requireText(ObjectKey key) {
    var from = Optional.ofNullable(renderedFrom().get(key));
    if (from.isPresent() && !places.containsKey(key)) {
      throw new CommandFailed(
          "%s is rendered from %s: its text is not in one place; change what it is made from"
              .formatted(key, from.get()));
    }
  }

  private SortedMap<ObjectKey, String> renderedFrom() {
    SortedMap<ObjectKey, String> found = new TreeMap<>();
    rendering
        .files()
        .forEach((path, file) -> file.objects().forEach(it -> found.put(it.key(), path)));
    return found;
  }

  /// Whether a workload's pods would be made of the same text there: its template, and what is in
  /// the ConfigMaps that they use.
  boolean hasReleaseOf(CommitFiles other, ObjectKey workload) {
    return template(workload).equals(other.template(workload))
        && other.configMaps(workload).stream().allMatch(it -> data(it).equals(other.data(it)));
  }

  private Optional<JsonNode> template(ObjectKey key) {
    var spec = json(templateOwner(key)).map(it -> it.path("spec"));
    return key.kind().equals("Pod") ? spec : spec.map(it -> it.path("template"));
  }

  private List<JsonNode> data(ObjectKey key) {
    return json(key).map(it -> List.of(it.path("data"), it.path("binaryData"))).orElse(List.of());
  }

  /// A commit that the control plane would refuse is not worth making.
  void requireAccepted(String cluster, SortedMap<String, Bytes> changes) {
    problem(cluster, changes)
        .ifPresent(problem -> {
          throw new CommandFailed("the result would be refused: " + problem);
        });
  }

  private Optional<String> problem(String cluster, SortedMap<String, Bytes> changes) {
    if (!rendering.problems().isEmpty()) {
      // Whoever commits need not have what renders; what it would make is missing to the others.
      return Optional.empty();
    }
    SortedMap<String, Bytes> all = new TreeMap<>(files);
    all.putAll(changes);
    SortedMap<String, ManifestFile> parsed = new TreeMap<>();
    all.forEach((path, bytes) ->
        parsed.put(path, ManifestFile.parse(bytes.toArray(), Format.of(path).orElseThrow())));
    parsed.putAll(rendering.files());
    var salt = "any".getBytes(StandardCharsets.UTF_8);
    // Whoever commits need not have the keys of what others have encrypted.
    return Manifests.read(cluster, new CommitText("", "", ""), parsed, salt, Optional.empty())
            instanceof Reading.Refused refused
        ? refused.problems().stream()
            .filter(it ->
                !Optional.ofNullable(parsed.get(it.path()))
                    .map(ManifestFile::isLocked)
                    .orElse(false))
            .map(Problem::toString)
            .findFirst()
        : Optional.empty();
  }
}
