package dev.reeve.manifest.text;

import java.util.List;
import java.util.stream.Stream;

/// A value as it stands in the text of a YAML file: where it begins and ends, aliases not followed.
/// Where [Tree] says what a document means, this says how it is written.
public sealed interface Written {
  /// Index of its first character, that of its anchor or tag where it has one.
  int start();

  /// Index after its last character. Blank lines behind a block scalar are part of it only where
  /// they are part of its value (`|+`), and never the end of its last line.
  int end();

  /// Empty where it has none.
  String anchor();

  enum Style {
    BLOCK,
    FLOW
  }

  record Mapping(int start, int end, String anchor, Style style, List<Entry> entries)
      implements Written {
    public Mapping {
      entries = List.copyOf(entries);
    }
  }

  record Entry(Written key, Written value) {
    /// The key's text; empty for a key that is no scalar.
    public String name() {
      return key instanceof Scalar scalar ? scalar.value() : "";
    }
  }

  record Sequence(int start, int end, String anchor, Style style, List<Written> items)
      implements Written {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /// @param style BLOCK for `|` and `>`
  /// @param value its text, quotes and line folding undone
  record Scalar(int start, int end, String anchor, Style style, String value) implements Written {}

  /// @param target the name behind its `*`
  record Alias(int start, int end, String target) implements Written {
    @Override
    public String anchor() {
      return "";
    }
  }

  /// True where all of `other`'s text is within this one's.
  default boolean encloses(Written other) {
    return start() <= other.start() && other.end() <= end();
  }

  /// This and all that is in it, in the order of the text.
  default Stream<Written> all() {
    return switch (this) {
      case Mapping mapping ->
          Stream.concat(
              Stream.of(this),
              mapping.entries().stream()
                  .flatMap(entry -> Stream.concat(entry.key().all(), entry.value().all())));
      case Sequence sequence ->
          Stream.concat(Stream.of(this), sequence.items().stream().flatMap(Written::all));
      case Scalar _, Alias _ -> Stream.of(this);
    };
  }
}
