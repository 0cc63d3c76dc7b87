package dev.reeve.simulation.placement;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Selector.Requirement;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.scheduling.NodeFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What one pod and one node say of each other, whatever else there is.
final class Matching {
  /// What a cordon is to a pod: a pod that tolerates this taint may go to a cordoned node.
  private static final Taint CORDON =
      new Taint("node.kubernetes.io/unschedulable", "", Taint.Effect.NO_SCHEDULE);

  private Matching() {}

  // --- labels

  /// All requirements hold.
  static boolean selects(Selector selector, Map<String, String> labels) {
    for (Requirement each : selector.requirements()) {
      if (!holds(each, Optional.ofNullable(labels.get(each.key())))) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Requirement requirement, Optional<String> label) {
    return switch (requirement.operator()) {
      case IN -> label.isPresent() && isAmong(requirement, label.get());
      case NOT_IN -> label.isEmpty() || !isAmong(requirement, label.get());
      case EXISTS -> label.isPresent();
      case DOES_NOT_EXIST -> label.isEmpty();
      case GREATER_THAN -> compare(requirement, label) > 0;
      case LESS_THAN -> compare(requirement, label) < 0;
    };
  }

  private static boolean isAmong(Requirement requirement, String label) {
    for (String value : requirement.values()) {
      if (value.equals(label)) {
        return true;
      }
    }
    return false;
  }

  /// Zero, which satisfies neither operator, where one of the two is no whole number.
  private static int compare(Requirement requirement, Optional<String> label) {
    var is = label.map(Matching::number).orElse(OptionalLong.empty());
    var bound = number(requirement.values().getFirst());
    return is.isEmpty() || bound.isEmpty() ? 0 : Long.compare(is.getAsLong(), bound.getAsLong());
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  static boolean selects(PodTerm term, String namespace, Map<String, String> labels) {
    return (term.everywhere() || term.namespaces().contains(namespace))
        && selects(term.pods(), labels);
  }

  static boolean selects(PodTerm term, PodFacts pod) {
    return selects(term, pod.namespace(), pod.labels());
  }

  /// One of the terms matches, or there are none.
  static boolean selects(List<NodeTerm> terms, NodeFacts node) {
    boolean matches = terms.isEmpty();
    for (NodeTerm term : terms) {
      matches |=
          selects(term.labels(), node.labels())
              && selects(term.names(), Map.of("metadata.name", node.name()));
    }
    return matches;
  }

  // --- taints

  static boolean tolerates(List<Toleration> tolerations, Taint taint) {
    for (Toleration each : tolerations) {
      boolean isOfKey = each.key().isEmpty() || each.key().equals(taint.key());
      boolean isOfEffect = each.effect().map(taint.effect()::equals).orElse(true);
      boolean isOfValue = !each.isEqual() || each.value().equals(taint.value());
      if (isOfKey && isOfEffect && isOfValue) {
        return true;
      }
    }
    return false;
  }

  /// The taints that keep pods with these tolerations off, in the node's order.
  static List<Taint> untolerated(NodeFacts node, List<Toleration> tolerations) {
    var untolerated = new ArrayList<Taint>();
    for (Taint taint : node.taints()) {
      if (taint.effect() != Taint.Effect.PREFER_NO_SCHEDULE && !tolerates(tolerations, taint)) {
        untolerated.add(taint);
      }
    }
    return untolerated;
  }

  static boolean keepsOffByCordon(NodeFacts node, List<Toleration> tolerations) {
    return node.isUnschedulable() && !tolerates(tolerations, CORDON);
  }

  // --- nodes

  /// What the node alone says against the pod.
  static List<Refusal> byNode(NodeFacts node, Constraints rules) {
    var refusals = new ArrayList<Refusal>();
    if (keepsOffByCordon(node, rules.tolerations())) {
      refusals.add(Refusal.UNSCHEDULABLE);
    }
    if (rules.nodeName().isPresent() && !rules.nodeName().get().equals(node.name())) {
      refusals.add(Refusal.OTHER_NODE);
    }
    if (!node.isReady()) {
      refusals.add(Refusal.SILENT);
    }
    if (!untolerated(node, rules.tolerations()).isEmpty()) {
      refusals.add(Refusal.TAINT);
    }
    if (!selects(rules.nodes(), node)) {
      refusals.add(Refusal.NODE_AFFINITY);
    }
    return refusals;
  }

  /// Whether a node and its pods take part in the measure of one of a pod's spread constraints.
  ///
  /// Only nodes with the labels of all required constraints do. Cordon and silence are taints, as
  /// Kubernetes' node controller has it.
  static boolean isMeasured(NodeFacts node, Constraints rules, Constraints.Spread spread) {
    for (Constraints.Spread each : rules.spread()) {
      if (each.required() && !node.labels().containsKey(each.topologyKey())) {
        return false;
      }
    }
    if (spread.honorsAffinity() && !selects(rules.nodes(), node)) {
      return false;
    }
    return !spread.honorsTaints()
        || node.isReady()
            && !keepsOffByCordon(node, rules.tolerations())
            && untolerated(node, rules.tolerations()).isEmpty();
  }
}
