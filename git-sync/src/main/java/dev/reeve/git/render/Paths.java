package dev.reeve.git.render;

import java.util.ArrayList;
import java.util.Optional;

/// Paths in a repository: from its root, with forward slashes, the root itself empty.
final class Paths {
  private Paths() {}

  static String folderOf(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  static String in(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  static boolean isBelow(String path, String folder) {
    return folder.isEmpty() || path.startsWith(folder + "/");
  }

  /// Empty where it leaves the repository.
  static Optional<String> resolve(String folder, String relative) {
    if (relative.startsWith("/")) {
      return Optional.empty();
    }
    var steps = new ArrayList<String>();
    for (String step : (folder + "/" + relative).split("/", -1)) {
      if (step.equals("..")) {
        if (steps.isEmpty()) {
          return Optional.empty();
        }
        steps.removeLast();
      } else if (!step.isEmpty() && !step.equals(".")) {
        steps.add(step);
      }
    }
    return Optional.of(String.join("/", steps));
  }
}
