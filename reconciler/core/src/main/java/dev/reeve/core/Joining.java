package dev.reeve.core;

import dev.reeve.core.Effect.Join;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Root;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// How a node becomes one of the cluster. That its token is used stands in the record before it is
/// let in, and so does the node before it is given pods: a successor must know of both.
final class Joining {
  private Joining() {}

  static void asked(Draft draft, Event.JoinAsked asked) {
    if (draft.lead != Root.Lead.LEADING) {
      draft.emit(new Effect.JoinAnswered(asked.node(), asked.token(), Join.NOT_NOW));
      return;
    }
    var known = draft.nodes.get(asked.node());
    var node = known.orElseGet(() -> NodeState.of(asked.node(), draft.now));
    if (node.admission().map(it -> it.token().equals(asked.token())).orElse(false)) {
      return;
    }
    if (node.tokens().containsKey(asked.token())) {
      draft.emit(new Effect.JoinAnswered(asked.node(), asked.token(), Join.USED));
      return;
    }
    var edit = node.edit();
    edit.tokens = new TreeMap<>(node.tokens());
    edit.tokens.values().removeIf(draft.now::isAfter);
    edit.tokens.put(asked.token(), asked.expiresAt());
    var file = edit.build().file();
    long sequence =
        draft.decide(
            Reason.NODE_ADMITTED,
            Optional.empty(),
            "node " + asked.node() + " may join",
            "",
            List.of(),
            file.path(),
            Optional.<RecordFile>of(file));
    edit.admission = Optional.of(new NodeState.Admission(asked.token(), sequence));
    Nodes.put(draft, edit);
    if (known.isEmpty()) {
      Silence.armHeartbeat(draft, asked.node(), draft.now);
    }
  }

  /// What was decided of a node is in the record.
  static void recorded(Draft draft, String name) {
    draft
        .nodes
        .get(name)
        .ifPresent(node -> {
          letIn(draft, node);
          givePods(draft, node);
        });
  }

  private static void letIn(Draft draft, NodeState node) {
    node.admission()
        .filter(it -> it.sequence() <= draft.records.recorded())
        .ifPresent(admission -> {
          var edit = node.edit();
          edit.admission = Optional.empty();
          Nodes.put(draft, edit);
          draft.emit(new Effect.JoinAnswered(node.name(), admission.token(), Join.ADMITTED));
        });
  }

  private static void givePods(Draft draft, NodeState node) {
    if (node.joining() == 0 || node.joining() > draft.records.recorded()) {
      return;
    }
    var edit = draft.nodes.get(node.name()).orElseThrow().edit();
    edit.joining = 0;
    Nodes.put(draft, edit);
    Nodes.markPods(draft, node);
    draft.markNode(node.name());
    draft.markWhatSeeksNodes();
  }
}
