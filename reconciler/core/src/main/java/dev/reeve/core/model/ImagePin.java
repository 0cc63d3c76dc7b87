package dev.reeve.core.model;

/// What an image of a release was resolved to by the node that first had it. Every later pod of the
/// release gets that, wherever its tag may point by then.
///
/// @param image as the template names it
/// @param id `name@sha256:…` as its registry knows it; where it came from no registry, the engine's
///   own id (`sha256:…`)
/// @param node the one whose engine has that id; empty for one of a registry
public record ImagePin(String image, String id, String node) {
  public ImagePin {
    if (isOfRegistry(id)) {
      node = "";
    }
  }

  public boolean isOfRegistry() {
    return isOfRegistry(id);
  }

  private static boolean isOfRegistry(String id) {
    return id.indexOf('@') >= 0;
  }

  /// Whether the template says itself which one is meant.
  public static boolean isExact(String image) {
    return image.indexOf('@') >= 0;
  }
}
