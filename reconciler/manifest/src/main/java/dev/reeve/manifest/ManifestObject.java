package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.schema.Checked;
import dev.reeve.manifest.schema.LiveSchema;
import dev.reeve.manifest.schema.Positions;
import dev.reeve.manifest.text.Json;
import dev.reeve.manifest.text.Position;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One object of a file: valid, its scalars as kubectl reads them, Kubernetes' defaults filled in.
/// Immutable; its text holds no values, since it may be a Secret.
public final class ManifestObject {
  private final ObjectKey key;
  private final String apiVersion;
  private final String kind;
  private final Position at;
  private final byte[] canonical;
  private final Positions positions;
  private final Optional<WorkloadDraft> workload;
  private final DesiredObject.Prune prune;
  private final boolean isLive;
  private final Waits waits;
  private final Optional<Rendered> rendered;

  /// Kept, since every commit asks for it; a Secret has none, its hash depends on a key.
  private final String plainHash;

  /// Of a ConfigMap's data, once somebody has asked for it.
  private @Nullable String plainDataHash;

  private ManifestObject(
      ObjectKey key,
      String apiVersion,
      String kind,
      Position at,
      byte[] canonical,
      Positions positions,
      Optional<WorkloadDraft> workload,
      DesiredObject.Prune prune,
      boolean isLive,
      Waits waits,
      Optional<Rendered> rendered) {
    this.key = key;
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.at = at;
    this.canonical = canonical;
    this.positions = positions;
    this.workload = workload;
    this.prune = prune;
    this.isLive = isLive;
    this.waits = waits;
    this.rendered = rendered;
    this.plainHash = kind.equals("Secret") ? "" : ContentHashes.plain(canonical);
  }

  static ManifestObject of(Checked.Good checked) {
    return of(checked, Optional.empty());
  }

  static ManifestObject of(Checked.Good checked, Optional<Rendered> rendered) {
    return new ManifestObject(
        checked.key(),
        checked.apiVersion(),
        checked.kind(),
        checked.at(),
        Json.canonicalBytes(checked.json()),
        checked.positions(),
        WorkloadDraft.of(checked.key(), checked.json()),
        prune(checked.json()),
        LiveSchema.isLive(checked.json()),
        Waits.of(checked.json().path("metadata")),
        rendered);
  }

  private static DesiredObject.Prune prune(ObjectNode json) {
    JsonNode annotations = json.path("metadata").path("annotations");
    return annotations.path("reeve.dev/prune").asText().equals("false")
        ? DesiredObject.Prune.NEVER
        : DesiredObject.Prune.WITH_ITS_TEXT;
  }

  public ObjectKey key() {
    return key;
  }

  public String apiVersion() {
    return apiVersion;
  }

  /// Without the group that [ObjectKey#kind] carries.
  public String kind() {
    return kind;
  }

  /// How it was rendered; empty where it stands in its file as it is.
  public Optional<Rendered> rendered() {
    return rendered;
  }

  /// What a complaint must name, since the place of what was rendered does not.
  String subject() {
    return rendered.map(it -> subject(key.toString(), it.source())).orElse("");
  }

  static String subject(String name, Optional<String> source) {
    return source.map(it -> name + " (" + it + ")").orElse(name);
  }

  public int line() {
    return rendered.isPresent() ? 1 : at.line();
  }

  public int column() {
    return rendered.isPresent() ? 1 : at.column();
  }

  /// A fresh copy each time: it may be changed by whoever asked. A Secret's `stringData` is part of
  /// its `data`.
  public ObjectNode json() {
    return Json.parseObject(canonical);
  }

  /// The object as canonical JSON.
  byte[] canonical() {
    return canonical;
  }

  /// Where the value at a JSON pointer stands; that of the nearest value around it for a default.
  public Position position(String pointer) {
    return rendered.isPresent() ? Position.START : positions.of(pointer);
  }

  /// Empty for a Rollout, which is more than its own text.
  Optional<WorkloadDraft> workload() {
    return workload;
  }

  boolean isRollout() {
    return key.kind().equals("Rollout");
  }

  boolean hasPods() {
    return workload.isPresent() || isRollout();
  }

  Waits waits() {
    return waits;
  }

  DesiredObject.Prune prune() {
    return prune;
  }

  /// Whether pods see its newest content, or if it has pods that of all they use.
  boolean isLive() {
    return isLive;
  }

  String plainHash() {
    return plainHash;
  }

  /// Of what pods see of a ConfigMap. Where two threads ask first, both find the same.
  String plainDataHash() {
    var known = plainDataHash;
    if (known == null) {
      known = ContentHashes.plainOfData(Catalog.configData(this));
      plainDataHash = known;
    }
    return known;
  }

  boolean isSecret() {
    return kind.equals("Secret");
  }

  @Override
  public String toString() {
    return key + " at " + at;
  }
}
