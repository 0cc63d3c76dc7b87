package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `labelSelector` of a request: `app=web,tier!=db,env in (prod, test),!legacy`.
public final class LabelSelector {
  private static final String KEY = "(?<key>[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?)";
  private static final Pattern REQUIREMENT =
      Pattern.compile(
          "\\s*(?:(?<absent>!)\\s*(?<absentKey>[-A-Za-z0-9_./]+)"
              + "|"
              + KEY
              + "\\s*(?:(?<set>\\s(?:in|notin))\\s*\\((?<values>[^()]*)\\)"
              + "|(?<op>==|=|!=|>|<)\\s*(?<value>[-A-Za-z0-9_.]*))?)\\s*(?=,|\\z)");

  private final List<Requirement> requirements;

  private enum Operator {
    IN,
    NOT_IN,
    EXISTS,
    ABSENT,
    GREATER,
    LESS
  }

  private record Requirement(String key, Operator operator, SortedSet<String> values) {
    boolean accepts(JsonNode labels) {
      JsonNode label = labels.path(key);
      boolean isThere = label.isTextual();
      return switch (operator) {
        case IN -> isThere && values.contains(label.textValue());
        case NOT_IN -> !isThere || !values.contains(label.textValue());
        case EXISTS -> isThere;
        case ABSENT -> !isThere;
        case GREATER -> isThere && number(label.textValue()) > number(values.first());
        case LESS -> isThere && number(label.textValue()) < number(values.first());
      };
    }

    private static double number(String text) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        return Double.NaN;
      }
    }
  }

  private LabelSelector(List<Requirement> requirements) {
    this.requirements = requirements;
  }

  /// @throws Refusal where it is not a selector
  public static LabelSelector parse(String text) {
    var requirements = new ArrayList<Requirement>();
    if (text.isBlank()) {
      return new LabelSelector(requirements);
    }
    Matcher matcher = REQUIREMENT.matcher(text);
    int at = 0;
    while (true) {
      matcher.region(at, text.length());
      if (!matcher.lookingAt()) {
        throw unreadable(text);
      }
      requirements.add(requirement(matcher));
      at = matcher.end();
      if (at == text.length()) {
        return new LabelSelector(requirements);
      }
      if (text.charAt(at) != ',') {
        throw unreadable(text);
      }
      at++;
    }
  }

  private static Refusal unreadable(String text) {
    return Refusal.badRequest("unable to parse requirement: '" + text + "' is not a selector");
  }

  private static Requirement requirement(Matcher matcher) {
    String absent = matcher.group("absentKey");
    if (absent != null) {
      return new Requirement(absent, Operator.ABSENT, Collections.emptySortedSet());
    }
    String key = String.valueOf(matcher.group("key"));
    String set = matcher.group("set");
    if (set != null) {
      var values = new TreeSet<String>();
      for (String value : String.valueOf(matcher.group("values")).split(",", -1)) {
        values.add(value.strip());
      }
      return new Requirement(key, set.strip().equals("in") ? Operator.IN : Operator.NOT_IN, values);
    }
    String op = matcher.group("op");
    if (op == null) {
      return new Requirement(key, Operator.EXISTS, Collections.emptySortedSet());
    }
    var value = new TreeSet<>(List.of(String.valueOf(matcher.group("value"))));
    return switch (op) {
      case "!=" -> new Requirement(key, Operator.NOT_IN, value);
      case ">" -> new Requirement(key, Operator.GREATER, value);
      case "<" -> new Requirement(key, Operator.LESS, value);
      default -> new Requirement(key, Operator.IN, value);
    };
  }

  boolean accepts(JsonNode object) {
    if (requirements.isEmpty()) {
      return true;
    }
    JsonNode labels = object.path("metadata").path("labels");
    return requirements.stream().allMatch(it -> it.accepts(labels));
  }
}
