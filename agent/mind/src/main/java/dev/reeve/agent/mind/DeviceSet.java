package dev.reeve.agent.mind;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Devices, by the extended resource that each is a unit of. A device is known by its id, which is
/// the same after a restart; of each resource they stand in the order in which they are given out.
///
/// As text it is written as people write it to the agent: `example.com/tty=/dev/ttyS0,/dev/ttyS1`,
/// resources parted by spaces.
public record DeviceSet(SortedMap<String, List<String>> byResource) {
  public static final DeviceSet NONE = new DeviceSet(Collections.emptySortedMap());

  public DeviceSet {
    var copy = new TreeMap<String, List<String>>();
    byResource.forEach((resource, ids) -> {
      if (!ids.isEmpty()) {
        copy.put(resource, List.copyOf(ids));
      }
    });
    byResource = Collections.unmodifiableSortedMap(copy);
  }

  public boolean isEmpty() {
    return byResource.isEmpty();
  }

  public List<String> of(String resource) {
    return byResource.getOrDefault(resource, List.of());
  }

  /// Whichever resource they are units of.
  public List<String> ids() {
    return byResource.values().stream().flatMap(List::stream).toList();
  }

  boolean has(String id) {
    return byResource.values().stream().anyMatch(it -> it.contains(id));
  }

  public String text() {
    var words = new ArrayList<String>();
    byResource.forEach((resource, ids) -> words.add(resource + "=" + String.join(",", ids)));
    return String.join(" ", words);
  }

  /// Empty for what is not written so.
  public static Optional<DeviceSet> parse(String text) {
    var all = new TreeMap<String, List<String>>();
    for (String word : text.isBlank() ? new String[0] : text.strip().split(" +", -1)) {
      int at = word.indexOf('=');
      if (at < 1 || at == word.length() - 1) {
        return Optional.empty();
      }
      all.put(word.substring(0, at), List.of(word.substring(at + 1).split(",", -1)));
    }
    return Optional.of(new DeviceSet(all));
  }
}
