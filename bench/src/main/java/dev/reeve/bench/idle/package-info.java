/// What Reeve costs where nothing happens.
@NullMarked
package dev.reeve.bench.idle;

import org.jspecify.annotations.NullMarked;
