package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// An image that is to stand in the text where another one does.
///
/// @param policy whose markers they are
/// @param name of the images, without a tag
/// @param from what the text names now
/// @param image what it is to name
/// @param workloads that run it
public record ImageChange(
    ObjectKey policy,
    String name,
    List<ImageTag> from,
    ImageTag image,
    SortedSet<ObjectKey> workloads) {
  public ImageChange {
    from = List.copyOf(from);
    workloads = Collections.unmodifiableSortedSet(new TreeSet<>(workloads));
  }
}
