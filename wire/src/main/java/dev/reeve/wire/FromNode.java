package dev.reeve.wire;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.Report;
import java.util.List;

/// What a node says to the control plane.
public sealed interface FromNode {

  record Tell(Report report) implements FromNode {}

  /// A sign of life, every two seconds.
  record Heartbeat() implements FromNode {}

  /// The last order, or the last routes, cannot be followed: all is wanted anew.
  record AskFullOrder() implements FromNode {}

  /// Part of a log. `end` says that no more follows; then `error` may say why.
  record LogChunk(long id, Bytes bytes, boolean end, String error) implements FromNode {}

  /// What went through the node since it last said so; what nothing went through is left out.
  record Served(List<Connections> connections, List<Requests> requests) implements FromNode {
    public Served {
      connections = List.copyOf(connections);
      requests = List.copyOf(requests);
    }
  }

  /// What was used of the node and by each of its pods, since it last measured.
  record Used(NodeUsage usage) implements FromNode {}

  /// New connections to a Service that were sent on to a pod.
  record Connections(ObjectKey service, String pod, long count) {}

  /// Requests that came by an Ingress for a port of a Service.
  ///
  /// @param port its number or name, as the Ingress says it
  /// @param code what they were answered with: `2xx`
  record Requests(ObjectKey service, String port, String code, long count) {
    public Requests times(long count) {
      return new Requests(service, port, code, count);
    }
  }
}
