package dev.reeve.manifest.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Json;
import java.util.Optional;

/// One field of a structure.
///
/// @param note added to the message where the field is inert or refused; may be empty
record Field(
    String name,
    FieldClass fieldClass,
    Type type,
    boolean required,
    Optional<JsonNode> defaultValue,
    boolean filled,
    String note) {

  static final String YET = "yet";

  static Field acted(String name, Type type) {
    return new Field(name, FieldClass.ACTED, type, false, Optional.empty(), false, "");
  }

  static Field inert(String name, Type type) {
    return new Field(name, FieldClass.INERT, type, false, Optional.empty(), false, "");
  }

  /// Of any type: no part of it is looked at.
  static Field inert(String name) {
    return inert(name, new Type.Anything());
  }

  static Field refused(String name) {
    return new Field(
        name, FieldClass.REFUSED, new Type.Anything(), false, Optional.empty(), false, "");
  }

  Field asRequired() {
    return new Field(name, fieldClass, type, true, defaultValue, filled, note);
  }

  Field or(long value) {
    return withDefault(Json.number(value));
  }

  Field or(String value) {
    return withDefault(Json.text(value));
  }

  Field or(boolean value) {
    return withDefault(Json.bool(value));
  }

  /// It will be supported, or acted on, in time.
  Field yet() {
    return because(YET);
  }

  /// Where it is absent, an empty structure stands in, and gets its own defaults.
  Field orFilled() {
    return new Field(name, fieldClass, type, required, defaultValue, true, note);
  }

  Field because(String reason) {
    return new Field(name, fieldClass, type, required, defaultValue, filled, reason);
  }

  /// What follows "is not supported" and "is not acted on".
  String reason() {
    return reason(note);
  }

  static String reason(String note) {
    if (note.isEmpty() || note.equals(YET)) {
      return note.isEmpty() ? "" : " " + note;
    }
    return ": " + note;
  }

  private Field withDefault(JsonNode value) {
    return new Field(name, fieldClass, type, required, Optional.of(value), filled, note);
  }
}
