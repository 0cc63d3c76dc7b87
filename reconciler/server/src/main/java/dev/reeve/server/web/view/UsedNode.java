package dev.reeve.server.web.view;

import dev.reeve.core.protocol.NodeUsage;
import java.time.Instant;

/// What a node has last measured.
///
/// @param at when that was heard
public record UsedNode(NodeUsage usage, Instant at) {}
