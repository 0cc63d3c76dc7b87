package dev.reeve.server.sync;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.Routes;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.manifest.Catalog;
import dev.reeve.wire.ConfigContent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/// The contents of the ConfigMaps and Secrets that releases and Ingresses use, by the hash the core
/// knows them by. In memory only; this is where they join an order on its way out.
///
/// Safe for many threads.
public final class ConfigContents {
  private final ConcurrentMap<ConfigUse, ConfigContent> contents = new ConcurrentHashMap<>();

  /// The newest commits, oldest first: live config may be that of any of them, also where no
  /// workload of the commit itself uses it.
  private final SequencedMap<String, Newest> newest = new LinkedHashMap<>();

  private record Newest(PagedMap<ObjectKey, DesiredObject> objects, Catalog catalog) {}

  /// Takes in what the releases of a commit use.
  public void add(DesiredState state, Catalog catalog) {
    synchronized (newest) {
      newest.remove(state.commit());
      newest.put(state.commit(), new Newest(state.objects(), catalog));
    }
    for (DesiredObject object : state.objects().values()) {
      object.ingress().ifPresent(ingress -> ingress.tls().forEach(it -> add(it.secret(), catalog)));
      object
          .workload()
          .ifPresent(workload -> uses(workload.release()).forEach(use -> add(use, catalog)));
    }
  }

  private static Stream<ConfigUse> uses(Release release) {
    return Stream.concat(
        release.config().stream(), release.live().stream().filter(it -> !it.hash().isEmpty()));
  }

  private void add(ConfigUse use, Catalog catalog) {
    if (!contents.containsKey(use)) {
      contents.put(use, content(use, catalog));
    }
  }

  private static ConfigContent content(ConfigUse use, Catalog catalog) {
    SortedMap<String, Bytes> data = new TreeMap<>();
    catalog.configData(use.key()).forEach((key, value) -> data.put(key, Bytes.of(value)));
    return new ConfigContent(use, data);
  }

  /// Those of the given uses that are known.
  public List<ConfigContent> of(List<ConfigUse> uses) {
    var found = new ArrayList<ConfigContent>();
    for (ConfigUse use : uses) {
      var content = contents.get(use);
      if (content != null) {
        found.add(content);
      } else {
        ofNewest(use).ifPresent(found::add);
      }
    }
    return found;
  }

  private Optional<ConfigContent> ofNewest(ConfigUse use) {
    synchronized (newest) {
      return newest.values().stream()
          .filter(it ->
              it.objects()
                  .get(use.key())
                  .map(object -> object.contentHash().equals(use.hash()))
                  .orElse(false))
          .findFirst()
          .map(it -> content(use, it.catalog()));
    }
  }

  /// Forgets all commits but one and those that came after it.
  public void keepFrom(String commit) {
    synchronized (newest) {
      if (newest.containsKey(commit)) {
        while (!newest.firstEntry().getKey().equals(commit)) {
          newest.pollFirstEntry();
        }
      }
    }
  }

  /// Forgets all commits but one.
  public void keepOnly(String commit) {
    synchronized (newest) {
      newest.keySet().removeIf(it -> !it.equals(commit));
    }
  }

  /// Forgets what no release uses any more.
  public void keepOnly(Root root) {
    var used =
        new java.util.TreeSet<ConfigUse>(
            java.util.Comparator.comparing(ConfigUse::key).thenComparing(ConfigUse::hash));
    for (WorkloadState workload : root.workloads().values()) {
      workload.desired().ifPresent(it -> uses(it.release()).forEach(used::add));
      workload.stable().ifPresent(it -> uses(it).forEach(used::add));
      workload.current().ifPresent(it -> uses(it).forEach(used::add));
      for (Pod pod : workload.pods().values()) {
        uses(pod.release()).forEach(used::add);
      }
    }
    for (Routes.IngressState each : root.routes().ingresses().values()) {
      each.ingress().tls().forEach(it -> used.add(it.secret()));
    }
    contents.keySet().removeIf(use -> !used.contains(use));
  }
}
