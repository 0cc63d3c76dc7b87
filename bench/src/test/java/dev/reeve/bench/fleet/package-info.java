@NullMarked
package dev.reeve.bench.fleet;

import org.jspecify.annotations.NullMarked;
