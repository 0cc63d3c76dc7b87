@NullMarked
package dev.reeve.agent.node.docker;

import org.jspecify.annotations.NullMarked;
