package dev.reeve.manifest.images;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which tags of a repository an ImagePolicy chooses from, and which of them is the newest. A
/// function of the tags, and where the order is that of time, of when their images were made.
public final class TagRules {
  /// Reeve's own order, besides Flux's.
  public static final String ORDER = "reeve.dev/order";

  public static final String NEWEST = "newest";

  /// Of more tags nobody is told than have their turn.
  private static final int RANKED_MAX = 1_000;

  private final List<TagPattern> excluded;
  private final Optional<TagPattern> filter;
  private final String extract;
  private final Order order;

  private sealed interface Order {
    record BySemver(VersionRange range) implements Order {}

    record Alphabetical(boolean descending) implements Order {}

    record Numerical(boolean descending) implements Order {}

    /// By the time that the image was made at.
    record Newest() implements Order {}
  }

  /// @param value what of the tag is looked at
  private record Candidate<T>(String tag, T value) {}

  private TagRules(
      List<TagPattern> excluded, Optional<TagPattern> filter, String extract, Order order) {
    this.excluded = List.copyOf(excluded);
    this.filter = filter;
    this.extract = extract;
    this.order = order;
  }

  /// @param repository an ImageRepository that is as it should be
  /// @param policy an ImagePolicy that is as it should be
  public static TagRules of(JsonNode repository, JsonNode policy) {
    var excluded = new ArrayList<TagPattern>();
    repository
        .path("spec")
        .path("exclusionList")
        .forEach(it -> TagPattern.parse(it.asText()).ifPresent(excluded::add));
    var filter = policy.path("spec").path("filterTags");
    var pattern = filter.path("pattern").asText();
    return new TagRules(
        excluded,
        pattern.isEmpty() ? Optional.empty() : TagPattern.parse(pattern),
        filter.path("extract").asText(),
        order(policy));
  }

  private static Order order(JsonNode policy) {
    var choice = policy.path("spec").path("policy");
    if (policy.path("metadata").path("annotations").path(ORDER).asText().equals(NEWEST)) {
      return new Order.Newest();
    }
    if (choice.has("semver")) {
      var range = choice.path("semver").path("range").asText();
      return new Order.BySemver(VersionRange.parse(range).orElseThrow());
    }
    return choice.has("numerical")
        ? new Order.Numerical(isDescending(choice.path("numerical")))
        : new Order.Alphabetical(isDescending(choice.path("alphabetical")));
  }

  private static boolean isDescending(JsonNode order) {
    return order.path("order").asText().equals("desc");
  }

  /// Whether it must be known when the images were made.
  public boolean isByTime() {
    return order instanceof Order.Newest;
  }

  /// Those that come into question, in their own order.
  public List<String> filtered(Collection<String> tags) {
    return extracted(tags).stream().map(Candidate::tag).sorted().toList();
  }

  private List<Candidate<String>> extracted(Collection<String> tags) {
    var candidates = new ArrayList<Candidate<String>>();
    for (String tag : tags) {
      if (excluded.stream().anyMatch(it -> it.find(tag).isPresent())) {
        continue;
      }
      if (filter.isEmpty()) {
        candidates.add(new Candidate<>(tag, tag));
        continue;
      }
      filter
          .get()
          .find(tag)
          .map(match -> extract.isEmpty() ? tag : filter.get().expand(extract, match))
          .ifPresent(value -> candidates.add(new Candidate<>(tag, value)));
    }
    return candidates;
  }

  /// The newest first. What the order cannot tell anything of (no version, no number, nothing that
  /// is known of its time) is left out.
  ///
  /// @param made by tag; looked at where [#isByTime]
  public List<String> ranked(Collection<String> tags, Map<String, Instant> made) {
    var candidates = extracted(tags);
    return switch (order) {
      case Order.BySemver(var range) ->
          sorted(candidates, text -> Version.parse(text).filter(range::contains), false);
      case Order.Alphabetical(var descending) -> sorted(candidates, Optional::of, descending);
      case Order.Numerical(var descending) -> sorted(candidates, TagRules::number, descending);
      case Order.Newest _ ->
          sorted(
              candidates.stream().map(it -> new Candidate<>(it.tag(), it.tag())).toList(),
              tag -> Optional.ofNullable(made.get(tag)),
              false);
    };
  }

  private interface Reader<T> {
    Optional<T> read(String text);
  }

  private static <T extends Comparable<? super T>> List<String> sorted(
      List<Candidate<String>> candidates, Reader<T> reader, boolean descending) {
    var read = new ArrayList<Candidate<T>>();
    for (Candidate<String> each : candidates) {
      reader.read(each.value()).ifPresent(value -> read.add(new Candidate<>(each.tag(), value)));
    }
    // Of two that are alike the same one comes first each time.
    read.sort((a, b) -> {
      int order = a.value().compareTo(b.value());
      int newestFirst = descending ? order : -order;
      return newestFirst != 0 ? newestFirst : a.tag().compareTo(b.tag());
    });
    return read.stream().limit(RANKED_MAX).map(Candidate::tag).toList();
  }

  private static Optional<BigDecimal> number(String text) {
    try {
      // A tag is short, but an exponent may be written in few digits.
      return text.matches("[-+]?[0-9]{1,100}(\\.[0-9]{1,100})?")
          ? Optional.of(new BigDecimal(text))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
