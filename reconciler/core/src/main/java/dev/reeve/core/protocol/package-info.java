/// What control plane and agent say to each other.
@NullMarked
package dev.reeve.core.protocol;

import org.jspecify.annotations.NullMarked;
