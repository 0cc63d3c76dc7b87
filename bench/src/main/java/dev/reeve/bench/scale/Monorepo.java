package dev.reeve.bench.scale;

import dev.reeve.bench.stage.GitHost;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Many small manifests, ten in a folder, in a Git repository that a real Git server serves.
final class Monorepo implements AutoCloseable {
  private static final int IN_A_FOLDER = 10;

  private final Path home;
  private final GitHost host;
  private final int folders;
  private int commits;

  Monorepo(Path home, int folders) throws IOException, InterruptedException {
    this.home = home;
    this.folders = folders;
    host = GitHost.start(home.resolve("host"));
    var files = new ArrayList<String[]>();
    for (int folder = 0; folder < folders; folder++) {
      for (int i = 0; i < IN_A_FOLDER; i++) {
        files.add(new String[] {path(folder, i), manifest(folder, i, 1)});
      }
    }
    commit(files);
  }

  String url() {
    return host.url();
  }

  @Override
  public void close() {
    host.close();
  }

  int manifests() {
    return folders * IN_A_FOLDER;
  }

  /// A push that changes one Deployment's image.
  void pushOne(int folder) throws IOException, InterruptedException {
    commit(List.<String[]>of(new String[] {path(folder, 0), manifest(folder, 0, commits + 1)}));
  }

  private static String path(int folder, int i) {
    return "teams/t%03d/app%05d/%d.yaml".formatted(folder / 100, folder, i);
  }

  private static String manifest(int folder, int i, int version) {
    var name = "app%05d-%d".formatted(folder, i);
    if (i > 0) {
      return """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: %s
        namespace: default
      data:
        key: "%s"
        other: some text that says a little more
      """
          .formatted(name, name);
    }
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: %s
      namespace: default
    spec:
      replicas: 0
      selector:
        matchLabels:
          app: %s
      template:
        metadata:
          labels:
            app: %s
        spec:
          containers:
            - name: app
              image: registry.example/app:%d
              envFrom:
                - configMapRef:
                    name: app%05d-1
    """
        .formatted(name, name, name, version, folder);
  }

  private void commit(List<String[]> files) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                "git", "--git-dir", host.repository().toString(), "fast-import", "--quiet")
            .redirectErrorStream(true)
            .redirectOutput(Files.createTempFile(home, "import", ".log").toFile())
            .start();
    commits++;
    try (OutputStream out = new BufferedOutputStream(process.getOutputStream())) {
      write(
          out,
          "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\n"
              .formatted(1_767_225_600 + commits));
      write(out, "data 7\nchange\n\n");
      if (commits > 1) {
        write(out, "from refs/heads/main^0\n");
      }
      for (String[] file : files) {
        int size = file[1].getBytes(StandardCharsets.UTF_8).length;
        write(out, "M 100644 inline %s\ndata %d\n%s\n".formatted(file[0], size, file[1]));
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException("git fast-import failed; see " + home);
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /// What it prints.
  static String git(Path folder, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said.trim();
  }
}
