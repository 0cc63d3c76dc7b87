@NullMarked
package dev.reeve.bench;

import org.jspecify.annotations.NullMarked;
