package dev.reeve.server.web.hooks;

import java.util.Map;
import java.util.Optional;

/// Anything that can sign: `X-Signature: sha256=<hex>` or `sha512=<hex>` over the body, as Flux's
/// receivers read it.
final class Generic implements Provider {
  private static final Map<String, String> ALGORITHMS =
      Map.of("sha256", "HmacSHA256", "sha512", "HmacSHA512");

  @Override
  public String name() {
    return "generic";
  }

  @Override
  public boolean isSigned(Delivery delivery, String secret) {
    String said = delivery.header("X-Signature").orElse("");
    int equal = said.indexOf('=');
    return equal > 0
        && Optional.ofNullable(ALGORITHMS.get(said.substring(0, equal)))
            .map(it -> Signature.matches(it, secret, delivery.body(), said.substring(equal + 1)))
            .orElse(false);
  }

  /// There is no id: who wants to be heard again says something new, a time for instance.
  @Override
  public String deliveryId(Delivery delivery) {
    return delivery.header("X-Signature").orElse("");
  }

  @Override
  public Kind kind(Delivery delivery) {
    return Kind.PUSH;
  }
}
