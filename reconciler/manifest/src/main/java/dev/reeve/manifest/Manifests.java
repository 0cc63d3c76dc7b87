package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.images.Marker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All files of a commit into the desired state. Start reading this module here.
///
/// The commit as a whole is accepted or refused: a state that is right in parts is never applied.
public final class Manifests {
  private static final String CLUSTER_KIND = "Cluster.reeve.dev";

  private Manifests() {}

  /// Reads a commit.
  ///
  /// @param cluster the name of the cluster that asks; its Cluster manifest is the one that counts
  /// @param files by path
  /// @param hashingKey for the hashes of Secrets
  /// @param lastAccepted what immutable fields are held against
  public static Reading read(
      String cluster,
      CommitText commit,
      SortedMap<String, ManifestFile> files,
      byte[] hashingKey,
      Optional<Catalog> lastAccepted) {
    return read(cluster, commit, files, new TreeMap<>(), hashingKey, lastAccepted);
  }

  /// As [#read(String, CommitText, SortedMap, byte[], Optional)].
  ///
  /// @param marked the markers in files that something was rendered from, by path
  public static Reading read(
      String cluster,
      CommitText commit,
      SortedMap<String, ManifestFile> files,
      SortedMap<String, List<Marker>> marked,
      byte[] hashingKey,
      Optional<Catalog> lastAccepted) {
    var problems = new ArrayList<Problem>();
    var entries = gather(files, problems);
    // Of what a broken file may hold nothing is known, and so nothing is missed.
    var neighbours = new Neighbours(files.values(), entries, problems);
    var workloads =
        files.values().stream().allMatch(ManifestFile::isComplete)
            ? Workloads.of(neighbours)
            : Workloads.NONE;
    var autoscalers = AutoscalerReader.all(neighbours, workloads);
    SharedAddresses.check(neighbours);
    NamespaceLimits.check(neighbours, workloads);
    Fronts.check(neighbours);
    var markers = new TreeMap<>(marked);
    files.forEach((path, file) -> {
      if (!file.markers().isEmpty()) {
        markers.put(path, file.markers());
      }
    });
    var images = ImageReader.read(neighbours, workloads, markers);
    lastAccepted.ifPresent(before ->
        PagedMap.difference(
            before.entries(),
            entries,
            (_, old, now) -> {
              if (old != null && now != null) {
                Immutability.check(old.object(), now, neighbours.storageClasses(), problems);
              }
            }));
    if (!problems.isEmpty()) {
      return Reading.Refused.of(problems);
    }
    var state =
        new DesiredState(
            commit.sha(),
            commit.subject(),
            commit.author(),
            settings(cluster, entries),
            objects(commit, neighbours, workloads, new ContentHashes(hashingKey)),
            workloads.drafts().size(),
            Scheduling.nodes(entries),
            Scheduling.budgets(entries),
            StorageReader.read(neighbours),
            images,
            autoscalers,
            warnings(cluster, files, neighbours));
    return new Reading.Accepted(state, new Catalog(entries, Ties.of(neighbours, workloads)));
  }

  /// Reads a commit that differs from one that was read in nothing but the text of some files. Of
  /// the others nothing is looked at.
  ///
  /// @return what [#read] would return with the earlier commit as the last accepted one; empty
  ///   where other objects must be looked at for that
  public static Optional<Reading.Accepted> edited(
      Reading.Accepted before, CommitText commit, List<Edit> edits, byte[] hashingKey) {
    return Edits.read(before, commit, edits, new ContentHashes(hashingKey));
  }

  private static PagedMap<ObjectKey, Catalog.Entry> gather(
      SortedMap<String, ManifestFile> files, List<Problem> problems) {
    var entries = new TreeMap<ObjectKey, Catalog.Entry>();
    files.forEach((path, file) -> gather(path, file, entries, problems));
    return PagedMap.copyOf(entries);
  }

  private static void gather(
      String path,
      ManifestFile file,
      SortedMap<ObjectKey, Catalog.Entry> entries,
      List<Problem> problems) {
    if (isKustomization(path) && !file.isRendered()) {
      problems.add(
          new Problem(path, 1, 1, "a kustomization is read with its folder: name the folder"));
      return;
    }
    file.problems().forEach(finding -> problems.add(Problem.of(path, finding)));
    for (ManifestObject object : file.objects()) {
      Catalog.Entry first = entries.putIfAbsent(object.key(), new Catalog.Entry(object, path));
      if (first != null) {
        problems.add(
            new Problem(
                path,
                object.line(),
                object.column(),
                "%s is defined twice, first at %s:%d:%d"
                    .formatted(
                        object.key(),
                        first.path(),
                        first.object().line(),
                        first.object().column())));
      }
    }
  }

