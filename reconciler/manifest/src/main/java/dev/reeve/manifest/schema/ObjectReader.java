package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A document into the objects it holds, each held against the schema of its kind.
public final class ObjectReader {
  /// Whether messages may quote values. Those of Secrets are never quoted.
  public enum Values {
    QUOTED,
    HIDDEN
  }

  private final Values values;
  private final List<Checked> objects = new ArrayList<>();

  private ObjectReader(Values values) {
    this.values = values;
  }

  /// More than one only for lists, which are flattened.
  public static List<Checked> read(Tree document, Values values) {
    var reader = new ObjectReader(values);
    reader.read(document);
    return List.copyOf(reader.objects);
  }

  /// What a document says it is, whatever the schema makes of the rest of it, and of kinds that the
  /// schema does not know too: those count as namespaced.
  public static Optional<ObjectKey> keyOf(Tree document) {
    if (!(document instanceof Tree.Mapping mapping)
        || mapping.member("metadata").isEmpty()
        || !(mapping.member("metadata").get().value() instanceof Tree.Mapping metadata)) {
      return Optional.empty();
    }
    String apiVersion = mapping.text("apiVersion").orElse("");
    String kind = mapping.text("kind").orElse("");
    Optional<String> name = metadata.text("name");
    if (apiVersion.isEmpty() || kind.isEmpty() || name.isEmpty()) {
      return Optional.empty();
    }
    boolean isNamespaced = Kinds.find(apiVersion, kind).map(Kind::isNamespaced).orElse(true);
    String namespace = isNamespaced ? metadata.text("namespace").orElse("default") : "";
    return Optional.of(new ObjectKey(Kind.keyName(apiVersion, kind), namespace, name.get()));
  }

  /// The documents within a list, those of lists within it too; none for what is no list.
  public static List<Tree> itemsOf(Tree document) {
    if (!(document instanceof Tree.Mapping mapping)
        || !isList(mapping.text("apiVersion").orElse(""), mapping.text("kind").orElse(""))
        || !(mapping.member("items").map(Tree.Member::value).orElse(document)
            instanceof Tree.Sequence items)) {
      return List.of();
    }
    return items.items().stream()
        .flatMap(item -> Stream.concat(Stream.of(item), itemsOf(item).stream()))
        .toList();
  }

  private static boolean isList(String apiVersion, String kind) {
    return kind.endsWith("List") && apiVersion.indexOf('.') < 0;
  }

  private void read(Tree document) {
    if (!(document instanceof Tree.Mapping mapping)) {
      String found = document instanceof Tree.Sequence ? "a list" : "a single value";
      objects.add(
          bad(document.at(), "must be an object with apiVersion and kind, but is " + found));
      return;
    }
    Optional<String> apiVersion = required(mapping, "apiVersion");
    Optional<String> kind = required(mapping, "kind");
    if (apiVersion.isEmpty() || kind.isEmpty()) {
      return;
    }
    Optional<Tree> items = mapping.member("items").map(Tree.Member::value);
    if (isList(apiVersion.get(), kind.get())) {
      switch (items.orElse(document)) {
        case Tree.Sequence sequence -> sequence.items().forEach(this::read);
        case Tree other -> {
          if (items.isEmpty() || !other.isNull()) {
            objects.add(bad(other.at(), "a " + kind.get() + " needs a list of items"));
          }
        }
      }
      return;
    }
    objects.add(
        Kinds.find(apiVersion.get(), kind.get())
            .map(known -> check(known, mapping))
            .orElseGet(() ->
                bad(
                    mapping.member("kind").orElseThrow().value().at(),
                    Kinds.refusal(apiVersion.get(), kind.get()))));
  }

  private Optional<String> required(Tree.Mapping mapping, String field) {
    Optional<String> text = mapping.text(field).filter(it -> !it.isEmpty());
    if (text.isEmpty()) {
      objects.add(
          mapping
              .member(field)
              .filter(member -> !member.value().isNull())
              .map(
                  member -> bad(member.value().at(), field + " must be a string that is not empty"))
              .orElseGet(() -> bad(mapping.at(), field + " is required")));
    }
    return text;
  }

  private Checked check(Kind kind, Tree.Mapping mapping) {
    boolean inert = kind.fieldClass() == FieldClass.INERT;
    var checker = new Checker(kind.name().equals("Secret") || values == Values.HIDDEN, inert);
    JsonNode json = checker.check(kind.root(), mapping, Path.ROOT);
    if (!checker.problems().isEmpty()) {
      return new Checked.Bad(key(kind, json), checker.problems());
    }
    var warnings = new ArrayList<>(checker.warnings());
    if (inert) {
      warnings.add(
          new Finding(
              mapping.member("kind").orElseThrow().value().at(),
              "kind " + kind.name() + " is kept, but not acted on" + kind.reason()));
    }
    return new Checked.Good(
        key(kind, json).orElseThrow(),
        kind.apiVersion(),
        kind.name(),
        mapping.at(),
        (ObjectNode) json,
        checker.positions(),
        warnings);
  }

  private static Optional<ObjectKey> key(Kind kind, JsonNode json) {
    JsonNode metadata = json.path("metadata");
    if (!metadata.path("name").isTextual()) {
      return Optional.empty();
    }
    String namespace = kind.isNamespaced() ? metadata.path("namespace").asText("default") : "";
    return Optional.of(new ObjectKey(kind.keyName(), namespace, metadata.path("name").asText()));
  }

  private static Checked.Bad bad(Position at, String message) {
    return new Checked.Bad(Optional.empty(), List.of(new Finding(at, message)));
  }
}
