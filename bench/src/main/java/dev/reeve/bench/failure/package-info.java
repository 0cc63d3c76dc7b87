/// What users see of a cluster that loses nodes, or has them drained.
@NullMarked
package dev.reeve.bench.failure;

import org.jspecify.annotations.NullMarked;
