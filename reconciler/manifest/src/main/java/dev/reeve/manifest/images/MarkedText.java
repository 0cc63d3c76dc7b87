package dev.reeve.manifest.images;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImagePolicy.Part;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.sops.SopsFile;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import dev.reeve.manifest.text.Written;
import dev.reeve.manifest.text.YamlLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A YAML file with the values in it that markers stand behind. Values are exchanged where they
/// stand; every other byte stays.
///
/// A marker counts where nothing but blanks is between the value and it, on one line. In a file
/// that SOPS encrypts none does: its MAC is over every value.
public final class MarkedText {
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final byte[] WORD = "$imagepolicy".getBytes(StandardCharsets.UTF_8);
  private static final Pattern COMMENT =
      Pattern.compile(
          "[ \\t]+#[ \\t]*\\{[ \\t]*\"\\$imagepolicy\"[ \\t]*:[ \\t]*\"([^\"]*)\"[ \\t]*}[ \\t]*");
  private static final Pattern NAMED =
      Pattern.compile("([a-z0-9.-]+):([a-z0-9.-]+)(?::(name|tag|digest))?");

  private final String mark;
  private final String text;
  private final List<Written.Scalar> scalars;
  private final List<Place> places;
  private final List<Integer> lineStarts;

  private record Place(Written.Scalar scalar, Marker marker) {}

  private MarkedText(String mark, String text) {
    this.mark = mark;
    this.text = text;
    this.lineStarts = lineStarts(text);
    var layout = YamlLayout.of(text);
    this.scalars =
        layout.stream()
            .flatMap(document -> document.root().all())
            .flatMap(it -> it instanceof Written.Scalar scalar ? Stream.of(scalar) : Stream.empty())
            .toList();
    this.places =
        layout.stream()
            .flatMap(document -> values(document.root()))
            .flatMap(scalar -> marker(scalar).map(it -> new Place(scalar, it)).stream())
            .toList();
  }

  /// Empty where there are no markers, or where the file cannot be read well enough to tell.
  public static Optional<MarkedText> of(Bytes file) {
    return isWorthReading(file.toArray())
        ? of(file, Documents.yaml(file.toArray()))
        : Optional.empty();
  }

  private static Optional<MarkedText> of(Bytes file, Documents documents) {
    if (!documents.problems().isEmpty()
        || !documents.isComplete()
        || documents.trees().stream().anyMatch(SopsFile::isEncrypted)) {
      return Optional.empty();
    }
    var decoded = file.toUtf8();
    var mark = decoded.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
    return Optional.of(new MarkedText(mark, decoded.substring(mark.length())))
        .filter(it -> !it.places.isEmpty());
  }

  /// Markers are rare, and files are many.
  private static boolean isWorthReading(byte[] bytes) {
    for (int i = 0; i + WORD.length <= bytes.length; i++) {
      int matched = 0;
      while (matched < WORD.length && bytes[i + matched] == WORD[matched]) {
        matched++;
      }
      if (matched == WORD.length) {
        return true;
      }
    }
    return false;
  }

  private static Stream<Written.Scalar> values(Written written) {
    return switch (written) {
      case Written.Mapping mapping ->
          mapping.entries().stream().flatMap(entry -> values(entry.value()));
      case Written.Sequence sequence -> sequence.items().stream().flatMap(MarkedText::values);
      case Written.Scalar scalar ->
          scalar.style() == Written.Style.FLOW && scalar.start() < scalar.end()
              ? Stream.of(scalar)
              : Stream.empty();
      case Written.Alias _ -> Stream.empty();
    };
  }

  private Optional<Marker> marker(Written.Scalar scalar) {
    int end = scalar.end();
    int line = end;
    while (line < text.length() && text.charAt(line) != '\n' && text.charAt(line) != '\r') {
      line++;
    }
    var comment = COMMENT.matcher(text.substring(end, line));
    boolean isOneLine = text.substring(scalar.start(), end).chars().noneMatch(c -> c == '\n');
    if (!isOneLine || !comment.matches()) {
      return Optional.empty();
    }
    var named = NAMED.matcher(comment.group(1));
    if (!named.matches()) {
      return Optional.empty();
    }
    var part =
        switch (named.group(3) == null ? "" : named.group(3)) {
          case "name" -> Part.NAME;
          case "tag" -> Part.TAG;
          case "digest" -> Part.DIGEST;
          default -> Part.IMAGE;
        };
    return Optional.of(
        new Marker(
            new ObjectKey(Marker.POLICY, named.group(1), named.group(2)),
            part,
            scalar.value(),
            position(scalar.start())));
  }

  private Position position(int at) {
    int line = Collections.binarySearch(lineStarts, at);
    int index = line < 0 ? -line - 2 : line;
    return new Position(index + 1, at - lineStarts.get(index) + 1);
  }

  private static List<Integer> lineStarts(String text) {
    var starts = new ArrayList<Integer>();
    starts.add(0);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' && !text.startsWith("\n", i + 1)) {
        starts.add(i + 1);
      }
    }
    return starts;
  }

  /// In the order of the text.
  public List<Marker> markers() {
    return places.stream().map(Place::marker).toList();
  }

  /// The file as it is.
  public Bytes bytes() {
    return Bytes.utf8(mark + text);
  }

  /// The file with these images at the markers that name their policies; empty where that is not
  /// what would be read.
  public Optional<Bytes> with(Map<ObjectKey, ImageChange> changes) {
    var result = new StringBuilder();
    var expected = new ArrayList<String>();
    int done = 0;
    for (Written.Scalar scalar : scalars) {
      var wanted = wanted(scalar, changes).filter(it -> !it.equals(scalar.value()));
      expected.add(wanted.orElse(scalar.value()));
      if (wanted.isPresent()) {
        // An anchor or a tag in front of the value is a part of it.
        char first = text.charAt(scalar.start());
        if (first == '&' || first == '!') {
          return Optional.empty();
        }
        result.append(text, done, scalar.start()).append(written(wanted.get(), first));
        done = scalar.end();
      }
    }
    var edited = Bytes.utf8(mark + result.append(text, done, text.length()));
    return of(edited).filter(it -> it.reads(expected)).map(_ -> edited);
  }

  private Optional<String> wanted(Written.Scalar scalar, Map<ObjectKey, ImageChange> changes) {
    for (Place place : places) {
      var change = changes.get(place.marker().policy());
      if (change != null && place.scalar().equals(scalar)) {
        return text(place.marker().part(), change);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> text(Part part, ImageChange change) {
    return switch (part) {
      case IMAGE -> Optional.of(change.name() + ":" + change.image());
      case NAME -> Optional.of(change.name());
      case TAG -> Optional.of(change.image().tag());
      case DIGEST -> Optional.of(change.image().digest()).filter(it -> !it.isEmpty());
    };
  }

  /// In the quotes that were there; with some where there were none and YAML would read a number.
  private static String written(String value, char first) {
    return switch (first) {
      case '\'' -> "'" + value + "'";
      case '"' -> Json.text(value).toString();
      default -> isPlain(value) ? value : Json.text(value).toString();
    };
  }

  private static boolean isPlain(String value) {
    var documents = Documents.yaml(("value: " + value).getBytes(StandardCharsets.UTF_8));
    return documents.problems().isEmpty()
        && documents.trees().size() == 1
        && documents.trees().getFirst() instanceof Tree.Mapping mapping
        && mapping.text("value").equals(Optional.of(value));
  }

  private boolean reads(List<String> expected) {
    return scalars.stream().map(Written.Scalar::value).toList().equals(expected);
  }
}
