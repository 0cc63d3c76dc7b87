@NullMarked
package dev.reeve.agent.mind;

import org.jspecify.annotations.NullMarked;
