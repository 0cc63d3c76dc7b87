@NullMarked
package dev.reeve.agent.node.network;

import org.jspecify.annotations.NullMarked;
