/// What a commit would do, before it is merged.
@NullMarked
package dev.reeve.simulation.plan;

import org.jspecify.annotations.NullMarked;
