package dev.reeve.agent.node.network;

import dev.reeve.core.model.Network;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An engine's firewall may drop what is not its own, and no table of ours can take that back: two
/// rules among its own let the pods' packets through.
///
/// @param name by which the rules are known
record Firewall(String name) {
  private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);
  private static final List<String> WAYS = List.of("-s", "-d");

  void letThrough(Network network) {
    if (!Programs.has("iptables")) {
      return;
    }
    for (String way : WAYS) {
      try {
        Programs.run("", rule("-C", way, network));
      } catch (NetworkException absent) {
        try {
          Programs.run("", rule("-I", way, network));
        } catch (NetworkException e) {
          LOG.debug("no rule of iptables for {}: {}", network.pods(), e.getMessage());
        }
      }
    }
  }

  void remove(Network network) {
    for (String way : WAYS) {
      Kernel.remove(rule("-D", way, network));
    }
  }

  private String[] rule(String verb, String way, Network network) {
    var words = new ArrayList<>(List.of("iptables", "-w", "5", verb, "FORWARD"));
    words.addAll(List.of(way, network.pods().toString()));
    words.addAll(List.of("-m", "comment", "--comment", name, "-j", "ACCEPT"));
    return words.toArray(String[]::new);
  }
}
