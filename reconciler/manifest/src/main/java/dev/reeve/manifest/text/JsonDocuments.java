package dev.reeve.manifest.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Reads JSON with positions. YAML's parser would do for most of it, but not for tabs and for
/// characters that are escaped in two halves.
final class JsonDocuments {
  private static final int DEPTH_MAX = 64;
  private static final JsonFactory FACTORY = new JsonFactory();

  private final SourceText source;
  private final Documents.Builder documents = new Documents.Builder();

  private JsonDocuments(SourceText source) {
    this.source = source;
  }

  static Documents read(SourceText source) {
    return new JsonDocuments(source).read();
  }

  private Documents read() {
    try (JsonParser parser = FACTORY.createParser(source.text())) {
      while (parser.nextToken() != null) {
        Tree tree = compose(parser, 1);
        boolean isManifest =
            tree instanceof Tree.Mapping mapping
                && (mapping.member("apiVersion").isPresent() || mapping.member("kind").isPresent());
        if (isManifest) {
          documents.add(tree);
        }
      }
    } catch (NotReadable e) {
      documents.unreadable(e.finding());
    } catch (JsonProcessingException e) {
      documents.unreadable(new Finding(at(e.getLocation()), message(e.getOriginalMessage())));
    } catch (IOException e) {
      documents.unreadable(new Finding(Position.START, "is not valid JSON"));
    }
    return documents.build();
  }

  /// An unknown word is not repeated: it may be a secret that lost its quotes.
  private static String message(@Nullable String original) {
    if (original == null || original.startsWith("Unrecognized token")) {
      return "is not valid JSON: unexpected word";
    }
    return "is not valid JSON: " + original.lines().findFirst().orElse("");
  }

  private Tree compose(JsonParser parser, int depth) throws IOException, NotReadable {
    Position at = at(parser.currentTokenLocation());
    if (depth > DEPTH_MAX) {
      throw new NotReadable(at, "nested deeper than " + DEPTH_MAX + " levels");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        var members = new Mappings(documents);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          Position keyAt = at(parser.currentTokenLocation());
          parser.nextToken();
          members.add(new Tree.Member(key, keyAt, compose(parser, depth + 1)));
        }
        yield members.build(at);
      }
      case START_ARRAY -> {
        var items = new ArrayList<Tree>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(compose(parser, depth + 1));
        }
        yield new Tree.Sequence(at, items);
      }
      case VALUE_STRING -> new Tree.Scalar(at, Json.text(parser.getText()), parser.getText());
      case VALUE_NUMBER_INT ->
          new Tree.Scalar(at, Json.number(parser.getBigIntegerValue()), parser.getText());
      case VALUE_NUMBER_FLOAT -> {
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
          throw new NotReadable(at, "is not a number that can be held");
        }
        yield new Tree.Scalar(at, Json.number(value), parser.getText());
      }
      case VALUE_TRUE -> new Tree.Scalar(at, Json.bool(true), "true");
      case VALUE_FALSE -> new Tree.Scalar(at, Json.bool(false), "false");
      case VALUE_NULL -> new Tree.Scalar(at, Json.nothing(), "null");
      default -> throw new NotReadable(at, "is not valid JSON");
    };
  }

  private Position at(@Nullable JsonLocation location) {
    return location == null
        ? Position.START
        : source.clamp(location.getLineNr(), location.getColumnNr());
  }
}
