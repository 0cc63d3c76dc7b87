package dev.reeve.manifest.analysis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A condition of Argo's language, word for word into JEXL's. Whatever is not known here is
/// refused, so that JEXL sees only names, brackets and operators that were written by this class:
/// values are variables, `result.ok` is `result[k0]`, and functions carry a prefix that nobody can
/// write.
///
/// JEXL has all operators of Argo's but two: `contains` and `matches` go as `<<` and `>>`, which
/// stand between the same neighbours.
final class Translation {
  static final String RESULT = "result";
  static final String FUNCTION = "f_";

  /// The function that makes a list of its arguments.
  static final String LIST = "list";

  private static final int DEPTH_MAX = 64;
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern NUMBER =
      Pattern.compile("([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
  private static final Pattern STRING =
      Pattern.compile(
          "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|`[^`]*+`",
          Pattern.DOTALL);
  private static final Pattern SIGN =
      Pattern.compile(
          "==|!=|<=|>=|&&|\\|\\||\\?\\?|\\?\\.|\\*\\*|\\.\\.|//|/\\*|.", Pattern.DOTALL);

  private static final Map<String, String> BINARY =
      Map.ofEntries(
          Map.entry("==", "=="),
          Map.entry("!=", "!="),
          Map.entry("<", "<"),
          Map.entry("<=", "<="),
          Map.entry(">", ">"),
          Map.entry(">=", ">="),
          Map.entry("&&", "&&"),
          Map.entry("and", "&&"),
          Map.entry("||", "||"),
          Map.entry("or", "||"),
          Map.entry("+", "+"),
          Map.entry("-", "-"),
          Map.entry("*", "*"),
          Map.entry("/", "/"),
          Map.entry("%", "%"),
          Map.entry("in", "=~"),
          Map.entry("startsWith", "=^"),
          Map.entry("endsWith", "=$"),
          Map.entry("contains", "<<"),
          Map.entry("matches", ">>"));

  /// What follows `not`.
  private static final Map<String, String> NEGATED =
      Map.of("in", "!~", "startsWith", "!^", "endsWith", "!$");

  private static final Map<String, String> PREFIX =
      Map.of("!", "!", "not", "!", "-", "-", "+", "+");

  private final String source;
  private final StringBuilder target = new StringBuilder();
  private final Map<String, Object> constants = new TreeMap<>();
  private final Deque<Bracket> open = new ArrayDeque<>();

  /// Where each piece of the target begins, and the column it came from.
  private final List<int[]> columns = new ArrayList<>();

  private int at;
  private int nested;
  private boolean operandIsDue = true;

  private Translation(String source) {
    this.source = source;
    open.push(new Bracket(Bracket.Kind.NONE, "", 0));
  }

  static Translation of(String source) throws Malformed {
    var translation = new Translation(source);
    translation.run();
    return translation;
  }

  String text() {
    return target.toString();
  }

  Map<String, Object> constants() {
    return constants;
  }

  /// @param column of the JEXL text, from 1
  int columnOf(int column) {
    int best = 1;
    for (int[] piece : columns) {
      if (piece[0] < column) {
        best = piece[1];
      }
    }
    return best;
  }

  /// Why a text is no condition.
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final int column;
    private final String reason;

    Malformed(int index, String reason) {
      super(reason);
      this.column = index + 1;
      this.reason = reason;
    }

    int column() {
      return column;
    }

    String reason() {
      return reason;
    }
  }

  private static final class Bracket {
    enum Kind {
      NONE(""),
      GROUP(")"),
      CALL(")"),
      LIST("]"),
      INDEX("]");

      private final String end;

      Kind(String end) {
        this.end = end;
      }
    }

    private final Kind kind;
    private final String function;
    private final int at;
    private int commas;
    private int choices;

    Bracket(Kind kind, String function, int at) {
      this.kind = kind;
      this.function = function;
      this.at = at;
    }

    boolean takesSeveral() {
      return kind == Kind.CALL || kind == Kind.LIST;
    }
  }

