package dev.reeve.manifest.images;

import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The message of a commit that brings images into the text: a person reads which, a program the
/// trailers.
public final class ImageMessage {
  private static final int NAMED_AT_MOST = 3;

  private ImageMessage() {}

  /// @param why it is not on the tracked branch; empty where it is
  public static String of(String cluster, long epoch, List<ImageChange> changes, String why) {
    var text = new StringBuilder(subject(changes)).append("\n\n");
    for (ImageChange change : changes) {
      var from = change.from().stream().map(ImageTag::toString).collect(Collectors.joining(", "));
      text.append(change.policy()).append(": ").append(change.name()).append(' ');
      text.append(from.isEmpty() ? "to " : from + " to ").append(change.image()).append('\n');
    }
    if (!why.isEmpty()) {
      text.append("\nProposed, not done: ").append(why).append('\n');
    }
    text.append('\n');
    text.append("Reeve-Cluster: ").append(cluster).append('\n');
    var workloads = new TreeSet<ObjectKey>();
    changes.forEach(change -> workloads.addAll(change.workloads()));
    workloads.forEach(it -> text.append("Reeve-Resource: ").append(it).append('\n'));
    for (ImageChange change : changes) {
      text.append("Reeve-Image: ").append(name(change)).append(' ');
      text.append(change.name()).append(':').append(change.image()).append('\n');
    }
    text.append("Reeve-Reason: ").append(Reason.IMAGE_UPDATED.word()).append('\n');
    text.append("Reeve-Epoch: ").append(epoch).append('\n');
    return text.toString();
  }

  private static String name(ImageChange change) {
    return change.policy().namespace() + "/" + change.policy().name();
  }

  private static String subject(List<ImageChange> changes) {
    return changes.size() > NAMED_AT_MOST
        ? "Update " + changes.size() + " images"
        : changes.stream()
            .map(it -> it.policy().name() + " to " + it.image().tag())
            .collect(Collectors.joining(", ", "Update ", ""));
  }
}
