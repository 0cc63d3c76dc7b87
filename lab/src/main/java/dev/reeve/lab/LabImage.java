package dev.reeve.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Images made of files, loaded as `docker save` writes them. The same files give the same image on
/// every engine, which `docker import` does not: it writes the time into it.
final class LabImage {
  private LabImage() {}

  /// @param changes as a Dockerfile has them: `CMD ["app"]`, `ENV PATH=/bin`
  static void load(String dockerHost, Path root, String nameAndTag, List<String> changes)
      throws IOException {
    var work = Files.createTempDirectory("reeve-lab-archive");
    try {
      var layer = work.resolve("layer.tar").toString();
      Shell.run("tar", "--sort=name", "--mtime=@0", "-C", root.toString(), "-cf", layer, ".");
      var digest = Shell.run("sha256sum", layer).split(" ", 2)[0];
      Files.writeString(
          work.resolve("config.json"),
          """
          {"architecture": "%s", "os": "linux", "created": "2026-01-01T00:00:00Z",
           "config": {%s}, "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
          """
              .formatted(architecture(dockerHost), config(changes), digest));
      Files.writeString(
          work.resolve("manifest.json"),
          """
          [{"Config": "config.json", "RepoTags": ["%s"], "Layers": ["layer.tar"]}]
          """
              .formatted(nameAndTag));
      Shell.run(
          "sh",
          "-c",
          "tar -C "
              + work
              + " -c manifest.json config.json layer.tar | docker -H "
              + dockerHost
              + " load -q");
    } finally {
      Shell.run("rm", "-rf", work.toString());
    }
  }

  private static String architecture(String dockerHost) {
    return Shell.run("docker", "-H", dockerHost, "version", "--format", "{{.Server.Arch}}").strip();
  }

  private static String config(List<String> changes) {
    var fields = new ArrayList<String>();
    for (String change : changes) {
      var words = change.split(" ", 2);
      fields.add(
          switch (words[0]) {
            case "CMD" -> "\"Cmd\": " + words[1];
            case "ENV" -> "\"Env\": [\"" + words[1] + "\"]";
            default -> throw new IllegalArgumentException("not known here: " + change);
          });
    }
    return String.join(", ", fields);
  }
}
