package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/// The parts of `metadata` that a server sets.
final class Metadata {
  private Metadata() {}

  /// The same object has the same uid, whichever server shows it.
  static String uid(Snapshot snapshot, ObjectKey key) {
    String name = "reeve/" + snapshot.cluster() + "/" + key;
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  static Instant since(Snapshot snapshot, ObjectKey key) {
    return snapshot
        .sightings()
        .of(key)
        .map(Sightings.Sighting::since)
        .orElse(snapshot.root().startedAt());
  }

  static long generation(Snapshot snapshot, ObjectKey key) {
    return snapshot.sightings().of(key).map(Sightings.Sighting::generation).orElse(1L);
  }

  /// An object of a kind, with nothing but its name, uid and age.
  static ObjectNode start(Snapshot snapshot, ResourceType type, ObjectKey key, Instant created) {
    ObjectNode json = Trees.object();
    json.put("apiVersion", type.apiVersion());
    json.put("kind", type.kind());
    ObjectNode metadata = json.putObject("metadata");
    metadata.put("name", key.name());
    if (!key.isClusterScoped()) {
      metadata.put("namespace", key.namespace());
    }
    metadata.put("uid", uid(snapshot, key));
    metadata.put("creationTimestamp", Trees.time(created));
    return json;
  }

  /// Ties an object to the one it was made for.
  static void owner(ObjectNode metadata, String apiVersion, String kind, String name, String uid) {
    metadata
        .putArray("ownerReferences")
        .addObject()
        .put("apiVersion", apiVersion)
        .put("kind", kind)
        .put("name", name)
        .put("uid", uid)
        .put("controller", true)
        .put("blockOwnerDeletion", true);
  }
}
