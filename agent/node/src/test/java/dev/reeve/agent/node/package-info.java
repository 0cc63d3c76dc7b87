@NullMarked
package dev.reeve.agent.node;

import org.jspecify.annotations.NullMarked;
