package dev.reeve.core.model;

/// What a header of a request is to say.
///
/// @param header its name; case does not count
/// @param value the whole value, its beginning, or a regular expression that is somewhere in it
public record HeaderMatch(String header, Kind kind, String value) {
  public enum Kind {
    EXACT,
    PREFIX,
    REGEX
  }
}
