package dev.reeve.server.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.wire.ConfigContent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What one node was told to log in to registries with: the Secrets that its pods name in
/// `imagePullSecrets`, as the newest commit has them. They are no part of a release: a new password
/// replaces no pod, and is told to the nodes that need it.
///
/// Safe for many threads.
final class PullSecrets {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAMED = "imagePullSecrets";

  /// What the newest accepted commit has in its Secrets; empty where it has none of that name.
  interface Newest {
    SortedMap<String, byte[]> data(ObjectKey secret);
  }

  private final SortedSet<ObjectKey> wanted = new TreeSet<>();
  private List<ConfigContent> told = List.of();

  /// Notes what the pods of an order need.
  synchronized void note(Order order) {
    if (order.scope() == Order.Scope.FULL) {
      wanted.clear();
      told = List.of();
    }
    Map<String, List<String>> names = new HashMap<>();
    for (ReleaseText text : order.releases()) {
      names.put(text.hash(), names(text.template()));
    }
    for (PodOrder pod : order.pods()) {
      for (String name : names.getOrDefault(pod.release(), List.of())) {
        wanted.add(new ObjectKey("Secret", pod.namespace(), name));
      }
    }
  }

  private static List<String> names(Bytes template) {
    var text = template.toUtf8();
    if (!text.contains(NAMED)) {
      return List.of();
    }
    try {
      var names = new ArrayList<String>();
      for (JsonNode secret : JSON.readTree(text).path("spec").path(NAMED)) {
        names.add(secret.path("name").asText());
      }
      return names;
    } catch (IOException e) {
      throw new IllegalStateException("a template is JSON", e);
    }
  }

  /// All that the node needs, where that is not what it was told last.
  synchronized Optional<List<ConfigContent>> news(Newest newest) {
    if (wanted.isEmpty() && told.isEmpty()) {
      return Optional.empty();
    }
    var contents = new ArrayList<ConfigContent>();
    for (ObjectKey key : wanted) {
      var data = newest.data(key);
      if (!data.isEmpty()) {
        var bytes = new TreeMap<String, Bytes>();
        data.forEach((name, value) -> bytes.put(name, Bytes.of(value)));
        contents.add(new ConfigContent(new ConfigUse(key, ""), bytes));
      }
    }
    if (contents.equals(told)) {
      return Optional.empty();
    }
    told = List.copyOf(contents);
    return Optional.of(told);
  }
}
