package dev.reeve.core.model;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// An image that is followed: where it stands in the text, and whose pods run it. Which tag is
/// newer than which is found out elsewhere.
///
/// @param key of the ImagePolicy
/// @param image the name of its images, without a tag
/// @param rules hash of all that the order of tags depends on
/// @param workloads whose pods run the image, or use config that it is marked in
/// @param marked the texts at the markers that name the policy, each once
public record ImagePolicy(
    ObjectKey key,
    String image,
    String rules,
    Digests digests,
    boolean suspended,
    SortedSet<ObjectKey> workloads,
    SortedSet<Marked> marked) {
  public ImagePolicy {
    workloads = Collections.unmodifiableSortedSet(new TreeSet<>(workloads));
    marked = Collections.unmodifiableSortedSet(new TreeSet<>(marked));
  }

  /// Flux's `digestReflectionPolicy`.
  public enum Digests {
    NEVER,
    /// A digest is written with a new tag, and stays for as long as the tag does.
    IF_NOT_PRESENT,
    ALWAYS
  }

  /// What of an image stands at a marker.
  public enum Part {
    IMAGE,
    NAME,
    TAG,
    DIGEST
  }

  /// @param text as it is read, quotes undone
  public record Marked(Part part, String text) implements Comparable<Marked> {
    private static final Comparator<Marked> ORDER =
        Comparator.comparing(Marked::part).thenComparing(Marked::text);

    @Override
    public int compareTo(Marked other) {
      return ORDER.compare(this, other);
    }

    /// The tag that it names; empty for a part without one.
    private Optional<ImageTag> named() {
      int at = text.indexOf('@');
      var digest = at < 0 ? "" : text.substring(at + 1);
      var rest = at < 0 ? text : text.substring(0, at);
      int colon = rest.lastIndexOf(':');
      return switch (part) {
        case TAG -> Optional.of(new ImageTag(rest, digest));
        case IMAGE ->
            colon > rest.lastIndexOf('/')
                ? Optional.of(new ImageTag(rest.substring(colon + 1), digest))
                : Optional.empty();
        case NAME, DIGEST -> Optional.empty();
      };
    }
  }

  /// The images that the markers name, by tag. A digest that stands by itself belongs to each.
  public List<ImageTag> present() {
    var alone =
        marked.stream()
            .filter(it -> it.part() == Part.DIGEST)
            .map(Marked::text)
            .filter(it -> !it.isEmpty())
            .findFirst()
            .orElse("");
    return marked.stream()
        .flatMap(it -> it.named().stream())
        .map(it -> it.digest().isEmpty() ? new ImageTag(it.tag(), alone) : it)
        .distinct()
        .sorted(Comparator.comparing(ImageTag::tag).thenComparing(ImageTag::digest))
        .toList();
  }

  /// What is to stand where a part of the image does; empty where it cannot be told.
  public Optional<String> text(Part part, ImageTag chosen) {
    return switch (part) {
      case IMAGE -> Optional.of(image + ":" + chosen);
      case NAME -> Optional.of(image);
      case TAG -> Optional.of(chosen.tag());
      case DIGEST -> Optional.of(chosen.digest()).filter(it -> !it.isEmpty());
    };
  }

  /// Whether a marker stands at another image.
  public boolean differsFrom(ImageTag chosen) {
    return marked.stream()
        .anyMatch(
            it -> text(it.part(), chosen).filter(text -> !text.equals(it.text())).isPresent());
  }
}
