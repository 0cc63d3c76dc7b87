package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;

/// Secrets without what makes them secret: keys are shown, values are not.
final class Secrets {
  private static final String HIDDEN =
      Base64.getEncoder().encodeToString("***".getBytes(StandardCharsets.UTF_8));

  private Secrets() {}

  static void hide(ObjectNode json) {
    json.remove("stringData");
    if (json.get("data") instanceof ObjectNode data) {
      var keys = new ArrayList<String>();
      data.fieldNames().forEachRemaining(keys::add);
      keys.forEach(key -> data.put(key, HIDDEN));
    }
  }
}
