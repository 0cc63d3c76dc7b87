/// What the repository says should run, as the core decides with it.
@NullMarked
package dev.reeve.core.model;

import org.jspecify.annotations.NullMarked;
