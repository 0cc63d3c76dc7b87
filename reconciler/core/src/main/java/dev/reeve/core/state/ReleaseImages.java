package dev.reeve.core.state;

import dev.reeve.core.model.ImagePin;
import dev.reeve.core.protocol.ContainerReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the images of a workload's releases were resolved to. Immutable.
///
/// @param pins by the release's hash, in the images' order
/// @param recorded whether the record has all of them, or is about to
public record ReleaseImages(SortedMap<String, List<ImagePin>> pins, boolean recorded) {
  public static final ReleaseImages NONE = new ReleaseImages(Collections.emptySortedMap(), true);

  public ReleaseImages {
    pins = Collections.unmodifiableSortedMap(pins);
  }

  /// As the record says.
  public static ReleaseImages of(SortedMap<String, List<ImagePin>> recorded) {
    return recorded.isEmpty() ? NONE : new ReleaseImages(new TreeMap<>(recorded), true);
  }

  public List<ImagePin> of(String release) {
    return pins.getOrDefault(release, List.of());
  }

  /// Takes in what a node says of a container of a release. The first that has an image decides
  /// what it is; the same object where nothing is new.
  public ReleaseImages with(String release, ContainerReport said, String node) {
    if (said.imageId().isEmpty()
        || said.image().isEmpty()
        || ImagePin.isExact(said.image())
        || isPinned(release, said.image())) {
      return this;
    }
    var more = new TreeMap<>(pins);
    var ofRelease = new ArrayList<>(of(release));
    ofRelease.add(new ImagePin(said.image(), said.imageId(), node));
    ofRelease.sort(Comparator.comparing(ImagePin::image));
    more.put(release, List.copyOf(ofRelease));
    return new ReleaseImages(more, false);
  }

  private boolean isPinned(String release, String image) {
    for (ImagePin pin : of(release)) {
      if (pin.image().equals(image)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a container has another image than the one that its release was resolved to.
  public boolean differs(String release, String image, String id) {
    for (ImagePin pin : of(release)) {
      if (pin.image().equals(image)) {
        return !id.isEmpty() && !pin.id().equals(id);
      }
    }
    return false;
  }

  /// Without releases that nothing can come back to.
  public ReleaseImages retaining(Set<String> releases) {
    if (releases.containsAll(pins.keySet())) {
      return this;
    }
    var fewer = new TreeMap<>(pins);
    fewer.keySet().retainAll(releases);
    return fewer.isEmpty() && recorded ? NONE : new ReleaseImages(fewer, recorded);
  }

  public ReleaseImages asRecorded() {
    return recorded ? this : new ReleaseImages(pins, true);
  }
}
