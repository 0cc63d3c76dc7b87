package dev.reeve.wire;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// The content of a ConfigMap or Secret on its way to a node. Only the gateway makes these, only
/// the node's hands open them; the core knows the use alone.
public record ConfigContent(ConfigUse use, SortedMap<String, Bytes> data) {
  public ConfigContent {
    data = Collections.unmodifiableSortedMap(new TreeMap<>(data));
  }

  public boolean isSecret() {
    return use.key().kind().equals("Secret");
  }

  /// Keys only: what is in here may be a secret.
  @Override
  public String toString() {
    return use + " " + data.keySet();
  }
}
