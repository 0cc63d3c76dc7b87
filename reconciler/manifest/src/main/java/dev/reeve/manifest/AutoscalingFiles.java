package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.Autoscaled;
import dev.reeve.core.record.Scaling;
import java.time.Instant;
import java.util.ArrayList;

/// What the record says of autoscaling.
final class AutoscalingFiles {
  private AutoscalingFiles() {}

  static void write(Autoscaled autoscaled, ObjectNode json) {
    json.put("by", autoscaled.by().toString());
    json.put("from", autoscaled.from());
    json.put("to", autoscaled.to());
    json.put("at", autoscaled.at().toString());
    json.put("why", autoscaled.why());
    var scalings = json.putArray("scalings");
    for (Scaling each : autoscaled.scalings()) {
      scalings.addObject().put("at", each.at().toString()).put("change", each.change());
    }
  }

  static Autoscaled read(JsonNode json) {
    var scalings = new ArrayList<Scaling>();
    for (JsonNode each : json.path("scalings")) {
      scalings.add(
          new Scaling(Instant.parse(RecordFiles.text(each, "at")), each.path("change").intValue()));
    }
    return new Autoscaled(
        ObjectKey.parse(RecordFiles.text(json, "by")),
        json.path("from").intValue(),
        json.path("to").intValue(),
        Instant.parse(RecordFiles.text(json, "at")),
        json.path("why").asText(),
        scalings);
  }
}
