/// The pods' network of a node: addresses, routes to other nodes, Services and names. What the
/// kernel is to have is worked out as a value from the routes that the node was given, and brought
/// about by what differs from what it has.
@NullMarked
package dev.reeve.agent.node.network;

import org.jspecify.annotations.NullMarked;
