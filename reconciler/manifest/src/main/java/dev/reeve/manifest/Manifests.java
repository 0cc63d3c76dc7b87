package dev.reeve.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
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
    var problems = new ArrayList<Problem>();
    var entries = new TreeMap<ObjectKey, Catalog.Entry>();
    files.forEach((path, file) -> gather(path, file, entries, problems));
    // Of what a broken file may hold nothing is known, and so nothing is missed.
    var neighbours = new Neighbours(files.values(), entries, problems);
    var workloads =
        files.values().stream().allMatch(ManifestFile::isComplete)
            ? Workloads.of(neighbours)
            : Workloads.NONE;
    lastAccepted.ifPresent(before ->
        entries.forEach((key, entry) ->
            before.entry(key).ifPresent(old -> Immutability.check(old.object(), entry, problems))));
    if (!problems.isEmpty()) {
      return Reading.Refused.of(problems);
    }
    var state =
        new DesiredState(
            commit.sha(),
            commit.subject(),
            commit.author(),
            settings(cluster, entries),
            objects(commit, entries, workloads, new ContentHashes(hashingKey)),
            workloads.drafts().size(),
            Scheduling.nodes(entries),
            Scheduling.budgets(entries),
            warnings(cluster, files, neighbours));
    return new Reading.Accepted(state, new Catalog(entries));
  }

  private static void gather(
      String path,
      ManifestFile file,
      SortedMap<ObjectKey, Catalog.Entry> entries,
      List<Problem> problems) {
    if (isKustomization(path)) {
      problems.add(
          new Problem(
              path, 1, 1, "kustomizations are not supported yet: commit what kustomize renders"));
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
    return new Problem(entry.path(), at.line(), at.column(), message);
  }

  private static PagedMap<ObjectKey, DesiredObject> objects(
      CommitText commit,
      SortedMap<ObjectKey, Catalog.Entry> entries,
      Workloads workloads,
      ContentHashes hashes) {
    var config = new TreeMap<ObjectKey, String>();
    entries.forEach((key, entry) -> {
      if (key.kind().equals("ConfigMap") || key.kind().equals("Secret")) {
        config.put(key, hashes.ofData(entry.object()));
      }
    });
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    entries.forEach((key, entry) -> {
      Optional<Workload> workload = workloads.workload(key, commit.sha(), config);
      objects.put(
          key,
          new DesiredObject(
              key, hashes.ofObject(entry.object()), entry.object().prune(), workload));
    });
    return PagedMap.copyOf(objects);
  }

  private static ClusterSettings settings(
      String cluster, SortedMap<ObjectKey, Catalog.Entry> entries) {
    Catalog.Entry entry = entries.get(new ObjectKey(CLUSTER_KIND, "", cluster));
    if (entry == null) {
      return ClusterSettings.defaults(cluster);
    }
    ObjectNode json = entry.object().json();
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
                .toUpperCase(Locale.ROOT)));
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
