package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Claim.Reclaim;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.model.VolumeSource.Reach;
import dev.reeve.core.record.RecordFile.VolumeFile;
import dev.reeve.core.record.RecordFile.VolumePhase;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/// The text of a volume's file in the record.
final class VolumeFiles {
  private VolumeFiles() {}

  static void write(VolumeFile file, ObjectNode json) {
    json.put("volume", file.name());
    json.put("phase", file.phase().word());
    json.put("claim", file.claim().toString());
    file.owner()
        .ifPresent(it ->
            json.put("owner", it.toString())
                .put(
                    "whenDeleted",
                    (file.goesWithOwner() ? Reclaim.DELETE : Reclaim.RETAIN).word()));
    if (!file.node().isEmpty()) {
      json.put("node", file.node());
    }
    var modes = json.putArray("accessModes");
    file.modes().forEach(it -> modes.add(it.word()));
    json.put("bytes", file.bytes());
    json.put("storageClass", file.storageClass());
    json.put("reclaimPolicy", file.reclaim().word());
    var source = file.source();
    var written = json.putObject("source");
    if (source.isFolder()) {
      written.put("path", source.path());
    } else {
      written.put("name", source.handle()).put("driver", source.driver());
      if (!source.options().isEmpty()) {
        var options = written.putObject("options");
        source.options().forEach(options::put);
      }
    }
    written.put("scope", source.reach().name().toLowerCase(Locale.ROOT));
  }

  /// @throws IllegalArgumentException if it is not one
  static VolumeFile read(JsonNode json) {
    var modes = new ArrayList<AccessMode>();
    json.path("accessModes").forEach(it -> modes.add(AccessMode.of(it.asText())));
    return new VolumeFile(
        RecordFiles.text(json, "volume"),
        phase(RecordFiles.text(json, "phase")),
        ObjectKey.parse(RecordFiles.text(json, "claim")),
        json.has("owner")
            ? Optional.of(ObjectKey.parse(RecordFiles.text(json, "owner")))
            : Optional.empty(),
        json.path("whenDeleted").asText().equals(Reclaim.DELETE.word()),
        json.path("node").asText(),
        modes,
        json.path("bytes").asLong(),
        json.path("storageClass").asText(),
        // What cannot be read is kept.
        json.path("reclaimPolicy").asText().equals(Reclaim.DELETE.word())
            ? Reclaim.DELETE
            : Reclaim.RETAIN,
        source(json.path("source")));
  }

  private static VolumePhase phase(String word) {
    for (VolumePhase phase : VolumePhase.values()) {
      if (phase.word().equals(word)) {
        return phase;
      }
    }
    throw new IllegalArgumentException("no phase of a volume: " + word);
  }

  private static VolumeSource source(JsonNode json) {
    if (json.has("path")) {
      return VolumeSource.folder(json.path("path").asText());
    }
    var options = new TreeMap<String, String>();
    json.path("options")
        .properties()
        .forEach(it -> options.put(it.getKey(), it.getValue().asText()));
    return new VolumeSource(
        RecordFiles.text(json, "name"),
        RecordFiles.text(json, "driver"),
        options,
        "",
        json.path("scope").asText().equals("cluster") ? Reach.CLUSTER : Reach.NODE);
  }
}
