package dev.reeve.git.render;

import java.nio.file.Path;
import java.util.List;

/// A program that renders, as it was found.
///
/// @param name `kustomize`, `kubectl` or `helm`
/// @param version of kustomize or helm
record Tool(String name, Path program, String version) {

  /// For a person.
  String title() {
    return name.equals("kubectl") ? "kustomize " + version + " (kubectl)" : name + " " + version;
  }

  /// Older ones refuse a kustomization that asks for it.
  boolean tellsOrigins() {
    var major = version.replaceFirst("^v", "").replaceFirst("\\..*", "");
    return !name.equals("helm") && major.matches("\\d{1,3}") && Integer.parseInt(major) >= 5;
  }

  /// What makes manifests of a kustomization's folder. Nothing in it turns on what kustomize leaves
  /// off by itself: plugins, programs, helm, files outside of the folder.
  List<String> kustomize(String folder) {
    return name.equals("kubectl")
        ? List.of("kustomize", "./" + folder)
        : List.of("build", "./" + folder);
  }

  static List<String> template(String release, String folder) {
    return List.of("template", release, "./" + folder, "--namespace", "default", "--include-crds");
  }
}
