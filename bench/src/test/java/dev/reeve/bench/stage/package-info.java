@NullMarked
package dev.reeve.bench.stage;

import org.jspecify.annotations.NullMarked;
