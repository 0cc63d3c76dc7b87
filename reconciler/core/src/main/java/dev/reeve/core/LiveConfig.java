package dev.reeve.core;

import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Workload;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Config that pods see as the newest accepted commit has it, whichever release they are of. It
/// travels in the texts of releases; nothing of it is kept here but what each node was told, so
/// that a core that starts anew derives the same from the repository.
final class LiveConfig {
  private LiveConfig() {}

  static boolean isConfig(ObjectKey key) {
    return key.kind().equals("ConfigMap") || key.kind().equals("Secret");
  }

  /// Marks the nodes that have pods which read any of these live.
  ///
  /// @param changed ConfigMaps and Secrets that are new, other or gone
  /// @return those of them that any pod reads live
  static List<ObjectKey> changed(Draft draft, SortedSet<ObjectKey> changed) {
    var read = new TreeSet<ObjectKey>();
    var nodes = new TreeSet<String>();
    if (!changed.isEmpty()) {
      for (WorkloadState workload : draft.workloads.publish().values()) {
        if (workload.releases().allMatch(it -> it.live().isEmpty())) {
          continue;
        }
        for (Pod pod : workload.pods().values()) {
          for (ConfigUse use : pod.release().live()) {
            if (changed.contains(use.key())) {
              read.add(use.key());
              nodes.add(pod.node());
            }
          }
        }
      }
    }
    for (String name : nodes) {
      draft
          .nodes
          .get(name)
          .ifPresent(node -> {
            var edit = node.edit();
            edit.textsDue = true;
            Nodes.put(draft, edit);
            draft.markNode(name);
          });
    }
    return List.copyOf(read);
  }

  /// All config that pods of a release are to see now.
  static List<ConfigUse> of(Draft draft, ObjectKey workload, Release release) {
    if (release.live().isEmpty()) {
      return release.config();
    }
    var objects = draft.accepted.map(DesiredState::objects).orElseGet(PagedMap::empty);
    var all = new ArrayList<>(release.config());
    wanted(objects, workload, release)
        // What the accepted commit says of it is the truth, also where it says that one is gone.
        .map(Release::live)
        .orElseGet(() -> release.live().stream().map(use -> newest(objects, use)).toList())
        .stream()
        .filter(use -> !use.hash().isEmpty())
        .forEach(all::add);
    Collections.sort(all);
    return all;
  }

  private static Optional<Release> wanted(
      PagedMap<ObjectKey, DesiredObject> objects, ObjectKey workload, Release release) {
    return objects
        .get(workload)
        .flatMap(DesiredObject::workload)
        .map(Workload::release)
        .filter(it -> it.hash().equals(release.hash()));
  }

  /// Pods of a release that is left may need what the repository has no more: they see it as their
  /// own commit had it.
  private static ConfigUse newest(PagedMap<ObjectKey, DesiredObject> objects, ConfigUse use) {
    return objects
        .get(use.key())
        .map(object -> new ConfigUse(use.key(), object.contentHash()))
        .orElse(use);
  }

  /// A name for what a node is told of a release beside what never changes; empty where there is
  /// nothing of the kind.
  static String name(Release release, List<ConfigUse> config) {
    if (release.live().isEmpty()) {
      return "";
    }
    var hash = Hash.start();
    config.forEach(use -> hash.add(use.key().toString()).add(use.hash()));
    return hash.name();
  }
}
