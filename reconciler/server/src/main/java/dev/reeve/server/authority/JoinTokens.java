package dev.reeve.server.authority;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/// One-time tickets into the cluster: `<node>.<id>.<expiry>.<signature>`, signed by the authority,
/// so that they can be made wherever its folder is and checked without asking anyone.
public final class JoinTokens {
  private static final Duration LIFETIME = Duration.ofMinutes(15);
  private static final Pattern NODE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private JoinTokens() {}

  /// @param id that is used up by joining
  public record Ticket(String node, String id, Instant expiresAt) {}

  /// @throws IllegalArgumentException when `node` is no name for a node
  public static String create(ClusterAuthority authority, String node) {
    if (!NODE.matcher(node).matches()) {
      throw new IllegalArgumentException(
          "'" + node + "' is no name for a node: lower-case letters, digits and '-'");
    }
    var id = new byte[12];
    new SecureRandom().nextBytes(id);
    var text =
        node
            + "."
            + ClusterAuthority.encode(id)
            + "."
            + Instant.now().plus(LIFETIME).getEpochSecond();
    try {
      return text
          + "."
          + ClusterAuthority.encode(authority.sign(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the authority can sign", e);
    }
  }

  /// The ticket behind a token, if it is genuine and has not expired.
  public static Optional<Ticket> check(ClusterAuthority authority, String token) {
    var parts = token.trim().split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    var text = parts[0] + "." + parts[1] + "." + parts[2];
    try {
      boolean isGenuine =
          authority.hasSigned(
              text.getBytes(StandardCharsets.UTF_8), Base64.getUrlDecoder().decode(parts[3]));
      var expiresAt = Instant.ofEpochSecond(Long.parseLong(parts[2]));
      return isGenuine && Instant.now().isBefore(expiresAt)
          ? Optional.of(new Ticket(parts[0], parts[1], expiresAt))
          : Optional.empty();
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
