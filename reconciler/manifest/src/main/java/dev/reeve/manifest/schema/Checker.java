package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Walks one object along the schema: finds what is wrong, warns of what is not acted on, and makes
/// the JSON with Kubernetes' defaults. Confined to one thread, for one object.
///
/// It always answers with some JSON, also for what is wrong, so that one mistake does not hide the
/// others; whoever called throws that JSON away if there were problems.
final class Checker {
  private static final int QUOTED_MAX = 60;
  private static final Pattern SHARE = Pattern.compile("[0-9]{1,9}%");

  private final List<Finding> problems = new ArrayList<>();
  private final List<Finding> warnings = new ArrayList<>();
  private final Positions.Builder positions = new Positions.Builder();
  private final boolean secret;
  private int silence;

  /// @param secret no value of the object may show in a message
  /// @param inert the whole object is not acted on, so that its fields give no warnings
  Checker(boolean secret, boolean inert) {
    this.secret = secret;
    this.silence = inert ? 1 : 0;
  }

  List<Finding> problems() {
    return problems;
  }

  List<Finding> warnings() {
    return warnings;
  }

  Positions positions() {
    return positions.build();
  }

  void refuse(Path path, String message) {
    problems.add(new Finding(positions.nearest(path), message));
  }

  /// What is said of many objects or items is worded alike, so that it is read once.
  ///
  /// @param message follows the path: "is not acted on"
  void warn(Path path, String message) {
    if (silence == 0) {
      warnings.add(
          new Finding(
              positions.nearest(path),
              path.isRoot() ? message : path.ofEveryItem() + " " + message));
    }
  }

  boolean isWritten(Path path) {
    return positions.has(path);
  }

  JsonNode check(Type type, Tree tree, Path path) {
    positions.put(path, tree.at());
    return switch (type) {
      case Type.Structure structure -> structure(structure, tree, path);
      case Type.ListOf list -> list(list, tree, path);
      case Type.MapOf map -> map(map, tree, path);
      case Type.Text text -> text(text, tree, path);
      case Type.Whole whole -> whole(whole, tree, path);
      case Type.Bool _ -> bool(tree, path);
      case Type.Amount _ -> amount(tree, path);
      case Type.Share _ -> share(tree, path);
      case Type.Numeral numeral -> numeral(numeral, tree, path);
      case Type.Seconds _ -> seconds(tree, path);
      case Type.PortReference _ -> portReference(tree, path);
      case Type.OneOf oneOf -> oneOf(oneOf, tree, path);
      case Type.Base64 _ -> base64(tree, path);
      case Type.Anything _ -> anything(tree, path);
    };
  }

  private JsonNode structure(Type.Structure structure, Tree tree, Path path) {
    if (!(tree instanceof Tree.Mapping mapping)) {
      return wrongType(tree, path, "an object");
    }
    ObjectNode json = Json.object();
    for (Tree.Member member : mapping.members()) {
      Optional<Field> known =
          structure.fields().stream().filter(f -> f.name().equals(member.key())).findFirst();
      if (known.isPresent()) {
        field(known.get(), member, path, json);
      } else {
        unknownField(structure, member, path);
      }
    }
    for (Field field : structure.fields()) {
      if (json.has(field.name())) {
        continue;
      }
      Path at = path.field(field.name());
      if (field.required()
          && mapping.member(field.name()).filter(m -> !m.value().isNull()).isEmpty()) {
        refuse(path, at + " is required");
      } else if (field.defaultValue().isPresent()) {
        json.set(field.name(), field.defaultValue().get().deepCopy());
      } else if (field.filled()) {
        json.set(
            field.name(),
            structure((Type.Structure) field.type(), new Tree.Mapping(tree.at(), List.of()), at));
      }
    }
    structure.rules().forEach(rule -> rule.apply(json, new Scope(this, path)));
    return json;
  }

  private void field(Field field, Tree.Member member, Path path, ObjectNode json) {
    Path at = path.field(field.name());
    positions.put(at, member.keyAt());
    switch (field.fieldClass()) {
      case ACTED -> {
        if (!member.value().isNull()) {
          json.set(field.name(), check(field.type(), member.value(), at));
        }
      }
      case INERT -> {
        warn(at, "is not acted on" + field.reason());
        if (!member.value().isNull()) {
          silence++;
          json.set(field.name(), check(field.type(), member.value(), at));
          silence--;
        }
      }
      case REFUSED -> {
        if (!saysNothing(member.value())) {
          refuse(at, at + " is not supported" + field.reason());
        }
      }
    }
  }

  /// `hostPID: false` asks for nothing that is not so anyway.
  private static boolean saysNothing(Tree value) {
    return switch (value) {
      case Tree.Scalar scalar ->
          scalar.value().isNull() || (scalar.value().isBoolean() && !scalar.value().booleanValue());
      case Tree.Sequence sequence -> sequence.items().isEmpty();
      case Tree.Mapping mapping -> mapping.members().isEmpty();
    };
  }

