package dev.reeve.server.sync;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Release;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Routes;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.Catalog;
import dev.reeve.wire.ConfigContent;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// The contents of the ConfigMaps and Secrets that releases and Ingresses use, by the hash the core
/// knows them by. In memory only; this is where they join an order on its way out.
public final class ConfigContents {
  private final ConcurrentMap<ConfigUse, ConfigContent> contents = new ConcurrentHashMap<>();

  /// Takes in what the releases of a commit use.
  public void add(DesiredState state, Catalog catalog) {
    for (DesiredObject object : state.objects().values()) {
      object.ingress().ifPresent(ingress -> ingress.tls().forEach(it -> add(it.secret(), catalog)));
      object
          .workload()
          .ifPresent(workload -> workload.release().config().forEach(use -> add(use, catalog)));
    }
  }

  private void add(ConfigUse use, Catalog catalog) {
    if (!contents.containsKey(use)) {
      SortedMap<String, Bytes> data = new TreeMap<>();
      catalog.configData(use.key()).forEach((key, value) -> data.put(key, Bytes.of(value)));
      contents.put(use, new ConfigContent(use, data));
    }
  }

  /// Those of the given uses that are known.
  public List<ConfigContent> of(List<ConfigUse> uses) {
    var found = new ArrayList<ConfigContent>();
    for (ConfigUse use : uses) {
      var content = contents.get(use);
      if (content != null) {
        found.add(content);
      }
    }
    return found;
  }

  /// Forgets what no release uses any more.
  public void keepOnly(Root root) {
    var used =
        new java.util.TreeSet<ConfigUse>(
            java.util.Comparator.comparing(ConfigUse::key).thenComparing(ConfigUse::hash));
    for (WorkloadState workload : root.workloads().values()) {
      workload.desired().ifPresent(it -> used.addAll(it.release().config()));
      workload.stable().map(Release::config).ifPresent(used::addAll);
      workload.current().map(Release::config).ifPresent(used::addAll);
      for (Pod pod : workload.pods().values()) {
        used.addAll(pod.release().config());
      }
    }
    for (Routes.IngressState each : root.routes().ingresses().values()) {
      each.ingress().tls().forEach(it -> used.add(it.secret()));
    }
    contents.keySet().removeIf(use -> !used.contains(use));
  }
}
