/// Placing pods: how fast, and how well.
@NullMarked
package dev.reeve.bench.place;

import org.jspecify.annotations.NullMarked;
