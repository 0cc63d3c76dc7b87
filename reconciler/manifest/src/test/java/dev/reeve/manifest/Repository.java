package dev.reeve.manifest;

import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A commit made of texts, for tests.
final class Repository {
  static final byte[] KEY = "a key for tests".getBytes(StandardCharsets.UTF_8);

  private final TreeMap<String, ManifestFile> files = new TreeMap<>();

  static Repository with(String path, String text) {
    return new Repository().and(path, text);
  }

  Repository and(String path, String text) {
    files.put(
        path,
        ManifestFile.parse(
            text.getBytes(StandardCharsets.UTF_8), Format.of(path).orElse(Format.YAML)));
    return this;
  }

  Reading read() {
    return read(Optional.empty());
  }

  Reading read(Optional<Catalog> lastAccepted) {
    return Manifests.read(
        "prod",
        new CommitText("c0ffee", "Change something", "Ann <ann@example.com>"),
        files,
        KEY,
        lastAccepted);
  }

  Reading.Accepted accepted() {
    return switch (read()) {
      case Reading.Accepted accepted -> accepted;
      case Reading.Refused refused -> throw new AssertionError(String.join("\n", refused.lines()));
    };
  }

  DesiredState state() {
    return accepted().state();
  }

  Workload workload(String key) {
    return object(state(), ObjectKey.parse(key)).workload().orElseThrow();
  }

  static DesiredObject object(DesiredState state, ObjectKey key) {
    return state.objects().get(key).orElseThrow(() -> new AssertionError(key + " is not there"));
  }

  /// What is wrong with the commit, line by line.
  List<String> problems() {
    return problems(Optional.empty());
  }

  List<String> problems(Optional<Catalog> lastAccepted) {
    return switch (read(lastAccepted)) {
      case Reading.Accepted _ -> List.of();
      case Reading.Refused refused -> refused.lines();
    };
  }
}
