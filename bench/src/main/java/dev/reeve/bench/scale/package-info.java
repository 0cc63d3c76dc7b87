/// Large clusters: the whole core with simulated nodes that speak through the real codec.
@NullMarked
package dev.reeve.bench.scale;

import org.jspecify.annotations.NullMarked;
