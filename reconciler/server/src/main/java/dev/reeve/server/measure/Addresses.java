package dev.reeve.server.measure;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;

/// Addresses as people write them: a query may have spaces, quotes and braces in it.
final class Addresses {
  private static final String ILLEGAL = " \"<>\\^`{|}";

  private Addresses() {}

  static URI parse(String text) throws NotMeasured {
    URI address;
    try {
      address = new URI(lenient(text));
    } catch (URISyntaxException malformed) {
      // Its message would repeat the address.
      throw new NotMeasured(
          "the address is not a URL: %s at character %d"
              .formatted(malformed.getReason(), malformed.getIndex() + 1));
    }
    boolean isHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!isHttp || address.getHost() == null) {
      throw new NotMeasured("the address must begin with http:// or https:// and name a host");
    }
    return address;
  }

  /// With what may not stand in an address escaped.
  static String lenient(String text) {
    var result = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          if (c <= ' ' || c >= 127 || ILLEGAL.indexOf(c) >= 0) {
            for (byte each : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
              result.append("%%%02X".formatted(each));
            }
          } else {
            result.appendCodePoint(c);
          }
        });
    return result.toString();
  }

  /// For messages: scheme, host and port only.
  static String shown(URI address) {
    return address.getScheme()
        + "://"
        + address.getHost()
        + (address.getPort() < 0 ? "" : ":" + address.getPort());
  }
}
