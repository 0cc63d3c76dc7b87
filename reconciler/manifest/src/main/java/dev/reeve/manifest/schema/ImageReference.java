package dev.reeve.manifest.schema;

import java.util.regex.Pattern;

/// The grammar of image names: `[registry[:port]/]path[:tag][@digest]`.
final class ImageReference {
  private static final int LONGEST = 1024;
  private static final Pattern REGISTRY =
      Pattern.compile("([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?|\\[[a-fA-F0-9:]+\\])(:[0-9]+)?");
  private static final Pattern COMPONENT = Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}");
  private static final Pattern DIGEST =
      Pattern.compile("[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}");

  private ImageReference() {}

  static boolean isWellFormed(String image) {
    if (image.length() > LONGEST) {
      return false;
    }
    String rest = image;
    int at = rest.indexOf('@');
    if (at >= 0) {
      if (!DIGEST.matcher(rest.substring(at + 1)).matches()) {
        return false;
      }
      rest = rest.substring(0, at);
    }
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      if (!TAG.matcher(rest.substring(colon + 1)).matches()) {
        return false;
      }
      rest = rest.substring(0, colon);
    }
    var parts = rest.split("/", -1);
    boolean hasRegistry = parts.length > 1 && looksLikeRegistry(parts[0]);
    if (hasRegistry && !REGISTRY.matcher(parts[0]).matches()) {
      return false;
    }
    for (int i = hasRegistry ? 1 : 0; i < parts.length; i++) {
      if (!COMPONENT.matcher(parts[i]).matches()) {
        return false;
      }
    }
    return true;
  }

  /// What Kubernetes pulls at each start: an image that may change under its name.
  static boolean isLatest(String image) {
    if (image.indexOf('@') >= 0) {
      return false;
    }
    int colon = image.lastIndexOf(':');
    return colon <= image.lastIndexOf('/') || image.substring(colon + 1).equals("latest");
  }

  private static boolean looksLikeRegistry(String part) {
    return part.indexOf('.') >= 0 || part.indexOf(':') >= 0 || part.equals("localhost");
  }
}
