/// The node's hands: they carry out what the mind decides, on a container engine, on disk and on
/// the line to the control plane. Start reading at [dev.reeve.agent.node.NodeAgent].
@NullMarked
package dev.reeve.agent.node;

import org.jspecify.annotations.NullMarked;
