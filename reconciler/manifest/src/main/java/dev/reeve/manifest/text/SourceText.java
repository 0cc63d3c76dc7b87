package dev.reeve.manifest.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.reader.StreamReader;

/// The text of a file and where its lines are. Lines end with `\n`, `\r\n` or `\r`.
final class SourceText {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final String text;
  private final List<Line> lines;

  private SourceText(String text) {
    this.text = text;
    this.lines = linesOf(text);
  }

  static SourceText of(String text) {
    return new SourceText(text);
  }

  /// One line, without its end.
  ///
  /// @param start index of its first character
  /// @param end index after its last character
  record Line(int start, int end) {
    int length() {
      return end - start;
    }
  }

  /// Strict UTF-8 without control characters, a byte order mark at its start left out. Anything
  /// else is not text, and said so at the first place where it shows.
  static SourceText decode(byte[] bytes) throws NotReadable {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var out = CharBuffer.allocate(bytes.length + 1);
    var result = decoder.decode(ByteBuffer.wrap(bytes), out, true);
    String decoded = out.flip().toString();
    var source =
        new SourceText(
            !decoded.isEmpty() && decoded.charAt(0) == BYTE_ORDER_MARK
                ? decoded.substring(1)
                : decoded);
    int control = source.firstControlCharacter();
    if (control >= 0) {
      throw new NotReadable(
          source.position(control), "is not text: a control character or binary data");
    }
    if (result.isError()) {
      throw new NotReadable(source.position(source.text.length()), "is not valid UTF-8");
    }
    return source;
  }

  String text() {
    return text;
  }

  List<Line> lines() {
    return lines;
  }

  String line(int index) {
    Line line = lines.get(index);
    return text.substring(line.start(), line.end());
  }

  /// The nearest place that exists: parsers may count lines in their own way.
  Position clamp(int line, int column) {
    int index = Math.clamp(line, 1, lines.size());
    return new Position(index, Math.clamp(column, 1, lines.get(index - 1).length() + 1));
  }

  private Position position(int index) {
    int line = 0;
    while (line + 1 < lines.size() && lines.get(line + 1).start() <= index) {
      line++;
    }
    return clamp(line + 1, index - lines.get(line).start() + 1);
  }

  private int firstControlCharacter() {
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (!StreamReader.isPrintable(c)) {
        return i;
      }
      i += Character.charCount(c);
    }
    return -1;
  }

  private static List<Line> linesOf(String text) {
    var lines = new ArrayList<Line>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        lines.add(new Line(start, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    lines.add(new Line(start, text.length()));
    return List.copyOf(lines);
  }
}
