package dev.reeve.manifest.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// A document as it was written: aliases followed, scalars resolved, every node with its position.
public sealed interface Tree {
  Position at();

  /// Keys are unique.
  record Mapping(Position at, List<Member> members) implements Tree {
    public Mapping {
      members = List.copyOf(members);
    }

    public Optional<Member> member(String key) {
      return members.stream().filter(member -> member.key().equals(key)).findFirst();
    }

    /// The text under `key`, where there is one.
    public Optional<String> text(String key) {
      return member(key)
          .map(Member::value)
          .filter(value -> value instanceof Scalar scalar && scalar.value().isTextual())
          .map(value -> ((Scalar) value).value().textValue());
    }
  }

  record Member(String key, Position keyAt, Tree value) {}

  record Sequence(Position at, List<Tree> items) implements Tree {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /// A single value.
  ///
  /// @param value text, number, boolean or null
  /// @param text as it was written, for messages
  record Scalar(Position at, JsonNode value, String text) implements Tree {}

  default boolean isNull() {
    return this instanceof Scalar scalar && scalar.value().isNull();
  }

  /// The tree without its positions.
  default JsonNode toJson() {
    return switch (this) {
      case Scalar scalar -> scalar.value();
      case Sequence sequence -> {
        ArrayNode array = Json.array();
        sequence.items().forEach(item -> array.add(item.toJson()));
        yield array;
      }
      case Mapping mapping -> {
        ObjectNode object = Json.object();
        mapping.members().forEach(member -> object.set(member.key(), member.value().toJson()));
        yield object;
      }
    };
  }
}
