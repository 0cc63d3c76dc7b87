/// Which node a pod goes to.
@NullMarked
package dev.reeve.core.scheduling;

import org.jspecify.annotations.NullMarked;
