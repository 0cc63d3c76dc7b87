package dev.reeve.manifest.rollback;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Tree;
import dev.reeve.manifest.text.Written;
import dev.reeve.manifest.text.YamlLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One version of the file: its documents, each with what it means and where it stands.
///
/// A document's text is made of whole lines, from that of its first value to that of its last, or
/// to the last indented comment behind it. What stands between two documents' texts belongs to
/// neither: `---`, `...`, directives, blank lines, and the comments at the line's start right in
/// front of and right behind a `---`. A comment there may speak of the file, of the document before
/// or of the one to come; whoever is asked to touch one document only leaves it alone.
final class FileVersion {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final JsonFactory JSON = new JsonFactory();

  /// @param written empty in JSON
  record Document(Tree tree, Region region, Optional<Written> written) {}

  private final String name;
  private final boolean hasByteOrderMark;
  private final Lines lines;
  private final List<Document> documents;

  private FileVersion(
      String name, boolean hasByteOrderMark, Lines lines, List<Document> documents) {
    this.name = name;
    this.hasByteOrderMark = hasByteOrderMark;
    this.lines = lines;
    this.documents = List.copyOf(documents);
  }

  /// @param name completes "line 3 ..."
  /// @param asker the object to name if the file cannot be read
  static FileVersion read(String name, Format format, Bytes bytes, ObjectKey asker) throws NotSafe {
    Documents documents =
        switch (format) {
          case YAML -> Documents.yaml(bytes.toArray());
          case JSON -> Documents.json(bytes.toArray());
        };
    if (!documents.problems().isEmpty() || !documents.isComplete()) {
      Finding problem = documents.problems().getFirst();
      throw new NotSafe(reason(asker, problem.at().line(), name, problem.message()));
    }
    String decoded = bytes.toUtf8();
    boolean hasByteOrderMark = decoded.startsWith(BYTE_ORDER_MARK);
    var lines = new Lines(hasByteOrderMark ? decoded.substring(1) : decoded);
    List<Document> placed =
        switch (format) {
          case YAML -> yaml(lines, documents.trees());
          case JSON -> json(lines, documents.trees());
        };
    if (placed.size() != documents.trees().size()) {
      throw new NotSafe(
          reason(asker, 1, name, "it cannot be told where each document begins and ends"));
    }
    return new FileVersion(name, hasByteOrderMark, lines, placed);
  }

  private static List<Document> yaml(Lines lines, List<Tree> trees) {
    var documents = new ArrayList<Document>();
    for (YamlLayout.Document layout : YamlLayout.of(lines.text())) {
      // What has no tree is empty.
      if (documents.size() < trees.size() && trees.get(documents.size()).at().equals(layout.at())) {
        Written root = layout.root();
        int start = lines.isFirstInLine(root.start()) ? lines.start(root.start()) : root.start();
        documents.add(
            new Document(
                trees.get(documents.size()),
                new Region(start, lines.blockEnd(root.end(), 0)),
                Optional.of(root)));
      }
    }
    return documents;
  }

  /// One document is the whole file but for the white space around it; of several none is placed.
  private static List<Document> json(Lines lines, List<Tree> trees) {
    String text = lines.text();
    if (trees.size() != 1 || !isOneValue(text)) {
      return List.of();
    }
    int start = text.indexOf(text.strip());
    return List.of(
        new Document(
            trees.getFirst(), new Region(start, start + text.strip().length()), Optional.empty()));
  }

  private static boolean isOneValue(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The document of an object that this file must define, once, and not in a list.
  Document document(ObjectKey key) throws NotSafe {
    var found = new ArrayList<Document>();
    for (Document document : documents) {
      if (ObjectReader.itemsOf(document.tree()).stream().anyMatch(item -> is(key, item))) {
        throw notSafe(key, document.region().start(), "is an item of a list");
      }
      if (is(key, document.tree())) {
        found.add(document);
      }
    }
    if (found.isEmpty()) {
      throw notSafe(key, 0, "the file does not define it");
    }
    if (found.size() > 1) {
      throw notSafe(
          key,
          found.get(1).region().start(),
          "is defined twice, first in line " + lines.number(found.getFirst().region().start()));
    }
    return found.getFirst();
  }

  private static boolean is(ObjectKey key, Tree tree) {
    return ObjectReader.keyOf(tree).filter(key::equals).isPresent();
  }

  NotSafe notSafe(ObjectKey key, int at, String problem) {
    return new NotSafe(reason(key, lines.number(at), name, problem));
  }

  private static String reason(ObjectKey key, int line, String version, String problem) {
    return "%s, line %d %s: %s".formatted(key, line, version, problem);
  }

  String text() {
    return lines.text();
  }

  Lines lines() {
    return lines;
  }

  List<Document> documents() {
    return documents;
  }

  String textOf(Document document) {
    return document.region().of(text());
  }

  /// What stands in front of, between and behind the documents.
  List<String> gaps() {
    var gaps = new ArrayList<String>();
    int done = 0;
    for (Document document : documents) {
      gaps.add(text().substring(done, document.region().start()));
      done = document.region().end();
    }
    gaps.add(text().substring(done));
    return gaps;
  }

  /// The file with some of its text replaced; empty where the replacements overlap.
  Optional<Bytes> with(List<Splice> splices) {
    return Splice.apply(text(), splices)
        .map(text -> Bytes.utf8((hasByteOrderMark ? BYTE_ORDER_MARK : "") + text));
  }

  /// A piece of another version as it would be written here: with this file's line ends, where this
  /// file agrees with itself about them.
  String adopted(String piece) {
    return lines.lineEnd().map(lineEnd -> new Lines(piece).withLineEnd(lineEnd)).orElse(piece);
  }
}
