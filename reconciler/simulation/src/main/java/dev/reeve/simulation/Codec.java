package dev.reeve.simulation;

import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordTree;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import dev.reeve.wire.Wire;
import java.util.List;

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
      throw new Violation("CODEC", e.getMessage());
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
      throw new Violation("CODEC", e.getMessage());
    }
  }

  static RecordTree through(RecordTree tree, boolean coded) {
    return tree;
  }
}