  private void unknownField(Type.Structure structure, Tree.Member member, Path path) {
    var message = new StringBuilder("unknown field \"" + shortened(member.key()) + "\"");
    if (!path.isRoot()) {
      message.append(" in ").append(path);
    }
    Spelling.nearest(member.key(), structure.fields().stream().map(Field::name).toList())
        .ifPresent(name -> message.append("; did you mean \"").append(name).append("\"?"));
    problems.add(new Finding(member.keyAt(), message.toString()));
  }

  private JsonNode list(Type.ListOf list, Tree tree, Path path) {
    if (!(tree instanceof Tree.Sequence sequence)) {
      return wrongType(tree, path, "a list");
    }
    if (list.nonEmpty() && sequence.items().isEmpty()) {
      refuse(path, path + " must not be empty");
    }
    ArrayNode array = Json.array();
    Map<String, Position> seen = new HashMap<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      Path at = path.item(i);
      JsonNode item = check(list.element(), sequence.items().get(i), at);
      array.add(item);
      if (!list.uniqueBy().isEmpty() && item.hasNonNull(list.uniqueBy())) {
        String name = item.get(list.uniqueBy()).asText();
        Path nameAt = at.field(list.uniqueBy());
        Position first = seen.putIfAbsent(name, positions.nearest(nameAt));
        if (first != null) {
          refuse(
              nameAt,
              "%s \"%s\" is used twice, first at %s".formatted(nameAt, shortened(name), first));
        }
      }
    }
    return array;
  }

  private JsonNode map(Type.MapOf map, Tree tree, Path path) {
    if (!(tree instanceof Tree.Mapping mapping)) {
      return wrongType(tree, path, "an object");
    }
    ObjectNode json = Json.object();
    for (Tree.Member member : mapping.members()) {
      Path at = path.key(member.key());
      map.keys()
          .complaint(member.key())
          .ifPresent(complaint ->
              problems.add(
                  new Finding(
                      member.keyAt(),
                      "the key \"%s\" in %s %s"
                          .formatted(shortened(member.key()), path, complaint))));
      if (!member.value().isNull()) {
        json.set(member.key(), check(map.value(), member.value(), at));
      }
    }
    return json;
  }

  private JsonNode text(Type.Text type, Tree tree, Path path) {
    if (!(tree instanceof Tree.Scalar scalar) || !scalar.value().isTextual()) {
      return wrongType(tree, path, "a string");
    }
    String text = scalar.value().textValue();
    type.notation()
        .complaint(text)
        .ifPresent(complaint -> refuse(path, path + quoted(text) + " " + complaint));
    return scalar.value();
  }

  private JsonNode whole(Type.Whole type, Tree tree, Path path) {
    if (!(tree instanceof Tree.Scalar scalar) || !scalar.value().isIntegralNumber()) {
      return wrongType(tree, path, "an integer");
    }
    JsonNode value = scalar.value();
    boolean inRange =
        value.canConvertToLong()
            && value.longValue() >= type.min()
            && value.longValue() <= type.max();
    if (!inRange) {
      String range =
          type.max() >= Integer.MAX_VALUE
                  && (!value.canConvertToLong() || value.longValue() < type.min())
              ? type.min() + " or more"
              : "from " + type.min() + " to " + type.max();
      refuse(path, "%s must be %s, but is %s".formatted(path, range, shortened(value.asText())));
    }
    return value;
  }

  private JsonNode bool(Tree tree, Path path) {
    return tree instanceof Tree.Scalar scalar && scalar.value().isBoolean()
        ? scalar.value()
        : wrongType(tree, path, "true or false");
  }

  private JsonNode amount(Tree tree, Path path) {
    if (!(tree instanceof Tree.Scalar scalar)
        || !(scalar.value().isTextual() || scalar.value().isNumber())) {
      return wrongType(tree, path, "a quantity");
    }
    String text = scalar.value().asText();
    Optional<Quantity> quantity = Quantity.parse(text);
    if (quantity.isEmpty()) {
      refuse(path, path + quoted(text) + " must be a quantity such as 250m or 1Gi");
      return scalar.value();
    }
    if (quantity.get().isNegative()) {
      refuse(path, path + " must be 0 or more, but is " + shortened(text));
    }
    return Json.text(quantity.get().canonical());
  }

  private JsonNode share(Tree tree, Path path) {
    if (tree instanceof Tree.Scalar scalar) {
      JsonNode value = scalar.value();
      if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 0) {
        return value;
      }
      if (value.isTextual() && SHARE.matcher(value.textValue()).matches()) {
        return value;
      }
      if (value.isTextual() || value.isIntegralNumber()) {
        refuse(
            path,
            path
                + quoted(value.asText())
                + " must be a number of pods or a percentage such as 25%");
        return value;
      }
    }
    return wrongType(tree, path, "an integer or a percentage");
  }

  private JsonNode numeral(Type.Numeral type, Tree tree, Path path) {
    var range = new Type.Whole(type.min(), type.max());
    if (!(tree instanceof Tree.Scalar scalar) || !scalar.value().isTextual()) {
      return whole(range, tree, path);
    }
    String text = scalar.value().textValue();
    if (Placeholders.areIn(text)) {
      return scalar.value();
    }
    if (!text.matches("-?[0-9]{1,9}")) {
      return wrongType(tree, path, "an integer");
    }
    JsonNode value = Json.number(Long.parseLong(text));
    return whole(range, new Tree.Scalar(tree.at(), value, text), path);
  }

  private JsonNode seconds(Tree tree, Path path) {
    if (tree instanceof Tree.Scalar scalar && scalar.value().isTextual()) {
      String text = scalar.value().textValue();
      if (GoDuration.parseSeconds(text).isEmpty()) {
        refuse(path, path + quoted(text) + " must be a duration such as 30s, 5m or 1h");
      }
      return scalar.value();
    }
    return whole(Type.count(), tree, path);
  }

  private JsonNode portReference(Tree tree, Path path) {
    if (tree instanceof Tree.Scalar scalar && scalar.value().isIntegralNumber()) {
      return whole(Type.port(), tree, path);
    }
    if (tree instanceof Tree.Scalar scalar && scalar.value().isTextual()) {
      return text(Type.text(Notation.PORT_NAME), tree, path);
    }
    return wrongType(tree, path, "a port's number or name");
  }

  private JsonNode oneOf(Type.OneOf type, Tree tree, Path path) {
    JsonNode value = tree instanceof Tree.Scalar scalar ? scalar.value() : Json.nothing();
    // kubectl reads the words Off and On as booleans, which no field with words for values can
    // mean.
    if (value.isBoolean()) {
      String word = value.booleanValue() ? "On" : "Off";
      if (type.values().contains(word)) {
        return Json.text(word);
      }
    }
    if (!value.isTextual()) {
      return wrongType(tree, path, "a string");
    }
    String text = value.textValue();
    if (type.unsupported().contains(text)) {
      refuse(path, path + " " + text + " is not supported yet");
    } else if (!type.values().contains(text)) {
      refuse(path, path + quoted(text) + " must be " + Spelling.alternatives(type.values()));
    }
    return value;
  }

  private JsonNode base64(Tree tree, Path path) {
    if (!(tree instanceof Tree.Scalar scalar) || !scalar.value().isTextual()) {
      return wrongType(tree, path, "a string in base64");
    }
    // Go's decoder, and so Kubernetes, skips line ends.
    String text = scalar.value().textValue().replace("\n", "").replace("\r", "");
    try {
      byte[] bytes = java.util.Base64.getDecoder().decode(text);
      if (text.length() % 4 == 0) {
        return Json.text(java.util.Base64.getEncoder().encodeToString(bytes));
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the decoder's words: they may quote the value.
    }
    refuse(path, path + " is not valid base64");
    return scalar.value();
  }

  private JsonNode anything(Tree tree, Path path) {
    switch (tree) {
      case Tree.Scalar _ -> {}
      case Tree.Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          check(new Type.Anything(), sequence.items().get(i), path.item(i));
        }
      }
      case Tree.Mapping mapping ->
          mapping.members().forEach(m -> check(new Type.Anything(), m.value(), path.key(m.key())));
    }
    return tree.toJson();
  }

  private JsonNode wrongType(Tree tree, Path path, String expected) {
    refuse(path, "%s must be %s, but is %s".formatted(path, expected, described(tree)));
    return tree.toJson();
  }

  private String described(Tree tree) {
    return switch (tree) {
      case Tree.Mapping _ -> "an object";
      case Tree.Sequence _ -> "a list";
      case Tree.Scalar scalar -> {
        JsonNode value = scalar.value();
        if (value.isNull()) {
          yield "null";
        }
        String article =
            value.isTextual()
                ? "a string"
                : value.isBoolean()
                    ? "a boolean"
                    : value.isIntegralNumber() && scalar.text().indexOf('.') < 0
                        ? "an integer"
                        : "a number";
        if (secret) {
          yield article;
        }
        yield value.isTextual()
            ? article + quoted(value.textValue())
            : article + " " + shortened(scalar.text());
      }
    };
  }

  private String quoted(String text) {
    return secret ? "" : " \"" + shortened(text) + "\"";
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= QUOTED_MAX ? line : line.substring(0, QUOTED_MAX) + "…";
  }
}
