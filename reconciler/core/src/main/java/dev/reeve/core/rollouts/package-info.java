/// Which release gets how many pods: one function for each strategy.
@NullMarked
package dev.reeve.core.rollouts;

import org.jspecify.annotations.NullMarked;
