package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

/// Writes a list, one object after the other: no list is ever held as a whole.
public final class Listing {
  private final Selection selection;
  private final Form form;
  private final Snapshot snapshot;
  private final Instant now;
  private int written;
  private String last = "";
  private boolean isCut;

  public Listing(Selection selection, Form form, Snapshot snapshot, Instant now) {
    this.selection = selection;
    this.form = form;
    this.snapshot = snapshot;
    this.now = now;
  }

  /// @param limit how many objects at most; zero for all
  /// @param after what [#position] read from a `continue`
  public void write(OutputStream out, int limit, String after) throws IOException {
    try (JsonGenerator json = Trees.MAPPER.getFactory().createGenerator(out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      for (var member : form.listHead(selection.resource().type()).properties()) {
        json.writeStringField(member.getKey(), member.getValue().asText());
      }
      boolean isTable = form.shape() == Form.Shape.TABLE;
      if (isTable) {
        json.writeFieldName("columnDefinitions");
        json.writeTree(form.columnDefinitions(selection.resource()));
      }
      json.writeArrayFieldStart(isTable ? "rows" : "items");
      items(json, limit, after);
      json.writeEndArray();
      json.writeObjectFieldStart("metadata");
      json.writeStringField("resourceVersion", Long.toString(snapshot.version()));
      if (isCut) {
        json.writeStringField("continue", encode(last));
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void items(JsonGenerator json, int limit, String after) {
    selection.each(
        snapshot,
        after,
        (position, object) -> {
          // Only when there is one more than asked for, is there something to go on with.
          if (limit > 0 && written == limit) {
            isCut = true;
            return false;
          }
          try {
            json.writeTree(form.item(selection.resource(), stamped(object, snapshot), now));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          written++;
          last = position;
          return true;
        });
  }

  /// An object's version is that of the publication it was seen in.
  public static ObjectNode stamped(ObjectNode object, Snapshot snapshot) {
    Trees.child(object, "metadata").put("resourceVersion", Long.toString(snapshot.version()));
    return object;
  }

  private static String encode(String position) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(position.getBytes(StandardCharsets.UTF_8));
  }

  /// Reads a `continue` of an earlier part of the list.
  public static String position(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Refusal.badRequest("continue key is not valid");
    }
  }
}
