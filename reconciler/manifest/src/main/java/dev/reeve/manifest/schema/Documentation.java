package dev.reeve.manifest.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// The schema as a page of documentation: each kind, then each structure that they are made of.
///
/// A structure that stands in inert places only is inert throughout, whatever its own fields say.
public final class Documentation {
  private static final Set<String> OF_EVERY_OBJECT = Set.of("apiVersion", "kind", "metadata");

  private final StringBuilder text = new StringBuilder();
  private final Set<String> actedOn = new HashSet<>();
  private final LinkedHashMap<String, Type.Structure> pending = new LinkedHashMap<>();

  private Documentation() {}

  public static String markdown() {
    return new Documentation().write();
  }

  private String write() {
    text.append(
        """
        # Kinds and fields

        Generated from the schema that decides; do not edit. Every field is of one of three classes:
        *acted on*, *inert* (accepted and kept, with a warning in the note of the commit) or
        *refused* (an error with file, line and column). A field that is not listed is an error.

        | kind | apiVersion | class |
        |---|---|---|
        """);
    for (Kind kind : Kinds.ALL) {
      text.append(
          "| [%s](#%s) | `%s` | %s |\n"
              .formatted(
                  kind.name(),
                  anchor(kind.name()),
                  kind.apiVersion(),
                  kind.fieldClass().words() + noted(kind.reason())));
      if (kind.fieldClass() == FieldClass.ACTED) {
        actedOn.add(kind.name());
      }
      for (Field field : kind.root().fields()) {
        if (isActedOn(kind.root(), field)) {
          reach(field.type());
        }
      }
    }
    for (Kinds.Planned kind : Kinds.NOT_YET) {
      text.append(
          "| %s | `%s` | refused: not supported yet |\n".formatted(kind.name(), kind.apiVersion()));
    }
    var written = new ArrayList<String>();
    for (Kind kind : Kinds.ALL) {
      // A kind of several versions is told of once.
      if (!written.contains(kind.name())) {
        written.add(kind.name());
        structure(kind.root());
      }
    }
    while (!pending.isEmpty()) {
      Type.Structure next = pending.pollFirstEntry().getValue();
      if (!written.contains(next.name())) {
        written.add(next.name());
        structure(next);
      }
    }
    return text.toString();
  }

  /// Takes down what is acted on because something is that holds it.
  private void reach(Type type) {
    switch (type) {
      case Type.Structure structure -> {
        if (actedOn.add(structure.name())) {
          structure.fields().stream()
              .filter(field -> field.fieldClass() == FieldClass.ACTED)
              .forEach(field -> reach(field.type()));
        }
      }
      case Type.ListOf list -> reach(list.element());
      case Type.MapOf map -> reach(map.value());
      case Type.Text _,
          Type.Whole _,
          Type.Bool _,
          Type.Amount _,
          Type.Share _,
          Type.Numeral _,
          Type.Seconds _,
          Type.PortReference _,
          Type.OneOf _,
          Type.Base64 _,
          Type.Anything _ -> {}
    }
  }

  private boolean isActedOn(Type.Structure structure, Field field) {
    return field.fieldClass() == FieldClass.ACTED
        && (actedOn.contains(structure.name())
            || (isKind(structure) && OF_EVERY_OBJECT.contains(field.name())));
  }

  private static boolean isKind(Type.Structure structure) {
    return Kinds.ALL.stream().anyMatch(kind -> kind.root().equals(structure));
  }

  private static String noted(String reason) {
    return reason.replaceFirst("^ yet$", ": not yet");
  }

  private void structure(Type.Structure structure) {
    text.append(
        """

        ## %s

        | field | type | class | default |
        |---|---|---|---|
        """
            .formatted(structure.name()));
    for (Field field : structure.fields()) {
      FieldClass fieldClass =
          field.fieldClass() == FieldClass.ACTED && !isActedOn(structure, field)
              ? FieldClass.INERT
              : field.fieldClass();
      text.append(
          "| `%s`%s | %s | %s | %s |\n"
              .formatted(
                  field.name(),
                  field.required() ? " (required)" : "",
                  field.fieldClass() == FieldClass.REFUSED ? "" : type(field.type()),
                  fieldClass.words() + noted(field.reason()),
                  field.defaultValue().map(value -> "`" + value + "`").orElse("")));
    }
  }

  private String type(Type type) {
    return switch (type) {
      case Type.Structure structure -> {
        pending.putIfAbsent(structure.name(), structure);
        yield "[%s](#%s)".formatted(structure.name(), anchor(structure.name()));
      }
      case Type.ListOf list -> "list of " + type(list.element());
      case Type.MapOf map -> "map of " + map.keys().name() + " to " + type(map.value());
      case Type.Text text -> text.notation().name();
      case Type.Whole whole ->
          whole.max() < Integer.MAX_VALUE
              ? "integer, %d to %d".formatted(whole.min(), whole.max())
              : "integer";
      case Type.Bool _ -> "boolean";
      case Type.Amount _ -> "quantity";
      case Type.Share _ -> "integer or percentage";
      case Type.Numeral _ -> "integer, or one in quotes";
      case Type.Seconds _ -> "seconds, or a duration";
      case Type.PortReference _ -> "port number or name";
      case Type.OneOf oneOf -> oneOf(oneOf);
      case Type.Base64 _ -> "base64";
      case Type.Anything _ -> "anything";
    };
  }

  private static String oneOf(Type.OneOf oneOf) {
    List<String> quoted = oneOf.values().stream().map(value -> "`\"" + value + "\"`").toList();
    String words = Spelling.alternatives(quoted);
    return oneOf.unsupported().isEmpty()
        ? words
        : words + " (not yet: " + String.join(", ", oneOf.unsupported()) + ")";
  }

  private static String anchor(String heading) {
    return heading.toLowerCase(java.util.Locale.ROOT);
  }
}
