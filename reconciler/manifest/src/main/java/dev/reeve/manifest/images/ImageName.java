package dev.reeve.manifest.images;

/// The name of the images of a repository, with what is left out of it made plain: `nginx` is
/// `docker.io/library/nginx`.
///
/// @param registry as images name it, with its port
/// @param path within the registry
public record ImageName(String registry, String path) {
  private static final String HUB = "docker.io";

  /// @param image without a tag
  public static ImageName parse(String image) {
    int slash = image.indexOf('/');
    var first = slash < 0 ? "" : image.substring(0, slash);
    boolean isRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
    var registry = isRegistry ? first : HUB;
    var path = isRegistry ? image.substring(slash + 1) : image;
    if (registry.equals("index.docker.io") || registry.equals(HUB)) {
      return new ImageName(HUB, path.contains("/") ? path : "library/" + path);
    }
    return new ImageName(registry, path);
  }

  /// Of an image with a tag, or a digest.
  public static ImageName ofReference(String reference) {
    int at = reference.indexOf('@');
    var rest = at < 0 ? reference : reference.substring(0, at);
    int colon = rest.lastIndexOf(':');
    return parse(colon > rest.lastIndexOf('/') ? rest.substring(0, colon) : rest);
  }

  /// A reference as an engine lists what it has: `docker.io/library/nginx` is `nginx:latest`. Where
  /// there is a digest, the tag says nothing.
  public static String asListed(String reference) {
    var name = ofReference(reference);
    var listed = name.isOnHub() ? name.path.replaceFirst("^library/", "") : name.toString();
    int at = reference.indexOf('@');
    if (at >= 0) {
      return listed + reference.substring(at);
    }
    int colon = reference.lastIndexOf(':');
    return listed + (colon > reference.lastIndexOf('/') ? reference.substring(colon) : ":latest");
  }

  public boolean isOnHub() {
    return registry.equals(HUB);
  }

  @Override
  public String toString() {
    return registry + "/" + path;
  }
}
