package dev.reeve.git.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// A folder of programs that stand for those that render.
record FakeTools(Path folder) {

  /// A shell script that answers a question for its version, and does as told otherwise. What it
  /// was called with is kept.
  void program(String name, String version, String does) throws IOException {
    Files.createDirectories(folder);
    var file = folder.resolve(name);
    Files.writeString(
        file,
        """
        #!/bin/sh
        if [ "$1" = version ]; then echo '%s'; exit 0; fi
        echo "$@" >> %s
        %s
        """
            .formatted(version, calls(name), does));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  List<String> calledWith(String name) throws IOException {
    return Files.exists(calls(name)) ? Files.readAllLines(calls(name)) : List.of();
  }

  private Path calls(String name) {
    return folder.resolve(name + ".calls");
  }

  Tools tools() {
    return new Tools(List.of(folder));
  }
}
