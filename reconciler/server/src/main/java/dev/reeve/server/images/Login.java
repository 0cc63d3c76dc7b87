package dev.reeve.server.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.manifest.images.ImageName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// A name and a password for a registry. Its text holds neither.
record Login(String user, String password) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Finds in a Secret of type `kubernetes.io/dockerconfigjson` what is meant for a repository: the
  /// entry of its registry, or one of a path within it that it is below; the longest counts.
  static Optional<Login> find(Map<String, byte[]> secret, ImageName image) {
    var file = secret.get(".dockerconfigjson");
    if (file == null) {
      return Optional.empty();
    }
    try {
      Optional<Login> found = Optional.empty();
      int length = -1;
      for (Map.Entry<String, JsonNode> entry : JSON.readTree(file).path("auths").properties()) {
        var place = place(entry.getKey());
        boolean fits = image.toString().equals(place) || image.toString().startsWith(place + "/");
        if (fits && place.length() > length) {
          found = of(entry.getValue());
          length = place.length();
        }
      }
      return found;
    } catch (IOException | IllegalArgumentException e) {
      // What the registry says to one without a login tells more than a report about this file.
      return Optional.empty();
    }
  }

  /// `https://index.docker.io/v1/` is how Docker writes its own registry.
  private static String place(String key) {
    var place = key.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "");
    place = place.endsWith("/") ? place.substring(0, place.length() - 1) : place;
    return place.replaceFirst("^(index|registry-1)\\.docker\\.io", "docker.io");
  }

  private static Optional<Login> of(JsonNode entry) {
    var user = entry.path("username").asText();
    var password = entry.path("password").asText();
    var both = entry.path("auth").asText();
    if (user.isEmpty() && !both.isEmpty()) {
      var parts =
          new String(Base64.getDecoder().decode(both), StandardCharsets.UTF_8).split(":", 2);
      user = parts[0];
      password = parts.length > 1 ? parts[1] : "";
    }
    return user.isEmpty() ? Optional.empty() : Optional.of(new Login(user, password));
  }

  /// As a header has it.
  String basic() {
    var both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  @Override
  public String toString() {
    return "Login[***]";
  }
}
