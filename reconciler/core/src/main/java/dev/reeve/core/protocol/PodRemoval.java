package dev.reeve.core.protocol;

/// One pod that a node must stop, and the word for why.
public record PodRemoval(String uid, String reason) {}
