package dev.reeve.manifest.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/// Reads YAML event by event, so that each limit is met at the place that exceeds it, and nothing
/// larger than the limits is ever built.
///
/// The stream is cut at its `---` lines first: those end a document wherever they stand, so that
/// one broken document does not hide the problems of the next.
final class YamlDocuments {
  private static final int DEPTH_MAX = 64;
  private static final int ALIASES_MAX = 50;
  private static final int NODES_MAX = 100_000;
  private static final String STANDARD_TAG = "tag:yaml.org,2002:";

  private final SourceText source;
  private final Documents.Builder documents;
  private final Parser parser;
  private final int lineOffset;
  private final Map<String, Tree> anchors = new HashMap<>();
  private int aliases;
  private int nodes;

  private YamlDocuments(
      SourceText source, Documents.Builder documents, String chunk, int lineOffset) {
    this.source = source;
    this.documents = documents;
    this.parser = new ParserImpl(new StreamReader(chunk), new LoaderOptions());
    this.lineOffset = lineOffset;
  }

  static Documents read(SourceText source) {
    var documents = new Documents.Builder();
    for (Chunk chunk : chunks(source)) {
      new YamlDocuments(source, documents, chunk.text(), chunk.firstLine()).readChunk();
    }
    return documents.build();
  }

  /// @param firstLine counted from 0
  record Chunk(int firstLine, String text) {}

  static List<Chunk> chunks(SourceText source) {
    var chunks = new ArrayList<Chunk>();
    int first = 0;
    boolean hasContent = false;
    for (int i = 0; i < source.lines().size(); i++) {
      String line = source.line(i);
      boolean separates = isSeparator(line);
      if (separates && hasContent) {
        chunks.add(chunk(source, first, i));
        first = i;
      }
      // Comments and directives in front of a `---` belong to the document that it opens.
      String trimmed = line.strip();
      hasContent |=
          separates || !(trimmed.isEmpty() || trimmed.startsWith("#") || line.startsWith("%"));
    }
    chunks.add(chunk(source, first, source.lines().size()));
    return chunks;
  }

  private static Chunk chunk(SourceText source, int first, int end) {
    int from = source.lines().get(first).start();
    int to = end < source.lines().size() ? source.lines().get(end).start() : source.text().length();
    return new Chunk(first, source.text().substring(from, to));
  }

  private static boolean isSeparator(String line) {
    return line.startsWith("---")
        && (line.length() == 3 || line.charAt(3) == ' ' || line.charAt(3) == '\t');
  }

  private void readChunk() {
    try {
      while (!parser.checkEvent(Event.ID.StreamEnd)) {
        Event event = parser.getEvent();
        if (event instanceof DocumentStartEvent) {
          anchors.clear();
          Tree tree = compose(parser.getEvent(), 1);
          if (!tree.isNull()) {
            documents.add(tree);
          }
        }
      }
    } catch (NotReadable e) {
      documents.unreadable(e.finding());
    } catch (MarkedYAMLException e) {
      documents.unreadable(
          new Finding(at(e.getProblemMark()), message(e.getProblem(), e.getContext())));
    } catch (YAMLException e) {
      documents.unreadable(new Finding(source.clamp(lineOffset + 1, 1), "is not valid YAML"));
    }
  }

  /// The parser's own words, without the piece of the file that it would quote: that may be secret.
  private static String message(@Nullable String problem, @Nullable String context) {
    String what = problem == null ? "is not valid YAML" : problem.lines().findFirst().orElse("");
    if (what.contains("\\t(TAB)")) {
      return "found a tab where YAML takes only spaces";
    }
    return context == null || context.isBlank()
        ? "is not valid YAML: " + what
        : "is not valid YAML: " + what + " (" + context.lines().findFirst().orElse("") + ")";
  }

