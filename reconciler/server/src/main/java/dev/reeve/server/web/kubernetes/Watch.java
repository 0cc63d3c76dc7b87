package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/// One watch: compares the publication it has told of with the newest one, and tells what differs.
/// However many publications lie between them, an object is told of once; so nothing piles up for a
/// reader who is slow. Confined to one thread.
public final class Watch {
  private final Selection selection;
  private final Form form;
  private final History history;
  private Snapshot told;

  /// Takes the events of a watch.
  public interface Sink {
    void event(String type, ObjectNode object);
  }

  /// @param told what the reader has seen already
  public Watch(Selection selection, Form form, History history, Snapshot told) {
    this.selection = selection;
    this.form = form;
    this.history = history;
    this.told = told;
  }

  /// Tells of every object there is, for a reader who has seen nothing.
  public void tellAll(Sink sink, Instant now) {
    selection.each(
        told,
        "",
        (position, object) -> {
          tell(sink, "ADDED", object, told, now);
          return true;
        });
  }

  /// Tells what changed up to the newest publication.
  ///
  /// @throws Refusal where what the reader has seen is too long ago
  public void tellChanges(Sink sink, Instant now) {
    Snapshot newest = history.newest();
    if (newest.version() == told.version()) {
      return;
    }
    Changed changed = history.between(told, newest).orElseThrow(() -> tooOld(told.version()));
    selection
        .resource()
        .changes(
            told,
            newest,
            changed,
            (before, after) ->
                change(sink, selection.accepted(before), selection.accepted(after), newest, now));
    told = newest;
  }

  public static Refusal tooOld(long version) {
    return Refusal.gone("too old resource version: " + version);
  }

  private void change(
      Sink sink,
      Optional<ObjectNode> before,
      Optional<ObjectNode> after,
      Snapshot newest,
      Instant now) {
    if (after.isEmpty()) {
      before.ifPresent(object -> tell(sink, "DELETED", object, newest, now));
    } else if (before.isEmpty()) {
      tell(sink, "ADDED", after.get(), newest, now);
    } else if (!before.equals(after)) {
      tell(sink, "MODIFIED", after.get(), newest, now);
    }
  }

  private void tell(Sink sink, String type, ObjectNode object, Snapshot seen, Instant now) {
    sink.event(type, form.alone(selection.resource(), Listing.stamped(object, seen), now));
  }

  /// Where a reader may begin again, though nothing happened to what it watches.
  public ObjectNode bookmark() {
    ResourceType type = selection.resource().type();
    ObjectNode object = Trees.object();
    if (form.shape() == Form.Shape.WHOLE) {
      object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    } else {
      object.setAll(form.listHead(type));
    }
    object.putObject("metadata").put("resourceVersion", Long.toString(told.version()));
    if (form.shape() == Form.Shape.TABLE) {
      object.putNull("columnDefinitions");
      object.putNull("rows");
    }
    return object;
  }
}
