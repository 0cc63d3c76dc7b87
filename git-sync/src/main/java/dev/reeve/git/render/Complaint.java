package dev.reeve.git.render;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a tool said when it failed, as one line that may be shown to anybody.
final class Complaint {
  private static final int LINES = 3;
  private static final int LENGTH = 600;
  private static final Pattern LOGGED =
      Pattern.compile("^[EWIF]\\d{4} \\S+\\s+\\d+ \\S+] (\"command failed\" err=\"(.*)\"$)?");
  private static final Pattern CREDENTIAL =
      Pattern.compile("(?i)pass|secret|token|key|credential|auth");

  private Complaint() {}

  /// @param secretive texts of files that may hold a Secret's values
  static String of(String said, List<String> secretive) {
    var text =
        said.lines()
            .map(Complaint::withoutLog)
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("# Warning:"))
            .limit(LINES)
            .collect(Collectors.joining(" "))
            .replaceFirst("^[Ee]rror: ", "");
    var shown = withoutValues(text, secretive);
    return shown.length() > LENGTH ? shown.substring(0, LENGTH) + "…" : shown;
  }

  private static String withoutLog(String line) {
    var logged = LOGGED.matcher(line);
    if (!logged.find()) {
      return line;
    }
    return logged.group(2) == null
        ? line.substring(logged.end())
        : logged.group(2).replace("\\\"", "\"").replace("\\n", " ");
  }

  /// Tools quote what they cannot read. The longest go first, since one value may begin another.
  private static String withoutValues(String text, List<String> secretive) {
    var values =
        new TreeSet<String>(
            Comparator.comparingInt(String::length)
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    for (String file : secretive) {
      boolean isSecret = file.contains("kind: Secret") || file.contains("secretGenerator");
      for (String line : file.lines().toList()) {
        int at = line.indexOf(':') < 0 ? line.indexOf('=') : line.indexOf(':');
        boolean isCredential = at > 0 && CREDENTIAL.matcher(line.substring(0, at)).find();
        var value = line.substring(at + 1).strip().replaceAll("^[\"']|[\"']$", "");
        if (value.length() >= 4 && (isCredential || isSecret && !value.equals("Secret"))) {
          values.add(value);
        }
      }
    }
    var shown = text;
    for (String value : values) {
      shown = shown.replace(value, "***");
    }
    return shown;
  }
}