  private Tree compose(Event event, int depth) throws NotReadable {
    Position at = at(event.getStartMark());
    if (depth > DEPTH_MAX) {
      throw new NotReadable(at, "nested deeper than " + DEPTH_MAX + " levels");
    }
    if (event instanceof AliasEvent alias) {
      return expand(alias, at);
    }
    count(1, at);
    Tree tree =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar, at);
          case SequenceStartEvent start -> sequence(start, at, depth);
          case MappingStartEvent start -> mapping(start, at, depth);
          default -> throw new NotReadable(at, "is not valid YAML");
        };
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor != null) {
      anchors.put(anchor, tree);
    }
    return tree;
  }

  private Tree sequence(SequenceStartEvent start, Position at, int depth) throws NotReadable {
    refuseTag(start.getTag(), "seq", at);
    var items = new ArrayList<Tree>();
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      items.add(compose(parser.getEvent(), depth + 1));
    }
    parser.getEvent();
    return new Tree.Sequence(at, items);
  }

  private Tree mapping(MappingStartEvent start, Position at, int depth) throws NotReadable {
    refuseTag(start.getTag(), "map", at);
    var members = new Mappings(documents);
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      Event keyEvent = parser.getEvent();
      Tree key = compose(keyEvent, depth + 1);
      Tree value = compose(parser.getEvent(), depth + 1);
      if (keyEvent instanceof ScalarEvent scalar
          && scalar.isPlain()
          && scalar.getTag() == null
          && scalar.getValue().equals("<<")) {
        members.merge(value);
        continue;
      }
      if (!(key instanceof Tree.Scalar scalarKey)) {
        throw new NotReadable(key.at(), "a key must be a scalar, not a list or a mapping");
      }
      if (key.isNull()) {
        throw new NotReadable(key.at(), "a key must not be empty or null");
      }
      members.add(new Tree.Member(Scalars.key(scalarKey.value()), key.at(), value));
    }
    parser.getEvent();
    return members.build(at);
  }

  private static Tree scalar(ScalarEvent event, Position at) throws NotReadable {
    String text = event.getValue();
    String tag = event.getTag();
    if (tag == null && event.isPlain()) {
      return new Tree.Scalar(at, resolved(text, at), text);
    }
    if (tag == null || tag.equals("!") || tag.equals(STANDARD_TAG + "str")) {
      return new Tree.Scalar(at, Json.text(text), text);
    }
    boolean isStandard =
        switch (tag) {
          case STANDARD_TAG + "int",
              STANDARD_TAG + "float",
              STANDARD_TAG + "bool",
              STANDARD_TAG + "null" ->
              true;
          default -> false;
        };
    if (!isStandard) {
      throw tagRefused(tag, at);
    }
    JsonNode value = resolved(text, at);
    boolean agrees =
        switch (tag) {
          case STANDARD_TAG + "int" -> value.isIntegralNumber();
          case STANDARD_TAG + "float" -> value.isNumber();
          case STANDARD_TAG + "bool" -> value.isBoolean();
          default -> value.isNull();
        };
    if (!agrees) {
      throw new NotReadable(at, "the value does not agree with its tag " + shortTag(tag));
    }
    return new Tree.Scalar(at, value, text);
  }

  private static JsonNode resolved(String text, Position at) throws NotReadable {
    Optional<JsonNode> value = Scalars.resolve(text);
    if (value.isEmpty()) {
      throw new NotReadable(at, text + " is not a number that JSON can hold");
    }
    return value.get();
  }

  private static void refuseTag(@Nullable String tag, String allowed, Position at)
      throws NotReadable {
    if (tag != null && !tag.equals("!") && !tag.equals(STANDARD_TAG + allowed)) {
      throw tagRefused(tag, at);
    }
  }

  private static NotReadable tagRefused(String tag, Position at) {
    return new NotReadable(at, "the tag " + shortTag(tag) + " is not allowed");
  }

  private static String shortTag(String tag) {
    return tag.startsWith(STANDARD_TAG) ? "!!" + tag.substring(STANDARD_TAG.length()) : tag;
  }

  /// An alias costs what it stands for, as if it had been written out: that is what makes a small
  /// file of aliases of aliases large.
  private Tree expand(AliasEvent alias, Position at) throws NotReadable {
    Tree tree = anchors.get(alias.getAnchor());
    if (tree == null) {
      throw new NotReadable(
          at, "the alias *" + alias.getAnchor() + " has no anchor in front of it");
    }
    aliases++;
    if (aliases > ALIASES_MAX) {
      throw new NotReadable(at, "more than " + ALIASES_MAX + " aliases");
    }
    count(size(tree), at);
    return tree;
  }

  private void count(int more, Position at) throws NotReadable {
    nodes += more;
    if (nodes > NODES_MAX) {
      throw new NotReadable(at, "more than 100,000 values, aliases followed");
    }
  }

  /// At most [#NODES_MAX], since every tree was counted when it was made.
  private static int size(Tree tree) {
    return switch (tree) {
      case Tree.Scalar _ -> 1;
      case Tree.Sequence sequence ->
          1 + sequence.items().stream().mapToInt(YamlDocuments::size).sum();
      case Tree.Mapping mapping ->
          1 + mapping.members().stream().mapToInt(member -> 1 + size(member.value())).sum();
    };
  }

  private Position at(@Nullable Mark mark) {
    return mark == null
        ? source.clamp(lineOffset + 1, 1)
        : source.clamp(lineOffset + mark.getLine() + 1, mark.getColumn() + 1);
  }
}
