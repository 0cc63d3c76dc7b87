package dev.reeve.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a benchmark came to.
///
/// @param notes what the figures do not say
public record Result(String name, String work, List<Figure> figures, List<String> notes) {
  public Result {
    figures = List.copyOf(figures);
    notes = List.copyOf(notes);
  }

  /// Whether every bound is kept.
  public boolean holds() {
    return figures.stream().allMatch(Figure::holds);
  }

  /// A table for people.
  public String table() {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("figure", "median", "spread", "beside", "ratio", "must hold"));
    for (Figure figure : figures) {
      rows.add(
          List.of(
              figure.name(),
              told(figure.median()) + " " + figure.unit(),
              figure.runs().size() == 1 ? "" : told(figure.least()) + " - " + told(figure.most()),
              figure.beside().map(it -> told(it.value()) + " (" + it.what() + ")").orElse(""),
              figure.ratio().map(it -> told(it) + "x").orElse(""),
              figure
                  .limit()
                  .map(it ->
                      it.side().words()
                          + " "
                          + told(it.bound())
                          + (figure.holds() ? ": yes" : ": NO"))
                  .orElse("")));
    }
    var text = new StringBuilder(name).append(": ").append(work).append('\n');
    text.append(Machine.told()).append('\n');
    aligned(rows, text);
    notes.forEach(note -> text.append("  ").append(note).append('\n'));
    return text.toString();
  }

  private static void aligned(List<List<String>> rows, StringBuilder text) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder("  ");
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
  }

  private static String told(double value) {
    double size = Math.abs(value);
    String format = size >= 1_000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : format, value);
  }

  /// The same for programs.
  public ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("name", name).put("work", work).put("holds", holds());
    Machine.json(json.putObject("machine"));
    var all = json.putArray("figures");
    for (Figure figure : figures) {
      var one = all.addObject();
      one.put("name", figure.name()).put("unit", figure.unit()).put("median", figure.median());
      var runs = one.putArray("runs");
      figure.runs().forEach(runs::add);
      figure
          .beside()
          .ifPresent(it -> one.putObject("beside").put("what", it.what()).put("value", it.value()));
      figure.ratio().ifPresent(it -> one.put("ratio", it));
      figure
          .limit()
          .ifPresent(it ->
              one.putObject("limit")
                  .put("side", it.side().words())
                  .put("bound", it.bound())
                  .put("holds", figure.holds()));
    }
    var said = json.putArray("notes");
    notes.forEach(said::add);
    return json;
  }
}