  private void run() throws Malformed {
    skipSpace();
    while (at < source.length()) {
      String string = found(STRING);
      String name = found(NAME);
      if (!string.isEmpty()) {
        constant(string, unquoted(string));
      } else if (!name.isEmpty()) {
        name(name);
      } else if (Character.isDigit(source.charAt(at)) || isFraction()) {
        String digits = found(NUMBER);
        constant(digits, number(digits));
      } else {
        sign(found(SIGN));
      }
      skipSpace();
    }
    Bracket last = top();
    if (last.kind != Bracket.Kind.NONE) {
      throw new Malformed(last.at, "has a bracket that is not closed");
    }
    if (operandIsDue || last.choices > 0) {
      throw new Malformed(source.length(), "ends too early");
    }
  }

  private Bracket top() {
    return open.element();
  }

  private boolean isFraction() {
    return operandIsDue
        && source.charAt(at) == '.'
        && at + 1 < source.length()
        && Character.isDigit(source.charAt(at + 1));
  }

  private String found(Pattern pattern) {
    Matcher matcher = pattern.matcher(source).region(at, source.length());
    return matcher.lookingAt() ? matcher.group() : "";
  }

  private void skipSpace() {
    at += found(SPACE).length();
  }

  private void write(String piece, int length) {
    columns.add(new int[] {target.length(), at + 1});
    target.append(piece).append(' ');
    at += length;
  }

  private Malformed unexpected(String word) {
    return new Malformed(at, "has an unexpected '" + word + "'");
  }

  private void constant(String word, Object value) throws Malformed {
    if (!operandIsDue) {
      throw unexpected(word);
    }
    write(keep(value), word.length());
    operandIsDue = false;
  }

  private String keep(Object value) {
    String name = "k" + constants.size();
    constants.put(name, value);
    return name;
  }

  private static Object number(String word) {
    if (word.matches("[0-9]{1,18}")) {
      return Long.parseLong(word);
    }
    return Double.parseDouble(word);
  }

  private void name(String word) throws Malformed {
    if (!operandIsDue) {
      infix(word);
      return;
    }
    switch (word) {
      case RESULT -> {
        write(RESULT, word.length());
        operandIsDue = false;
      }
      case "true" -> constant(word, true);
      case "false" -> constant(word, false);
      case "nil" -> constant(word, Values.NIL);
      case "not" -> prefix(word);
      default -> call(word);
    }
  }

  private void call(String word) throws Malformed {
    int after = at + word.length() + spaceAt(at + word.length());
    if (after >= source.length() || source.charAt(after) != '(') {
      throw new Malformed(at, "has an unknown name '" + word + "': only result is known");
    }
    if (Functions.arity(word).isEmpty()) {
      throw new Malformed(at, "calls '" + word + "', which is not supported");
    }
    push(Bracket.Kind.CALL, word);
    write(FUNCTION + word + "(", after - at + 1);
  }

  private int spaceAt(int index) {
    Matcher matcher = SPACE.matcher(source).region(index, source.length());
    return matcher.lookingAt() ? matcher.end() - index : 0;
  }

  private void infix(String word) throws Malformed {
    if (word.equals("not")) {
      int next = at + word.length() + spaceAt(at + word.length());
      Matcher matcher = NAME.matcher(source).region(next, source.length());
      String operator = matcher.lookingAt() ? matcher.group() : "";
      String negated = NEGATED.get(operator);
      if (negated == null) {
        throw unexpected(word);
      }
      write(negated, next - at + operator.length());
      operandIsDue = true;
      return;
    }
    String operator = BINARY.get(word);
    if (operator == null) {
      throw unexpected(word);
    }
    write(operator, word.length());
    operandIsDue = true;
  }

  private void prefix(String word) throws Malformed {
    deeper();
    write(PREFIX.getOrDefault(word, word), word.length());
  }

  /// Prefixes and choices nest as brackets do, and are never closed.
  private void deeper() throws Malformed {
    if (++nested > DEPTH_MAX) {
      throw new Malformed(at, "is nested deeper than 64 levels");
    }
  }

  private void push(Bracket.Kind kind, String function) throws Malformed {
    if (open.size() > DEPTH_MAX) {
      throw new Malformed(at, "is nested deeper than 64 levels");
    }
    open.push(new Bracket(kind, function, at));
  }

