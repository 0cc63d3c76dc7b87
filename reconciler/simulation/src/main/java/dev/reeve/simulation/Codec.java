package dev.reeve.simulation;

import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.RecordFiles;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import dev.reeve.wire.Wire;
import java.util.List;
import java.util.TreeMap;

/// Sends values through the text they have in the real world, and back.
final class Codec {
  private Codec() {}

  static Report through(Report report, boolean coded) {
    if (!coded) {
      return report;
    }
    try {
      var back = Wire.fromNode(Wire.write(new FromNode.Tell(report)));
      return ((FromNode.Tell) back).report();
    } catch (Wire.UnreadableMessage e) {
      throw new Violation("CODEC", String.valueOf(e.getMessage()));
    }
  }

  static Order through(Order order, boolean coded) {
    if (!coded) {
      return order;
    }
    try {
      var back = Wire.toNode(Wire.write(new ToNode.Give(order, List.of())));
      return ((ToNode.Give) back).order();
    } catch (Wire.UnreadableMessage e) {
      throw new Violation("CODEC", String.valueOf(e.getMessage()));
    }
  }

  static Routing through(Routing routing, boolean coded) {
    if (!coded) {
      return routing;
    }
    try {
      return ((ToNode.Route) Wire.toNode(Wire.write(new ToNode.Route(routing, List.of()))))
          .routing();
    } catch (Wire.UnreadableMessage e) {
      throw new Violation("CODEC", String.valueOf(e.getMessage()));
    }
  }

  static RecordTree through(RecordTree tree, boolean coded) {
    if (!coded) {
      return tree;
    }
    var files = new TreeMap<String, byte[]>();
    tree.cluster().ifPresent(it -> files.put(it.path(), RecordFiles.bytes(it)));
    tree.workloads().values().forEach(it -> files.put(it.path(), RecordFiles.bytes(it)));
    tree.services().values().forEach(it -> files.put(it.path(), RecordFiles.bytes(it)));
    tree.nodes().values().forEach(it -> files.put(it.path(), RecordFiles.bytes(it)));
    tree.volumes().values().forEach(it -> files.put(it.path(), RecordFiles.bytes(it)));
    tree.images().values().forEach(it -> files.put(it.path(), RecordFiles.bytes(it)));
    var back = RecordFiles.read(files);
    if (!back.problems().isEmpty() || !back.tree().equals(tree)) {
      throw new Violation("CODEC", back.problems() + " " + back.tree() + " is not " + tree);
    }
    return back.tree();
  }
}
