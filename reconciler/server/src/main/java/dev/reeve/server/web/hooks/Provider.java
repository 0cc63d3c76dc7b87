package dev.reeve.server.web.hooks;

import java.util.List;
import java.util.Optional;

/// A kind of Git server, as far as its webhooks go.
public interface Provider {
  List<Provider> ALL = List.of(new GitHub(), new Generic());

  /// Known, and not served yet.
  List<String> NOT_YET = List.of("gitlab", "gitea", "forgejo", "bitbucket");

  static Optional<Provider> named(String name) {
    return ALL.stream().filter(it -> it.name().equals(name)).findFirst();
  }

  /// As it stands in the path: `/hooks/<name>`.
  String name();

  /// Whether the body is signed with the secret. Looks at the bytes as they came, before anything
  /// reads them.
  boolean isSigned(Delivery delivery, String secret);

  /// Names this delivery among all others; one that comes again is not obeyed again.
  String deliveryId(Delivery delivery);

  Kind kind(Delivery delivery);

  /// What a delivery is about.
  enum Kind {
    PING,
    PUSH,
    OTHER
  }
}