  private void sign(String sign) throws Malformed {
    switch (sign) {
      case "(" -> {
        if (!operandIsDue) {
          throw new Malformed(at, "calls a method, which is not supported");
        }
        push(Bracket.Kind.GROUP, "");
        write("(", 1);
      }
      case "[" -> {
        if (operandIsDue) {
          push(Bracket.Kind.LIST, "");
          write(FUNCTION + LIST + "(", 1);
        } else {
          push(Bracket.Kind.INDEX, "");
          write("[", 1);
          operandIsDue = true;
        }
      }
      case ")", "]" -> close(sign);
      case "," -> comma();
      case "." -> member();
      case "?" -> choice();
      case ":" -> alternative();
      case "//", "/*", "#", "{", "}", "|", ";", "=", "?.", "??", "**", "^", "..", "@" ->
          throw new Malformed(at, "has a '" + sign + "', which is not supported");
      default -> {
        if (operandIsDue && PREFIX.containsKey(sign)) {
          prefix(sign);
        } else if (!operandIsDue && BINARY.containsKey(sign)) {
          infix(sign);
        } else {
          throw unexpected(sign);
        }
      }
    }
  }

  private void close(String sign) throws Malformed {
    Bracket bracket = top();
    boolean isEmptyCall =
        operandIsDue && bracket.takesSeveral() && bracket.commas == 0 && endsWithBracket();
    if (!bracket.kind.end.equals(sign) || (operandIsDue && !isEmptyCall) || bracket.choices > 0) {
      throw unexpected(sign);
    }
    if (bracket.kind == Bracket.Kind.CALL) {
      int given = isEmptyCall ? 0 : bracket.commas + 1;
      int wanted = Functions.arity(bracket.function).orElse(given);
      if (given != wanted) {
        throw new Malformed(
            bracket.at,
            "gives %s %d arguments in place of %d".formatted(bracket.function, given, wanted));
      }
    }
    open.pop();
    write(bracket.kind == Bracket.Kind.INDEX ? "]" : ")", 1);
    operandIsDue = false;
  }

  private boolean endsWithBracket() {
    return target.toString().endsWith("( ");
  }

  private void comma() throws Malformed {
    Bracket bracket = top();
    if (operandIsDue || !bracket.takesSeveral() || bracket.choices > 0) {
      throw unexpected(",");
    }
    bracket.commas++;
    write(",", 1);
    operandIsDue = true;
  }

  private void member() throws Malformed {
    if (operandIsDue) {
      throw unexpected(".");
    }
    int start = at + 1 + spaceAt(at + 1);
    Matcher matcher = NAME.matcher(source).region(start, source.length());
    if (!matcher.lookingAt()) {
      throw unexpected(".");
    }
    int after = matcher.end() + spaceAt(matcher.end());
    if (after < source.length() && source.charAt(after) == '(') {
      throw new Malformed(
          start, "calls the method '" + matcher.group() + "', which is not supported");
    }
    write("[" + keep(matcher.group()) + "]", matcher.end() - at);
  }

  private void choice() throws Malformed {
    if (operandIsDue) {
      throw unexpected("?");
    }
    deeper();
    top().choices++;
    write("?", 1);
    operandIsDue = true;
  }

  private void alternative() throws Malformed {
    if (operandIsDue || top().choices == 0) {
      throw unexpected(":");
    }
    top().choices--;
    write(":", 1);
    operandIsDue = true;
  }

  private String unquoted(String word) throws Malformed {
    String inside = word.substring(1, word.length() - 1);
    if (word.startsWith("`") || inside.indexOf('\\') < 0) {
      return inside;
    }
    var text = new StringBuilder();
    boolean isEscaped = false;
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (!isEscaped) {
        isEscaped = c == '\\';
        if (!isEscaped) {
          text.append(c);
        }
        continue;
      }
      isEscaped = false;
      switch (c) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case '\\', '\'', '"' -> text.append(c);
        default -> throw new Malformed(at + i, "has an escape \\" + c + ", which is not supported");
      }
    }
    return text.toString();
  }
}
