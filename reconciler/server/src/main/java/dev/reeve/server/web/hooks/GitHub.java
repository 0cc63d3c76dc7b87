package dev.reeve.server.web.hooks;

/// GitHub: `X-Hub-Signature-256: sha256=<hex>` over the body.
final class GitHub implements Provider {
  private static final String PREFIX = "sha256=";

  @Override
  public String name() {
    return "github";
  }

  @Override
  public boolean isSigned(Delivery delivery, String secret) {
    return delivery
        .header("X-Hub-Signature-256")
        .filter(it -> it.startsWith(PREFIX))
        .map(it -> it.substring(PREFIX.length()))
        .map(it -> Signature.matches("HmacSHA256", secret, delivery.body(), it))
        .orElse(false);
  }

  @Override
  public String deliveryId(Delivery delivery) {
    // The id is not signed, so a copy under another id is heard: it costs one more look at Git.
    return delivery
        .header("X-GitHub-Delivery")
        .or(() -> delivery.header("X-Hub-Signature-256"))
        .orElse("");
  }

  @Override
  public Kind kind(Delivery delivery) {
    return switch (delivery.header("X-GitHub-Event").orElse("")) {
      case "push" -> Kind.PUSH;
      case "ping" -> Kind.PING;
      default -> Kind.OTHER;
    };
  }
}
