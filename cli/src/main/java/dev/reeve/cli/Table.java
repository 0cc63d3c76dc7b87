package dev.reeve.cli;

import java.util.ArrayList;
import java.util.List;

/// Lines in columns, each as wide as its widest value.
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... titles) {
    rows.add(List.of(titles));
  }

  /// Without titles.
  static Table plain(List<String[]> rows) {
    var table = new Table();
    table.rows.clear();
    rows.forEach(table::add);
    return table;
  }

  void add(String... values) {
    rows.add(List.of(values));
  }

  /// The last column is as long as it is.
  void print() {
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int width = width(i);
        line.append(row.get(i));
        if (i < row.size() - 1) {
          line.append(" ".repeat(width - row.get(i).length() + 2));
        }
      }
      System.out.println(line.toString().stripTrailing());
    }
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
