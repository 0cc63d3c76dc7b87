package dev.reeve.agent.node;

import java.util.Map;

/// `$(NAME)` in commands, arguments and values, as Kubernetes expands it: `$$` is one dollar, and a
/// name that is not known stays as it stands.
final class Expansion {
  private Expansion() {}

  static String expand(String text, Map<String, String> known) {
    var out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '$' || at + 1 == text.length()) {
        out.append(c);
        at++;
        continue;
      }
      char next = text.charAt(at + 1);
      int close = next == '(' ? text.indexOf(')', at + 2) : -1;
      if (next == '$') {
        out.append('$');
        at += 2;
      } else if (close < 0) {
        out.append(c).append(next);
        at += 2;
      } else {
        var name = text.substring(at + 2, close);
        out.append(known.getOrDefault(name, text.substring(at, close + 1)));
        at = close + 1;
      }
    }
    return out.toString();
  }
}