  private static boolean isKustomization(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.equals("kustomization.yaml") || name.equals("kustomization.yml");
  }

  static Problem problem(Catalog.Entry entry, String pointer, String message) {
    var at = entry.object().position(pointer);
    return new Problem(entry.path(), at.line(), at.column(), entry.object().subject(), message);
  }

  private static PagedMap<ObjectKey, DesiredObject> objects(
      CommitText commit, Neighbours neighbours, Workloads workloads, ContentHashes hashes) {
    var config = new ConfigHashes(neighbours.entries(), hashes);
    var objects = PagedMap.<ObjectKey, DesiredObject>empty().edit();
    neighbours
        .entries()
        .forEach((key, entry) ->
            objects.put(
                key,
                object(
                    commit, entry.object(), workloads, neighbours.namespaces(), hashes, config)));
    return objects.publish();
  }

  static DesiredObject object(
      CommitText commit,
      ManifestObject object,
      Workloads workloads,
      Namespaces namespaces,
      ContentHashes hashes,
      ConfigHashes config) {
    return new DesiredObject(
        object.key(),
        hashes.ofObject(object),
        object.prune(),
        workloads.workload(object.key(), commit.sha(), config),
        ServiceReader.of(object),
        IngressReader.of(object, config),
        PolicyReader.of(object, namespaces));
  }

  private static ClusterSettings settings(
      String cluster, PagedMap<ObjectKey, Catalog.Entry> entries) {
    return entries
        .get(new ObjectKey(CLUSTER_KIND, "", cluster))
        .map(it -> settings(cluster, it.object().json()))
        .orElseGet(() -> ClusterSettings.defaults(cluster));
  }

  private static ClusterSettings settings(String cluster, ObjectNode json) {
    String budget = json.path("spec").path("prune").path("budget").asText();
    long toleration = json.path("spec").path("nodes").path("tolerationSeconds").asLong();
    return new ClusterSettings(
        cluster,
        Integer.parseInt(budget.substring(0, budget.length() - 1)),
        Duration.ofSeconds(toleration),
        ClusterSettings.Rollback.valueOf(
            json.path("spec").path("rollback").path("mode").asText().toUpperCase(Locale.ROOT)),
        ClusterSettings.Scheduling.valueOf(
            json.path("spec")
                .path("scheduling")
                .path("strategy")
                .asText()
                .toUpperCase(Locale.ROOT)),
        network(json.path("spec").path("network")));
  }

  private static Network network(JsonNode json) {
    return new Network(
        Cidr.parse(json.path("podCIDR").asText()),
        json.path("nodeMask").intValue(),
        Cidr.parse(json.path("serviceCIDR").asText()),
        json.path("domain").asText());
  }

  /// What is said a thousand times is written once, with its first place.
  private static List<String> warnings(
      String cluster, SortedMap<String, ManifestFile> files, Neighbours neighbours) {
    var all = new ArrayList<>(neighbours.warnings());
    files.forEach(
        (path, file) -> file.warnings().forEach(finding -> all.add(Problem.of(path, finding))));
    neighbours
        .entries()
        .forEach((key, entry) -> {
          if (key.kind().equals(CLUSTER_KIND) && !key.name().equals(cluster)) {
            all.add(
                problem(
                    entry,
                    "/metadata/name",
                    "the settings of another cluster, %s, are not acted on".formatted(key.name())));
          }
        });
    var first = new TreeMap<String, Problem>();
    var count = new TreeMap<String, Integer>();
    for (Problem warning : all.stream().sorted().toList()) {
      first.putIfAbsent(warning.message(), warning);
      count.merge(warning.message(), 1, Integer::sum);
    }
    return first.values().stream()
        .sorted()
        .map(warning -> {
          int more = count.getOrDefault(warning.message(), 1) - 1;
          return more == 0 ? warning.toString() : warning + " (and " + more + " more)";
        })
        .toList();
  }
}
