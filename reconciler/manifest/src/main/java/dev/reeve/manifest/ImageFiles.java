package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.RecordFile.ImagePolicyFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the record says of images: those that are followed, and what those of a release were
/// resolved to.
final class ImageFiles {
  private ImageFiles() {}

  static void write(ImagePolicyFile file, ObjectNode json) {
    json.put("policy", file.key().toString());
    file.latest()
        .ifPresent(it -> write(it.image(), json.putObject("latest")).put("commit", it.commit()));
    if (!file.rejected().isEmpty()) {
      var rejected = json.putArray("rejected");
      for (ImagePolicyFile.Rejected each : file.rejected()) {
        write(each.image(), rejected.addObject())
            .put("at", each.at().toString())
            .put("resource", each.workload().toString())
            .set("release", RecordFiles.json(each.release()));
      }
    }
  }

  private static ObjectNode write(ImageTag image, ObjectNode json) {
    json.put("tag", image.tag());
    if (!image.digest().isEmpty()) {
      json.put("digest", image.digest());
    }
    return json;
  }

  static ImagePolicyFile read(JsonNode json) {
    var rejected = new ArrayList<ImagePolicyFile.Rejected>();
    for (JsonNode each : json.path("rejected")) {
      rejected.add(
          new ImagePolicyFile.Rejected(
              image(each),
              Instant.parse(RecordFiles.text(each, "at")),
              ObjectKey.parse(RecordFiles.text(each, "resource")),
              RecordFiles.ref(each.path("release"))));
    }
    var latest = json.path("latest");
    return new ImagePolicyFile(
        ObjectKey.parse(RecordFiles.text(json, "policy")),
        json.has("latest")
            ? Optional.of(new ImagePolicyFile.Latest(image(latest), latest.path("commit").asText()))
            : Optional.empty(),
        rejected);
  }

  static void writePins(SortedMap<String, List<ImagePin>> pins, ObjectNode json) {
    pins.forEach((release, images) -> {
      var ofRelease = json.putArray(release);
      for (ImagePin pin : images) {
        var each = ofRelease.addObject().put("image", pin.image()).put("id", pin.id());
        if (!pin.node().isEmpty()) {
          each.put("node", pin.node());
        }
      }
    });
  }

  static SortedMap<String, List<ImagePin>> readPins(JsonNode json) {
    var pins = new TreeMap<String, List<ImagePin>>();
    for (var release : json.properties()) {
      var images = new ArrayList<ImagePin>();
      for (JsonNode each : release.getValue()) {
        images.add(
            new ImagePin(
                RecordFiles.text(each, "image"),
                RecordFiles.text(each, "id"),
                each.path("node").asText()));
      }
      pins.put(release.getKey(), List.copyOf(images));
    }
    return pins;
  }

  private static ImageTag image(JsonNode json) {
    return new ImageTag(RecordFiles.text(json, "tag"), json.path("digest").asText());
  }
}
