package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.NetworkPolicy;
import dev.reeve.core.model.NetworkPolicy.Peer;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Service;
import dev.reeve.manifest.schema.Selectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// A NetworkPolicy as the core knows it: namespaces by their names.
final class PolicyReader {
  private PolicyReader() {}

  /// Empty for any other object.
  static Optional<NetworkPolicy> of(ManifestObject object, Namespaces namespaces) {
    return object.key().kind().equals("NetworkPolicy")
        ? Optional.of(policy(object, namespaces))
        : Optional.empty();
  }

  private static NetworkPolicy policy(ManifestObject object, Namespaces namespaces) {
    JsonNode spec = object.json().path("spec");
    boolean ingress = false;
    boolean egress = false;
    for (JsonNode type : spec.path("policyTypes")) {
      ingress |= type.asText().equals("Ingress");
      egress |= type.asText().equals("Egress");
    }
    if (!ingress && !egress) {
      // Where it does not say: about what comes in, and about what goes out if it has rules for it.
      ingress = true;
      egress = spec.has("egress");
    }
    var own = object.key().namespace();
    return new NetworkPolicy(
        object.key(),
        Selectors.of(spec.path("podSelector")),
        ingress,
        egress,
        rules(spec.path("ingress"), "from", own, namespaces),
        rules(spec.path("egress"), "to", own, namespaces));
  }

  private static List<NetworkPolicy.Rule> rules(
      JsonNode written, String side, String own, Namespaces namespaces) {
    var rules = new ArrayList<NetworkPolicy.Rule>();
    for (JsonNode rule : written) {
      var peers = new ArrayList<Peer>();
      rule.path(side).forEach(it -> peers.add(peer(it, own, namespaces)));
      var ports = new ArrayList<NetworkPolicy.Ports>();
      rule.path("ports").forEach(it -> ports.add(ports(it)));
      rules.add(new NetworkPolicy.Rule(peers, ports));
    }
    return rules;
  }

  private static Peer peer(JsonNode written, String own, Namespaces namespaces) {
    if (written.has("ipBlock")) {
      var except = new ArrayList<Cidr>();
      written.path("ipBlock").path("except").forEach(it -> except.add(Cidr.parse(it.asText())));
      return new Peer.Block(Cidr.parse(written.path("ipBlock").path("cidr").asText()), except);
    }
    SortedSet<String> in =
        written.has("namespaceSelector")
            ? namespaces.matching(Selectors.of(written.path("namespaceSelector")))
            : new TreeSet<>(List.of(own));
    Selector pods =
        written.has("podSelector")
            ? Selectors.of(written.path("podSelector"))
            : Selector.EVERYTHING;
    return new Peer.Pods(in, pods);
  }

  private static NetworkPolicy.Ports ports(JsonNode written) {
    int first = written.path("port").intValue();
    return new NetworkPolicy.Ports(
        Service.Protocol.valueOf(written.path("protocol").asText()),
        first,
        written.has("endPort") ? written.path("endPort").intValue() : first);
  }
}
