@NullMarked
package dev.reeve.bench.apps;

import org.jspecify.annotations.NullMarked;
