/// A simulated world around the real core and the real mind of the agent: nodes, engines, Git,
/// network, clock and faults, the same in every run of a seed.
@NullMarked
package dev.reeve.simulation;

import org.jspecify.annotations.NullMarked;
