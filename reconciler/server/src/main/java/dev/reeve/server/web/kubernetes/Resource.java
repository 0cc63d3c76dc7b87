package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// One kind of object: how those of a snapshot are found, made and printed.
public interface Resource {
  ResourceType type();

  /// What `kubectl get` prints of one.
  List<Column> columns();

  /// Shows objects in a fixed order until the visitor has enough.
  ///
  /// @param namespace only this one; empty for all
  /// @param after the position of the object before the first; empty for the start
  void each(Snapshot snapshot, String namespace, String after, Visitor visitor);

  Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name);

  /// Shows what may have become different between two snapshots.
  void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor);

  /// Takes objects one by one.
  interface Visitor {
    /// @param position where to go on after this one
    /// @return whether the next one is wanted
    boolean visit(String position, ObjectNode object);
  }

  /// Takes changes one by one: an object as it was, and as it is.
  interface ChangeVisitor {
    void visit(Optional<ObjectNode> before, Optional<ObjectNode> after);
  }
}
