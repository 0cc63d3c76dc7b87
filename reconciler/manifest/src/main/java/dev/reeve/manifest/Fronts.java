package dev.reeve.manifest;

import java.util.List;
import java.util.Optional;

/// What Ingresses name must be there: a certificate at least. A Service may come later.
final class Fronts {
  private Fronts() {}

  static void check(Neighbours neighbours) {
    neighbours
        .entries()
        .forEach((key, entry) -> {
          if (key.kind().equals("Ingress")) {
            for (ConfigReference secret : IngressReader.secrets(entry.object())) {
              if (neighbours.find(entry, secret.pointer(), secret.key()).isPresent()) {
                for (String part : List.of("tls.crt", "tls.key")) {
                  neighbours.requireConfig(
                      entry, secret.pointer(), secret.key(), Optional.of(part));
                }
              }
            }
          }
        });
  }
}
