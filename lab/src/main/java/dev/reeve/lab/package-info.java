/// Real engines on one machine, each in a network namespace of its own. For tests only.
@NullMarked
package dev.reeve.lab;

import org.jspecify.annotations.NullMarked;
