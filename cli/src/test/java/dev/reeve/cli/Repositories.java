package dev.reeve.cli;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.manifest.RecordFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// A repository as a server holds it, Ada's clone of it, and the record as a control plane would
/// write it.
final class Repositories {
  /// Where nothing listens: no control plane that runs by chance is asked.
  static final String NOBODY = "http://127.0.0.1:1";

  static final ObjectKey WEB = new ObjectKey("Deployment", "default", "web");
  static final String NOON = "2026-11-26T12:00:00Z";

  private final Path folder;
  private final Path remote;
  private final Path clone;
  private final Path recorder;
  private int seconds;

  Repositories(Path folder) throws IOException {
    this.folder = folder;
    this.remote = folder.resolve("config.git");
    this.clone = folder.resolve("ada");
    this.recorder = folder.resolve("recorder");
    git(folder, "init", "-q", "--bare", "-b", "main", remote.toString());
    git(folder, "clone", "-q", remote.toString(), clone.toString());
    git(clone, "checkout", "-q", "-B", "main");
    identify(clone, "Ada");
  }

  static void identify(Path clone, String name) {
    git(clone, "config", "user.name", name);
    git(clone, "config", "user.email", name.toLowerCase(Locale.ROOT) + "@example.org");
    git(clone, "config", "commit.gpgsign", "false");
  }

  Path remote() {
    return remote;
  }

  Path ada() {
    return clone;
  }

  Path folder() {
    return folder;
  }

  /// As `reeve WORDS --repo <Ada's clone>`.
  Said reeve(String... words) {
    return in(clone.toString(), words);
  }

  Said in(String repository, String... words) {
    var all = new String[words.length + 4];
    System.arraycopy(words, 0, all, 0, words.length);
    all[words.length] = "--repo";
    all[words.length + 1] = repository;
    all[words.length + 2] = "--server";
    all[words.length + 3] = NOBODY;
    return Said.by(all);
  }

  String read(String file) throws IOException {
    return Files.readString(clone.resolve(file));
  }

  void write(String file, String text) throws IOException {
    Files.createDirectories(Objects.requireNonNull(clone.resolve(file).getParent()));
    Files.writeString(clone.resolve(file), text);
  }

  /// The new commit, pushed.
  String push(String subject) {
    git(clone, "add", "-A");
    git(clone, "commit", "-q", "--allow-empty", "-m", subject);
    git(clone, "push", "-q", "origin", "main");
    return git(clone, "rev-parse", "HEAD");
  }

  String tip() {
    return git(remote, "rev-parse", "main");
  }

  String message(String revision) {
    return git(remote, "log", "-1", "--format=%B", revision);
  }

  void hook(String name, String script) throws IOException {
    hook(remote.resolve("hooks"), name, script);
  }

  static void hook(Path hooks, String name, String script) throws IOException {
    Files.createDirectories(hooks);
    var file = Files.writeString(hooks.resolve(name), "#!/bin/sh\n" + script + "\n");
    if (!file.toFile().setExecutable(true)) {
      throw new IOException(file + " cannot be made executable");
    }
  }

  // --- the record

  /// Appends to the record as the control plane does, a second later each time.
  void record(Reason reason, String subject, List<String> lines, String config, RecordFile... files)
      throws IOException {
    if (!Files.exists(recorder)) {
      git(folder, "clone", "-q", remote.toString(), recorder.toString());
      identify(recorder, "Reeve");
      git(recorder, "checkout", "-q", "--orphan", "reeve/prod");
      git(recorder, "rm", "-q", "-rf", "--ignore-unmatch", ".");
    }
    var changed = new TreeMap<String, Optional<RecordFile>>();
    var about = new TreeSet<ObjectKey>();
    for (RecordFile file : files) {
      changed.put(file.path(), Optional.of(file));
      if (file instanceof RecordFile.WorkloadFile workload) {
        about.add(workload.key());
      }
      var path = recorder.resolve(file.path());
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.write(path, RecordFiles.bytes(file));
    }
    var commit = new RecordCommit(subject, lines, List.copyOf(about), config, reason, 1, changed);
    var text = Files.writeString(folder.resolve("message"), RecordFiles.message(commit, "prod"));
    git(recorder, "add", "-A");
    run(
        recorder,
        Map.of("GIT_COMMITTER_DATE", Instant.parse(NOON).plusSeconds(seconds++).toString()),
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        text.toString());
    git(recorder, "push", "-q", "origin", "HEAD:refs/heads/reeve/prod");
  }

  static RecordFile.Cluster cluster(String commit) {
    return new RecordFile.Cluster("prod", 1, commit, "success", "", 1);
  }

  static Release.Ref release(String hash, String commit) {
    return new Release.Ref(hash, commit);
  }

  static RecordFile.WorkloadFile file(
      ObjectKey key, Phase phase, Release.Ref release, Release.Ref... stable) {
    return file(key, phase, release, Optional.empty(), Optional.empty(), stable);
  }

  static RecordFile.WorkloadFile file(
      ObjectKey key,
      Phase phase,
      Release.Ref release,
      Optional<RecordFile.Failure> failure,
      Optional<RecordFile.Rollback> rollback,
      Release.Ref... stable) {
    var failed = new TreeSet<String>();
    failure.ifPresent(it -> failed.add(it.release().hash()));
    return new RecordFile.WorkloadFile(
        key,
        phase,
        release,
        List.of(stable).stream().findFirst(),
        Instant.parse(NOON),
        3,
        3,
        failed,
        failure,
        rollback,
        Optional.empty(),
        List.of(),
        List.of(),
        new TreeMap<>(),
        new TreeMap<>(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  // --- git

  static String git(Path folder, String... words) {
    return run(folder, Map.of(), words);
  }

  private static String run(Path folder, Map<String, String> variables, String... words) {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(words));
    try {
      var builder =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
      builder.environment().putAll(variables);
      var process = builder.start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(command + ": " + output);
      }
      return output.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
