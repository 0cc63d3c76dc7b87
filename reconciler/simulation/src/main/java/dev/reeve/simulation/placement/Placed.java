package dev.reeve.simulation.placement;

/// A pod that is bound to a node.
public record Placed(PodFacts pod, String node) {}
