package dev.reeve.manifest;

import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Edits of objects that no other object of the commit looks at, apart from the workloads that use
/// an edited ConfigMap or Secret. Whatever is more than that is left to [Manifests#read]: so are
/// all mistakes, which only that one reports.
final class Edits {
  /// What other objects, or nodes, are read by.
  private static final Set<String> TIED =
      Set.of(
          "AnalysisTemplate",
          "Cluster.reeve.dev",
          "ClusterAnalysisTemplate",
          AutoscalerReader.KIND,
          "Ingress",
          "LimitRange",
          "Namespace",
          "Node",
          "PersistentVolume",
          "PersistentVolumeClaim",
          "PodDisruptionBudget",
          "PriorityClass",
          "ResourceQuota",
          "Rollout",
          "StorageClass");

  private Edits() {}

  static Optional<Reading.Accepted> read(
      Reading.Accepted before, CommitText commit, List<Edit> edits, ContentHashes hashes) {
    Catalog old = before.catalog();
    // Who runs an image that is followed shows only among all.
    if (!before.state().images().isEmpty()) {
      return Optional.empty();
    }
    var editor = old.entries().edit();
    var edited = new TreeSet<ObjectKey>();
    for (Edit edit : edits) {
      if (!isPlain(edit, old.ties())) {
        return Optional.empty();
      }
      for (ManifestObject object : edit.after().objects()) {
        editor.put(object.key(), new Catalog.Entry(object, edit.path()));
        edited.add(object.key());
      }
    }
    var entries = editor.publish();
    var problems = new ArrayList<Problem>();
    var neighbours = new Neighbours(old.ties(), entries, problems);
    if (edited.stream().anyMatch(it -> NamespaceLimits.hasQuota(it.namespace(), neighbours))) {
      return Optional.empty();
    }
    for (ObjectKey key : edited) {
      Immutability.check(
          old.entry(key).orElseThrow().object(),
          entries.get(key).orElseThrow(),
          old.ties().storageClasses(),
          problems);
    }
    SortedSet<ObjectKey> concerned = withUsers(edited, old.ties());
    var workloads = old.ties().workloads();
    var withPods = new TreeSet<>(concerned);
    withPods.removeIf(key -> !workloads.drafts().containsKey(key));
    var newWorkloads = workloads.with(withPods, neighbours);
    var autoscalers =
        AutoscalerReader.with(before.state().autoscalers(), withPods, neighbours, newWorkloads);
    if (!problems.isEmpty() || !neighbours.warnings().isEmpty()) {
      return Optional.empty();
    }
    var config = new ConfigHashes(entries, hashes);
    var objects = before.state().objects().edit();
    for (ObjectKey key : concerned) {
      var object = entries.get(key).orElseThrow().object();
      objects.put(
          key,
          Manifests.object(commit, object, newWorkloads, old.ties().namespaces(), hashes, config));
    }
    var state = before.state();
    return Optional.of(
        new Reading.Accepted(
            new DesiredState(
                commit.sha(),
                commit.subject(),
                commit.author(),
                state.settings(),
                objects.publish(),
                state.workloads(),
                state.nodes(),
                state.budgets(),
                state.storage(),
                state.images(),
                autoscalers,
                state.warnings()),
            new Catalog(entries, old.ties().with(newWorkloads))));
  }

  private static boolean isPlain(Edit edit, Ties ties) {
    ManifestFile before = edit.before();
    ManifestFile after = edit.after();
    boolean isPlain =
        after.isComplete()
            && after.problems().isEmpty()
            && after.warnings().equals(before.warnings())
            && after.markers().equals(before.markers())
            && after.objects().size() == before.objects().size()
            && !ties.remarked().contains(edit.path());
    for (int i = 0; isPlain && i < after.objects().size(); i++) {
      isPlain = isPlain(before.objects().get(i), after.objects().get(i), ties);
    }
    return isPlain;
  }

  private static boolean isPlain(ManifestObject before, ManifestObject after, Ties ties) {
    ObjectKey key = after.key();
    return key.equals(before.key())
        && !TIED.contains(key.kind())
        && !ties.certificates().contains(key)
        && !(key.kind().equals("Service") && SharedAddresses.asks(after))
        && !ties.shared().contains(key)
        && !(ties.readsConfig() && isConfig(key))
        && after.waits().equals(before.waits());
  }

  private static boolean isConfig(ObjectKey key) {
    return key.kind().equals("ConfigMap") || key.kind().equals("Secret");
  }

  private static SortedSet<ObjectKey> withUsers(SortedSet<ObjectKey> edited, Ties ties) {
    var config = new TreeSet<>(edited);
    config.removeIf(key -> !isConfig(key));
    var all = new TreeSet<>(edited);
    all.addAll(ties.usersOf(config));
    return all;
  }
}
