/// The real core in a world where nothing goes wrong: for what would come of a change if nothing
/// came between.
@NullMarked
package dev.reeve.simulation.obliging;

import org.jspecify.annotations.NullMarked;
