package dev.reeve.core.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// A NetworkPolicy: who may talk to some pods of its namespace, and whom these may talk to.
///
/// @param pods that it is about
/// @param ingress nobody reaches them but as `in` says; what several policies say adds up
/// @param egress they reach nobody but as `out` says
public record NetworkPolicy(
    ObjectKey key, Selector pods, boolean ingress, boolean egress, List<Rule> in, List<Rule> out) {
  public NetworkPolicy {
    in = List.copyOf(in);
    out = List.copyOf(out);
  }

  /// @param peers any of these; without any, everybody
  /// @param ports any of these; without any, all
  public record Rule(List<Peer> peers, List<Ports> ports) {
    public Rule {
      peers = List.copyOf(peers);
      ports = List.copyOf(ports);
    }
  }

  /// The other side.
  public sealed interface Peer {
    /// @param namespaces that they are in
    record Pods(SortedSet<String> namespaces, Selector pods) implements Peer {
      public Pods {
        namespaces = Collections.unmodifiableSortedSet(new TreeSet<>(namespaces));
      }
    }

    record Block(Cidr network, List<Cidr> except) implements Peer {
      public Block {
        except = List.copyOf(except);
      }
    }
  }

  /// Ports of the pod that is talked to.
  ///
  /// @param first zero for all of the protocol
  public record Ports(Service.Protocol protocol, int first, int last) {}
}
