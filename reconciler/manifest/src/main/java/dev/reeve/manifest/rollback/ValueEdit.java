package dev.reeve.manifest.rollback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.sops.SopsFile;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import dev.reeve.manifest.text.Written;
import dev.reeve.manifest.text.YamlLayout;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Sets one value of one object in a file, and leaves every other byte as it is. A function of
/// bytes, as [RollbackEdit] is.
///
/// A value that is there is exchanged where it stands, whatever the style around it. One that is
/// missing gets lines of its own, as the first of the block that it belongs in, with the file's
/// indentation and line ends. Never guessed at: anchors, aliases and merge keys on the way to the
/// value, indentation by tabs, a mapping in braces that lacks the key, an object in a `List` or
/// defined twice, a file that SOPS encrypts. What was edited is read again before it is handed out.
public final class ValueEdit {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final int STEP = 2;
  private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]*");

  private final Documents before;
  private final String mark;
  private final Lines lines;

  /// What became of the edit.
  public sealed interface Result {
    /// @param text the file's new content; equal to the old one where the value is there already
    record Edited(Bytes text) implements Result {}

    /// The edit is for a person to make.
    record Refused(Finding why) implements Result {}
  }

  /// Caught by [#set], never beyond.
  private static final class NotHere extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Finding why;

    NotHere(Finding why) {
      super(why.message(), null, false, false);
      this.why = why;
    }
  }

  private ValueEdit(Documents before, String decoded) {
    this.before = before;
    this.mark = decoded.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
    this.lines = new Lines(decoded.substring(mark.length()));
  }

  /// @param path the keys that lead to the value
  /// @param value a scalar
  public static Result set(
      Format format, Bytes file, ObjectKey key, List<String> path, JsonNode value) {
    if (path.isEmpty() || value.isContainerNode()) {
      throw new IllegalArgumentException("not a scalar in an object: " + path);
    }
    Documents documents = read(format, file);
    if (!documents.problems().isEmpty()) {
      return new Result.Refused(documents.problems().getFirst());
    }
    try {
      return new Result.Edited(
          new ValueEdit(documents, file.toUtf8()).edited(format, key, path, value));
    } catch (NotHere e) {
      return new Result.Refused(e.why);
    }
  }

  private static Documents read(Format format, Bytes file) {
    return switch (format) {
      case YAML -> Documents.yaml(file.toArray());
      case JSON -> Documents.json(file.toArray());
    };
  }

  private Bytes edited(Format format, ObjectKey key, List<String> path, JsonNode value)
      throws NotHere {
    int index = find(key);
    Tree tree = before.trees().get(index);
    if (SopsFile.isEncrypted(tree)) {
      throw new NotHere(
          new Finding(
              tree.at(),
              "the file is encrypted, and its MAC is over this value: edit it with sops"));
    }
    JsonNode wanted = with(tree.toJson(), path, value, tree.at());
    if (wanted.equals(tree.toJson())) {
      return Bytes.utf8(mark + lines.text());
    }
    Splice splice = splice(layout(format, tree), path, value);
    String text = Splice.apply(lines.text(), List.of(splice)).orElseThrow();
    Bytes result = Bytes.utf8(mark + text);
    verify(read(format, result), index, wanted, splice.region().start());
    return result;
  }

  /// The index of the document that is the object.
  private int find(ObjectKey key) throws NotHere {
    int found = -1;
    for (int i = 0; i < before.trees().size(); i++) {
      Tree tree = before.trees().get(i);
      for (Tree item : ObjectReader.itemsOf(tree)) {
        if (ObjectReader.keyOf(item).filter(key::equals).isPresent()) {
          throw new NotHere(new Finding(item.at(), key + " is an item of a list"));
        }
      }
      if (ObjectReader.keyOf(tree).filter(key::equals).isPresent()) {
        if (found >= 0) {
          throw new NotHere(new Finding(tree.at(), key + " is defined a second time"));
        }
        found = i;
      }
    }
    if (found < 0) {
      throw new NotHere(new Finding(Position.START, "the file does not define " + key));
    }
    return found;
  }

  private static JsonNode with(JsonNode object, List<String> path, JsonNode value, Position at)
      throws NotHere {
    JsonNode result = object.deepCopy();
    JsonNode node = result;
    for (String step : path.subList(0, path.size() - 1)) {
      if (!node.has(step) || node.path(step).isNull()) {
        ((ObjectNode) node).putObject(step);
      }
      node = node.path(step);
      if (!node.isObject()) {
        throw new NotHere(new Finding(at, step + " is no mapping"));
      }
    }
    ((ObjectNode) node).set(path.getLast(), value);
    return result;
  }

  /// JSON is laid out as YAML is, where both readers agree on what it says.
  private Written layout(Format format, Tree tree) throws NotHere {
    if (format == Format.JSON) {
      Documents asYaml = Documents.yaml(Bytes.utf8(lines.text()).toArray());
      boolean isSame =
          asYaml.problems().isEmpty()
              && asYaml.trees().size() == before.trees().size()
              && asYaml.trees().stream().anyMatch(it -> it.toJson().equals(tree.toJson()));
      if (!isSame) {
        throw new NotHere(
            new Finding(tree.at(), "it cannot be told where in this JSON each value stands"));
      }
    }
    return YamlLayout.of(lines.text()).stream()
        .filter(it -> it.at().equals(tree.at()))
        .map(YamlLayout.Document::root)
        .findFirst()
        .orElseThrow(() ->
            new NotHere(new Finding(tree.at(), "it cannot be told where this document begins")));
  }

  private Splice splice(Written root, List<String> path, JsonNode value) throws NotHere {
    Written node = root;
    Optional<Written.Entry> parent = Optional.empty();
    for (int i = 0; i < path.size(); i++) {
      requireOwn(node);
      if (parent.isPresent() && isEmpty(node)) {
        return below(parent.get(), path.subList(i, path.size()), value);
      }
      if (!(node instanceof Written.Mapping mapping)) {
        throw notHere(node.start(), "this is no mapping, and %s belongs in it", path.get(i));
      }
      if (PartText.entry(mapping, "<<").isPresent()) {
        throw notHere(node.start(), "a merge key (<<) is around %s", path.get(i));
      }
      Optional<Written.Entry> entry = PartText.entry(mapping, path.get(i));
      if (entry.isEmpty()) {
        return inserted(mapping, parent, path.subList(i, path.size()), value);
      }
      parent = entry;
      node = entry.get().value();
    }
    return replaced(parent.orElseThrow(), value);
  }

  /// What is written elsewhere, or stands for what is written elsewhere, changes more than itself.
  private void requireOwn(Written node) throws NotHere {
    if (node instanceof Written.Alias alias) {
      throw notHere(node.start(), "the alias *%s stands here", alias.target());
    }
    if (!node.anchor().isEmpty()) {
      throw notHere(node.start(), "the anchor &%s stands here", node.anchor());
    }
  }

  private boolean isEmpty(Written node) {
    return node instanceof Written.Scalar && node.start() == node.end();
  }

  private Splice replaced(Written.Entry entry, JsonNode value) throws NotHere {
    Written old = entry.value();
    requireOwn(old);
    String name = entry.name();
    if (!(old instanceof Written.Scalar scalar) || scalar.style() == Written.Style.BLOCK) {
      throw notHere(old.start(), "%s is not a value on one line", name);
    }
    if (isEmpty(old)) {
      int colon = lines.text().indexOf(':', entry.key().end());
      if (colon < 0 || colon > lines.end(entry.key().end())) {
        throw notHere(entry.key().start(), "%s has no value", name);
      }
      return new Splice(new Region(colon + 1, colon + 1), " " + value);
    }
    if (lines.text().charAt(old.start()) == '!') {
      throw notHere(old.start(), "%s has a tag", name);
    }
    return new Splice(new Region(old.start(), old.end()), value.toString());
  }

  /// New lines behind the line of the key whose mapping lacks them, in front of all that is in it.
  private Splice inserted(
      Written.Mapping mapping, Optional<Written.Entry> parent, List<String> missing, JsonNode value)
      throws NotHere {
    String name = missing.getFirst();
    if (mapping.style() == Written.Style.FLOW) {
      throw notHere(mapping.start(), "there is no %s in these braces", name);
    }
    int first = mapping.entries().getFirst().key().start();
    int line = lines.start(first);
    if (!lines.isFirstInLine(first) || (parent.isPresent() && line <= parent.get().key().start())) {
      throw notHere(first, "there is no room for a line with %s", name);
    }
    int place = parent.map(it -> lines.next(it.key().end())).orElse(line);
    int end = lines.end(parent.map(it -> it.key().end()).orElse(first));
    String lineEnd = lines.text().substring(end, lines.next(end));
    return new Splice(
        new Region(place, place), written(missing, value, first - line, lineEnd) + lineEnd);
  }

  /// New lines under a key that has nothing.
  private Splice below(Written.Entry parent, List<String> missing, JsonNode value) throws NotHere {
    int at = parent.key().start();
    if (!lines.isFirstInLine(at)) {
      throw notHere(at, "there is no room for a line with %s", missing.getFirst());
    }
    int end = lines.end(at);
    String lineEnd = lines.firstLineEnd().orElse("\n");
    return new Splice(
        new Region(end, end),
        lineEnd + written(missing, value, lines.indent(lines.start(at)) + STEP, lineEnd));
  }

  private static String written(List<String> path, JsonNode value, int column, String lineEnd) {
    var text = new StringBuilder();
    for (int i = 0; i < path.size(); i++) {
      text.append(i == 0 ? "" : lineEnd).append(" ".repeat(column + i * STEP));
      text.append(PLAIN_KEY.matcher(path.get(i)).matches() ? path.get(i) : quoted(path.get(i)));
      text.append(':');
    }
    return text.append(' ').append(value).toString();
  }

  private static String quoted(String key) {
    return Json.text(key).toString();
  }

  /// Knows nothing of how it was edited.
  private void verify(Documents after, int index, JsonNode wanted, int place) throws NotHere {
    boolean isRight =
        after.problems().isEmpty()
            && after.isComplete()
            && after.trees().size() == before.trees().size();
    for (int i = 0; isRight && i < before.trees().size(); i++) {
      JsonNode expected = i == index ? wanted : before.trees().get(i).toJson();
      isRight = after.trees().get(i).toJson().equals(expected);
    }
    if (!isRight) {
      throw notHere(place, "what was to be written here would be read as something else", "");
    }
  }

  private NotHere notHere(int at, String problem, String detail) {
    var position = new Position(lines.number(at), at - lines.start(at) + 1);
    return new NotHere(new Finding(position, problem.formatted(detail)));
  }
}
