package dev.reeve.manifest;

/// What Ingresses name must be there: a certificate at least. A Service may come later.
final class Fronts {
  private Fronts() {}

  static void check(Neighbours neighbours) {
    neighbours
        .entries()
        .forEach((key, entry) -> {
          if (key.kind().equals("Ingress")) {
            for (ConfigReference secret : IngressReader.secrets(entry.object())) {
              neighbours.find(entry, secret.pointer(), secret.key());
            }
          }
        });
  }
}
