package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PersistentVolume;
import dev.reeve.core.model.PodTemplate.ClaimUse;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.model.Workload.Strategy.Ordered;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.manifest.schema.Quantity;
import dev.reeve.manifest.schema.Selectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What a commit says of storage: claims, and the volumes that it names.
final class StorageReader {
  private StorageReader() {}

  static Storage read(Neighbours neighbours) {
    var claims = PagedMap.<ObjectKey, Claim>empty().edit();
    var volumes = PagedMap.<String, PersistentVolume>empty().edit();
    for (Catalog.Entry entry : neighbours.entries().values()) {
      var object = entry.object();
      switch (object.key().kind()) {
        case Claim.KIND ->
            claims.put(
                object.key(),
                claim(object.key(), object.json().path("spec"), neighbours.storageClasses()));
        case "PersistentVolume" -> volumes.put(object.key().name(), volume(object));
        default -> {}
      }
    }
    return new Storage(claims.publish(), volumes.publish());
  }

  static Claim claim(ObjectKey key, JsonNode spec, StorageClasses classes) {
    var written = spec.path("storageClassName");
    var chosen =
        classes.named(written.isMissingNode() ? Optional.empty() : Optional.of(written.asText()));
    return new Claim(
        key,
        modes(spec),
        bytes(spec.path("resources").path("requests")),
        chosen.name(),
        spec.path("volumeName").asText(),
        spec.has("selector") ? Selectors.of(spec.path("selector")) : Selector.EVERYTHING,
        chosen.provisioning());
  }

  /// What a StatefulSet makes for each of its pods.
  static List<Claim> templates(JsonNode spec, String namespace, StorageClasses classes) {
    var claims = new ArrayList<Claim>();
    for (JsonNode each : spec.path("volumeClaimTemplates")) {
      var key = new ObjectKey(Claim.KIND, namespace, each.path("metadata").path("name").asText());
      claims.add(claim(key, each.path("spec"), classes));
    }
    return claims;
  }

  private static List<AccessMode> modes(JsonNode spec) {
    var modes = new ArrayList<AccessMode>();
    spec.path("accessModes").forEach(it -> modes.add(AccessMode.of(it.asText())));
    return modes.stream().distinct().sorted().toList();
  }

  static boolean isForOneNode(JsonNode spec) {
    return modes(spec).stream()
        .allMatch(it -> it == AccessMode.READ_WRITE_ONCE || it == AccessMode.READ_WRITE_ONCE_POD);
  }

  static long bytes(JsonNode amounts) {
    return Quantity.parse(amounts.path("storage").asText()).map(Quantity::units).orElse(0L);
  }

  private static PersistentVolume volume(ManifestObject object) {
    var spec = object.json().path("spec");
    var claim = spec.path("claimRef");
    return new PersistentVolume(
        object.key().name(),
        Selectors.labels(object.json().path("metadata").path("labels")),
        spec.path("storageClassName").asText(),
        bytes(spec.path("capacity")),
        modes(spec),
        spec.path("persistentVolumeReclaimPolicy").asText().equals("Delete")
            ? Claim.Reclaim.DELETE
            : Claim.Reclaim.RETAIN,
        claim.isMissingNode()
            ? Optional.empty()
            : Optional.of(
                new ObjectKey(
                    Claim.KIND, claim.path("namespace").asText(), claim.path("name").asText())),
        nodes(spec.path("nodeAffinity").path("required").path("nodeSelectorTerms")),
        source(object.key().name(), spec));
  }

  private static List<NodeTerm> nodes(JsonNode terms) {
    var nodes = new ArrayList<NodeTerm>();
    terms.forEach(it -> nodes.add(ConstraintsReader.nodeTerm(it)));
    return nodes;
  }

  private static VolumeSource source(String name, JsonNode spec) {
    for (String folder : List.of("hostPath", "local")) {
      if (spec.has(folder)) {
        return VolumeSource.folder(spec.path(folder).path("path").asText());
      }
    }
    if (spec.has("nfs")) {
      var nfs = spec.path("nfs");
      var options = new TreeMap<String, String>();
      options.put("type", "nfs");
      options.put(
          "o",
          "addr="
              + nfs.path("server").asText()
              + (nfs.path("readOnly").asBoolean() ? ",ro" : ",rw"));
      options.put("device", ":" + nfs.path("path").asText());
      return new VolumeSource("reeve-" + name, "local", options, "", VolumeSource.Reach.CLUSTER);
    }
    var csi = spec.path("csi");
    var attributes = csi.path("volumeAttributes");
    return new VolumeSource(
        csi.path("volumeHandle").asText(),
        attributes.path("driver").asText("local"),
        StorageClasses.options(attributes),
        "",
        StorageClasses.reach(attributes));
  }

  // --- what pods use

  static List<ClaimUse> uses(JsonNode podSpec) {
    var uses = new ArrayList<ClaimUse>();
    for (JsonNode volume : podSpec.path("volumes")) {
      var source = volume.path("persistentVolumeClaim");
      if (!source.isMissingNode()) {
        uses.add(
            new ClaimUse(
                volume.path("name").asText(),
                source.path("claimName").asText(),
                source.path("readOnly").asBoolean()));
      }
    }
    return uses;
  }

  /// What pods claim must be in the same commit, or be made by a StatefulSet of it.
  static void requireClaims(Catalog.Entry entry, WorkloadDraft draft, Neighbours neighbours) {
    var own =
        draft.strategy() instanceof Ordered set
            ? set.claims().stream().map(it -> it.key().name()).toList()
            : List.<String>of();
    for (ClaimUse use : draft.pods().template().template().claims()) {
      var key = new ObjectKey(Claim.KIND, draft.key().namespace(), use.claim());
      if (!own.contains(use.volume()) && !isMadeBySet(key, neighbours)) {
        neighbours.find(entry, pointer(entry, draft, use), key);
      }
    }
  }

  private static String pointer(Catalog.Entry entry, WorkloadDraft draft, ClaimUse use) {
    var volumes = draft.pods().template().pointer() + "/volumes";
    var written = entry.object().json().at(volumes);
    for (int i = 0; i < written.size(); i++) {
      if (written.path(i).path("name").asText().equals(use.volume())) {
        return volumes + "/" + i + "/persistentVolumeClaim/claimName";
      }
    }
    return volumes;
  }

  private static boolean isMadeBySet(ObjectKey claim, Neighbours neighbours) {
    if (neighbours.entries().containsKey(claim)) {
      return false;
    }
    var sets = neighbours.entries().valuesFrom(new ObjectKey("StatefulSet", claim.namespace(), ""));
    for (Catalog.Entry set : sets) {
      var key = set.object().key();
      if (!key.kind().equals("StatefulSet") || !key.namespace().equals(claim.namespace())) {
        return false;
      }
      for (JsonNode each : set.object().json().path("spec").path("volumeClaimTemplates")) {
        var prefix = each.path("metadata").path("name").asText() + "-" + key.name() + "-";
        if (claim.name().startsWith(prefix)
            && claim.name().substring(prefix.length()).matches("[0-9]{1,9}")) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether a pod has a volume that only one node may use: what holds data is not taken back to an
  /// older release unless somebody asks for it.
  static boolean holdsData(WorkloadDraft draft, Neighbours neighbours) {
    return draft.pods().template().template().claims().stream()
        .map(it -> new ObjectKey(Claim.KIND, draft.key().namespace(), it.claim()))
        .flatMap(it -> neighbours.entries().get(it).stream())
        .anyMatch(it -> isForOneNode(it.object().json().path("spec")));
  }
}
