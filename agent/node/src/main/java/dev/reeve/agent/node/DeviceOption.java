package dev.reeve.agent.node;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Devices as a person names them: `NAME=PATH[,PATH...]`. It says nothing of what there is.
///
/// @param resource the extended resource that each of them is a unit of
/// @param paths absolute; a glob in the last part of one stands for all that it fits
public record DeviceOption(String resource, List<String> paths) {
  private static final int LONGEST_DOMAIN = 253;
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final Pattern DOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

  public DeviceOption {
    paths = List.copyOf(paths);
  }

  /// Several, parted by spaces.
  ///
  /// @throws IllegalArgumentException where one is not written so; the message says what is wrong
  public static List<DeviceOption> parse(String text) {
    var options = new ArrayList<DeviceOption>();
    for (String word : text.strip().split("\\s+", -1)) {
      options.add(one(word));
    }
    return options;
  }

  private static DeviceOption one(String word) {
    int at = word.indexOf('=');
    if (at < 1 || at == word.length() - 1) {
      throw new IllegalArgumentException("is written NAME=PATH[,PATH...], not '" + word + "'");
    }
    var resource = word.substring(0, at);
    if (!isResource(resource)) {
      throw new IllegalArgumentException(
          "NAME is a domain and a name such as example.com/tty, not of kubernetes.io, and not '"
              + resource
              + "'");
    }
    var paths = List.of(word.substring(at + 1).split(",", -1));
    for (String path : paths) {
      if (!path.startsWith("/") || path.endsWith("/")) {
        throw new IllegalArgumentException(
            "PATH is the absolute path of a device, not '" + path + "'");
      }
      if (isGlob(path.substring(0, path.lastIndexOf('/')))) {
        throw new IllegalArgumentException(
            "only the last part of a PATH may have * ? [ ], which '" + path + "' does not keep to");
      }
    }
    return new DeviceOption(resource, paths);
  }

  /// As manifests may ask for it, and Kubernetes takes it for an extended resource.
  private static boolean isResource(String text) {
    int slash = text.indexOf('/');
    return slash > 0
        && slash <= LONGEST_DOMAIN
        && DOMAIN.matcher(text.substring(0, slash)).matches()
        && NAME.matcher(text.substring(slash + 1)).matches()
        && !text.contains("kubernetes.io/")
        && !text.startsWith("requests.");
  }

  static boolean isGlob(String path) {
    return path.chars().anyMatch(it -> "*?[]{}".indexOf(it) >= 0);
  }
}
