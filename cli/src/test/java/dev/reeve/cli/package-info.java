@NullMarked
package dev.reeve.cli;

import org.jspecify.annotations.NullMarked;
