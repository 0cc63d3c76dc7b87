package dev.reeve.manifest.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/// Where the documents of a YAML file and their values stand in its text, cut into documents as
/// [YamlDocuments] cuts it.
public final class YamlLayout {
  /// @param at as the document's [Tree] has it
  public record Document(Position at, Written root) {}

  private final SourceText source;
  private final YamlDocuments.Chunk chunk;
  private final Parser parser;
  private final int chunkStart;

  /// From code points, which the parser counts, to characters.
  private final IntUnaryOperator offsets;

  private YamlLayout(SourceText source, YamlDocuments.Chunk chunk) {
    this.source = source;
    this.chunk = chunk;
    this.parser = new ParserImpl(new StreamReader(chunk.text()), new LoaderOptions());
    this.chunkStart = source.lines().get(chunk.firstLine()).start();
    int[] codePoints = chunk.text().codePoints().toArray();
    this.offsets =
        codePoints.length == chunk.text().length()
            ? IntUnaryOperator.identity()
            : offsets(codePoints);
  }

  /// @param text without a byte order mark, read by [Documents#yaml] without a problem; empty
  ///   documents are among the answer
  public static List<Document> of(String text) {
    SourceText source = SourceText.of(text);
    var documents = new ArrayList<Document>();
    for (YamlDocuments.Chunk chunk : YamlDocuments.chunks(source)) {
      new YamlLayout(source, chunk).read(documents);
    }
    return List.copyOf(documents);
  }

  private void read(List<Document> documents) {
    while (!parser.checkEvent(Event.ID.StreamEnd)) {
      if (parser.getEvent() instanceof DocumentStartEvent) {
        Event first = parser.getEvent();
        Mark mark = first.getStartMark();
        Position at = source.clamp(chunk.firstLine() + mark.getLine() + 1, mark.getColumn() + 1);
        documents.add(new Document(at, compose(first)));
      }
    }
  }

  private Written compose(Event event) {
    return switch (event) {
      case AliasEvent alias -> new Written.Alias(start(alias), end(alias), alias.getAnchor());
      case ScalarEvent scalar -> scalar(scalar);
      case SequenceStartEvent sequence -> {
        var items = new ArrayList<Written>();
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
          items.add(compose(parser.getEvent()));
        }
        int last = items.isEmpty() ? start(sequence) : items.getLast().end();
        int end = end(sequence, parser.getEvent(), last);
        yield new Written.Sequence(start(sequence), end, anchor(sequence), style(sequence), items);
      }
      case MappingStartEvent mapping -> {
        var entries = new ArrayList<Written.Entry>();
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
          Written key = compose(parser.getEvent());
          entries.add(new Written.Entry(key, compose(parser.getEvent())));
        }
        int last = entries.isEmpty() ? start(mapping) : entries.getLast().value().end();
        int end = end(mapping, parser.getEvent(), last);
        yield new Written.Mapping(start(mapping), end, anchor(mapping), style(mapping), entries);
      }
      default -> throw new IllegalArgumentException("the text is not readable YAML");
    };
  }

  /// A block ends where the last thing in it does: its end mark stands at whatever follows.
  private int end(CollectionStartEvent collection, Event end, int last) {
    return style(collection) == Written.Style.FLOW ? end(end) : last;
  }

  private Written scalar(ScalarEvent event) {
    boolean isBlock =
        switch (event.getScalarStyle()) {
          case LITERAL, FOLDED -> true;
          case PLAIN, SINGLE_QUOTED, DOUBLE_QUOTED, JSON_SCALAR_STYLE -> false;
        };
    int start = start(event);
    int end = end(event);
    if (isBlock) {
      end = keepsBlankLines(start) ? withoutLineEnd(end) : withoutLineEnds(end);
    }
    return new Written.Scalar(
        start,
        end,
        anchor(event),
        isBlock ? Written.Style.BLOCK : Written.Style.FLOW,
        event.getValue());
  }

  /// Whether a block scalar's header (`|`, `>-`, `|2+`) has a plus. Where the header cannot be
  /// found behind anchor and tag, yes: what is kept too long is noticed, what is cut is not.
  private boolean keepsBlankLines(int start) {
    String text = source.text();
    int at = start;
    while (text.charAt(at) == '&' || text.charAt(at) == '!') {
      while (!Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      while (Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }
    if (text.charAt(at) != '|' && text.charAt(at) != '>') {
      return true;
    }
    for (at++; at < text.length() && !Character.isWhitespace(text.charAt(at)); at++) {
      if (text.charAt(at) == '+') {
        return true;
      }
    }
    return false;
  }

  private int withoutLineEnds(int end) {
    int result = end;
    while (isLineEnd(result - 1)) {
      result--;
    }
    return result;
  }

  private int withoutLineEnd(int end) {
    int result = end;
    if (isLineEnd(result - 1)) {
      result--;
      if (source.text().charAt(result) == '\n' && source.text().charAt(result - 1) == '\r') {
        result--;
      }
    }
    return result;
  }

  private boolean isLineEnd(int index) {
    char c = source.text().charAt(index);
    return c == '\n' || c == '\r';
  }

  private static Written.Style style(CollectionStartEvent event) {
    return event.isFlow() ? Written.Style.FLOW : Written.Style.BLOCK;
  }

  private static String anchor(NodeEvent event) {
    return Objects.requireNonNullElse(event.getAnchor(), "");
  }

  private int start(Event event) {
    return index(event.getStartMark());
  }

  private int end(Event event) {
    return index(event.getEndMark());
  }

  private int index(@Nullable Mark mark) {
    return chunkStart
        + offsets.applyAsInt(Objects.requireNonNull(mark, "every event has its marks").getIndex());
  }

  private static IntUnaryOperator offsets(int[] codePoints) {
    var result = new int[codePoints.length + 1];
    for (int i = 0; i < codePoints.length; i++) {
      result[i + 1] = result[i] + Character.charCount(codePoints[i]);
    }
    return index -> result[index];
  }
}
