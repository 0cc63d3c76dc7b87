package dev.reeve.wire;

import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Routing;
import java.util.List;

/// What the control plane says to a node.
public sealed interface ToNode {

  /// An order, with the contents of the config that its releases use.
  record Give(Order order, List<ConfigContent> config) implements ToNode {
    public Give {
      config = List.copyOf(config);
    }
  }

  /// Where traffic goes, with the contents of the certificates that its Ingresses name.
  record Route(Routing routing, List<ConfigContent> config) implements ToNode {
    public Route {
      config = List.copyOf(config);
    }
  }

  /// All Secrets that pods of this node name to pull their images with, as the newest commit has
  /// them. They are kept in memory, and by nobody else.
  record PullSecrets(List<ConfigContent> secrets) implements ToNode {
    public PullSecrets {
      secrets = List.copyOf(secrets);
    }
  }

  /// Say everything anew.
  record AskReport() implements ToNode {}

  /// Send the log of a container, as chunks under this id.
  ///
  /// @param tail how many of the last lines; -1 for all
  /// @param since only lines of so many seconds back; 0 for all
  record ReadLog(
      long id,
      String uid,
      String container,
      boolean follow,
      boolean previous,
      boolean timestamps,
      int tail,
      int since)
      implements ToNode {}

  /// Nobody reads that log any more.
  record StopLog(long id) implements ToNode {}
}
