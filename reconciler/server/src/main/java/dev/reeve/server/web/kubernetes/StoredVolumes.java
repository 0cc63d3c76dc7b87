package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.record.RecordFile.VolumeFile;
import dev.reeve.core.record.RecordFile.VolumePhase;
import dev.reeve.core.state.VolumeState;
import dev.reeve.manifest.schema.StorageSchema;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Claims and volumes: those that the repository names, with what was bound to what, and those that
/// were made, which stand in no file.
final class StoredVolumes implements Resource {
  private static final String VOLUME = "PersistentVolume";
  private static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";
  private static final long KI = 1024;

  private final ResourceType type;
  private final List<Column> columns;
  private final Manifested written;
  private final boolean areClaims;

  private StoredVolumes(ResourceType type, List<Column> columns, boolean areClaims) {
    this.type = type;
    this.columns = columns;
    this.areClaims = areClaims;
    written = new Manifested(type, columns, (snapshot, key, json) -> {});
  }

  static StoredVolumes claims() {
    return new StoredVolumes(
        ResourceType.namespaced("v1", Claim.KIND, "persistentvolumeclaims", "pvc"),
        Columns.VOLUME_CLAIM,
        true);
  }

  static StoredVolumes volumes() {
    return new StoredVolumes(
        ResourceType.clusterScoped("v1", VOLUME, "persistentvolumes", "pv"), Columns.VOLUME, false);
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    for (ObjectKey key : keys(snapshot)) {
      var position = key.namespace() + "|" + key.name();
      if ((namespace.isEmpty() || key.namespace().equals(namespace))
          && (after.isEmpty() || position.compareTo(after) > 0)
          && !visitor.visit(position, get(snapshot, key.namespace(), key.name()).orElseThrow())) {
        return;
      }
    }
  }

  private SortedSet<ObjectKey> keys(Snapshot snapshot) {
    var keys = new TreeSet<ObjectKey>();
    written.each(
        snapshot,
        "",
        "",
        (position, json) -> {
          var metadata = json.path("metadata");
          keys.add(
              new ObjectKey(
                  type.keyKind(),
                  metadata.path("namespace").asText(),
                  metadata.path("name").asText()));
          return true;
        });
    var book = snapshot.root().volumes();
    if (areClaims) {
      book.bound().keys().forEach(keys::add);
    } else {
      book.volumes().keys().forEach(it -> keys.add(new ObjectKey(VOLUME, "", it)));
    }
    return keys;
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    var book = snapshot.root().volumes();
    var key = new ObjectKey(type.keyKind(), namespace, name);
    var file =
        (areClaims ? book.bound().get(key) : Optional.of(name))
            .flatMap(book.volumes()::get)
            .map(VolumeState::file);
    var json = written.get(snapshot, namespace, name);
    if (json.isEmpty() && file.isEmpty()) {
      return Optional.empty();
    }
    var shown =
        json.orElseGet(() -> Metadata.start(snapshot, type, key, snapshot.root().startedAt()));
    if (areClaims) {
      claim(snapshot, shown, file);
    } else {
      volume(shown, file);
    }
    return Optional.of(shown);
  }

  private static void claim(Snapshot snapshot, ObjectNode json, Optional<VolumeFile> bound) {
    var status = json.putObject("status");
    status.put("phase", bound.isPresent() ? "Bound" : "Pending");
    if (bound.isEmpty()) {
      return;
    }
    var file = bound.get();
    var spec = Trees.child(json, "spec");
    if (!spec.has("accessModes")) {
      modes(spec, file);
      Trees.child(Trees.child(spec, "resources"), "requests").put("storage", size(file.bytes()));
    }
    spec.put("storageClassName", file.storageClass());
    spec.put("volumeMode", "Filesystem");
    spec.put("volumeName", file.name());
    modes(status, file);
    status.putObject("capacity").put("storage", size(file.bytes()));
    if (!file.node().isEmpty()) {
      Trees.child(Trees.child(json, "metadata"), "annotations").put(SELECTED_NODE, file.node());
    }
    if (file.goesWithOwner() && file.owner().isPresent()) {
      var owner = file.owner().get();
      Metadata.owner(
          Trees.child(json, "metadata"),
          "apps/v1",
          owner.kind(),
          owner.name(),
          Metadata.uid(snapshot, owner));
    }
  }

  private static void volume(ObjectNode json, Optional<VolumeFile> known) {
    var status = json.putObject("status");
    status.put("phase", known.map(it -> phase(it.phase())).orElse("Available"));
    if (known.isEmpty()) {
      return;
    }
    var file = known.get();
    var spec = Trees.child(json, "spec");
    spec.putObject("capacity").put("storage", size(file.bytes()));
    modes(spec, file);
    spec.put("persistentVolumeReclaimPolicy", file.reclaim().word());
    spec.put("storageClassName", file.storageClass());
    spec.put("volumeMode", "Filesystem");
    spec.putObject("claimRef")
        .put("apiVersion", "v1")
        .put("kind", Claim.KIND)
        .put("namespace", file.claim().namespace())
        .put("name", file.claim().name());
    source(spec, file.source());
    if (file.source().reach() == VolumeSource.Reach.NODE && !file.node().isEmpty()) {
      spec.putObject("nodeAffinity")
          .putObject("required")
          .putArray("nodeSelectorTerms")
          .addObject()
          .putArray("matchExpressions")
          .addObject()
          .put("key", "kubernetes.io/hostname")
          .put("operator", "In")
          .putArray("values")
          .add(file.node());
    }
  }

  private static String phase(VolumePhase phase) {
    // Kubernetes has no word for one that is being deleted.
    return phase == VolumePhase.BOUND ? "Bound" : "Released";
  }

  /// As it may be written in the repository, for somebody else to claim it.
  private static void source(ObjectNode spec, VolumeSource source) {
    if (source.isFolder()) {
      if (!spec.has("local")) {
        spec.putObject("hostPath").put("path", source.path());
      }
      return;
    }
    spec.remove("nfs");
    var csi = spec.putObject("csi");
    csi.put("driver", StorageSchema.PROVISIONER).put("volumeHandle", source.handle());
    var attributes = csi.putObject("volumeAttributes");
    attributes.put(StorageSchema.DRIVER, source.driver());
    attributes.put(StorageSchema.SCOPE, source.reach().name().toLowerCase(Locale.ROOT));
    source.options().forEach((key, value) -> attributes.put(StorageSchema.OPTION + key, value));
  }

  private static void modes(ObjectNode json, VolumeFile file) {
    var modes = json.putArray("accessModes");
    file.modes().stream().map(AccessMode::word).forEach(modes::add);
  }

  /// In the largest unit that it is a whole number of.
  private static String size(long bytes) {
    long left = bytes;
    var units = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi");
    int unit = 0;
    while (left > 0 && left % KI == 0 && unit < units.size() - 1) {
      left /= KI;
      unit++;
    }
    return left + units.get(unit);
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (ObjectKey key : changed.objects()) {
      if (key.kind().equals(type.keyKind())) {
        visitor.visit(
            get(before, key.namespace(), key.name()), get(after, key.namespace(), key.name()));
      }
    }
  }
}
