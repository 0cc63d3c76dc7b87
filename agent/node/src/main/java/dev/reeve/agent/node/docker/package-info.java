/// The Docker engine, as the agent needs it. Nothing else knows docker-java.
@NullMarked
package dev.reeve.agent.node.docker;

import org.jspecify.annotations.NullMarked;
