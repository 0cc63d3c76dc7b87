package dev.reeve.manifest.schema;

import java.util.List;

/// The type of a value.
sealed interface Type {
  /// An object with known fields.
  ///
  /// @param name its heading in the documentation
  record Structure(String name, List<Field> fields, List<Rule> rules) implements Type {
    public Structure {
      fields = List.copyOf(fields);
      rules = List.copyOf(rules);
    }

    Structure with(Rule... more) {
      return new Structure(name, fields, List.of(more));
    }
  }

  /// A list of values of one type.
  ///
  /// @param uniqueBy the member that names an item, where one does; empty otherwise
  record ListOf(Type element, String uniqueBy, boolean nonEmpty) implements Type {
    ListOf uniqueBy(String member) {
      return new ListOf(element, member, nonEmpty);
    }

    ListOf notEmpty() {
      return new ListOf(element, uniqueBy, true);
    }
  }

  /// An object whose keys are free.
  record MapOf(Notation keys, Type value) implements Type {}

  record Text(Notation notation) implements Type {}

  record Whole(long min, long max) implements Type {}

  record Bool() implements Type {}

  /// `250m`, `1Gi`.
  record Amount() implements Type {}

  /// A number of pods, or `25%` of them.
  record Share() implements Type {}

  /// A whole number that may stand in quotes, and there come from an argument: `"{{args.count}}"`.
  record Numeral(long min, long max) implements Type {}

  /// Seconds as a number, or a duration such as `5m`.
  record Seconds() implements Type {}

  /// A port by number or by name.
  record PortReference() implements Type {}

  /// One of some words.
  ///
  /// @param values those that are supported
  /// @param unsupported those that Kubernetes knows besides
  record OneOf(List<String> values, List<String> unsupported) implements Type {
    public OneOf {
      values = List.copyOf(values);
      unsupported = List.copyOf(unsupported);
    }

    OneOf butNot(String... words) {
      return new OneOf(values, List.of(words));
    }
  }

  /// Bytes in base64.
  record Base64() implements Type {}

  /// Kept as it is.
  record Anything() implements Type {}

  static Structure structure(String name, Field... fields) {
    return new Structure(name, List.of(fields), List.of());
  }

  static ListOf list(Type element) {
    return new ListOf(element, "", false);
  }

  static MapOf map(Notation keys, Type value) {
    return new MapOf(keys, value);
  }

  static Text text() {
    return new Text(Notation.ANY);
  }

  static Text text(Notation notation) {
    return new Text(notation);
  }

  static Whole whole(long min, long max) {
    return new Whole(min, max);
  }

  /// Zero or more.
  static Whole count() {
    return new Whole(0, Integer.MAX_VALUE);
  }

  static Whole port() {
    return new Whole(1, 65_535);
  }

  static Bool bool() {
    return new Bool();
  }

  static OneOf oneOf(String... values) {
    return new OneOf(List.of(values), List.of());
  }
}
