package dev.reeve.agent.node.network;

import dev.reeve.core.model.Service.Protocol;
import java.util.ArrayList;
import java.util.List;

/// A port of the node that leads into a pod.
///
/// @param hostIp only where it came to this address; empty for any
public record HostPort(Protocol protocol, String hostIp, int hostPort, int podPort) {
  /// As a container's label keeps it, so that it is known after a restart: `tcp//8080/80`.
  static String written(List<HostPort> all) {
    var words = new ArrayList<String>();
    for (HostPort each : all) {
      words.add(each.protocol + "/" + each.hostIp + "/" + each.hostPort + "/" + each.podPort);
    }
    return String.join(",", words);
  }

  /// Reads what [#written] wrote; what it did not is passed over.
  static List<HostPort> read(String text) {
    var all = new ArrayList<HostPort>();
    for (String word : text.split(",")) {
      var parts = word.split("/", -1);
      if (parts.length == 4) {
        try {
          all.add(
              new HostPort(
                  Protocol.valueOf(parts[0]),
                  parts[1],
                  Integer.parseInt(parts[2]),
                  Integer.parseInt(parts[3])));
        } catch (IllegalArgumentException e) {
          // Not one that we wrote.
        }
      }
    }
    return all;
  }
}
