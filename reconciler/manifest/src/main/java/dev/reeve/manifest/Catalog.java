package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// All objects of one commit, each with the file that holds it. Immutable.
public final class Catalog {
  private final PagedMap<ObjectKey, Entry> entries;
  private final Ties ties;

  /// An object and the path of its file.
  public record Entry(ManifestObject object, String path) {}

  Catalog(PagedMap<ObjectKey, Entry> entries, Ties ties) {
    this.entries = entries;
    this.ties = ties;
  }

  public static Catalog empty() {
    return new Catalog(PagedMap.empty(), Ties.NONE);
  }

  public PagedMap<ObjectKey, Entry> entries() {
    return entries;
  }

  public Optional<Entry> entry(ObjectKey key) {
    return entries.get(key);
  }

  /// How its objects hang together.
  Ties ties() {
    return ties;
  }

  /// The whole object, a Secret's values included.
  public Optional<ObjectNode> json(ObjectKey key) {
    return entry(key).map(entry -> entry.object().json());
  }

  /// What pods see of a ConfigMap (`data` and `binaryData`) or a Secret; empty where there is none.
  public SortedMap<String, byte[]> configData(ObjectKey key) {
    return entry(key).map(entry -> configData(entry.object())).orElseGet(TreeMap::new);
  }

  static SortedMap<String, byte[]> configData(ManifestObject object) {
    ObjectNode json = object.json();
    var data = new TreeMap<String, byte[]>();
    for (Map.Entry<String, JsonNode> entry : json.path("data").properties()) {
      String value = entry.getValue().asText();
      data.put(
          entry.getKey(),
          object.isSecret()
              ? Base64.getDecoder().decode(value)
              : value.getBytes(StandardCharsets.UTF_8));
    }
    for (Map.Entry<String, JsonNode> entry : json.path("binaryData").properties()) {
      data.put(entry.getKey(), Base64.getDecoder().decode(entry.getValue().asText()));
    }
    return data;
  }
}
