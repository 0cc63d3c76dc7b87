/// The collection that the state is made of.
@NullMarked
package dev.reeve.core.paged;

import org.jspecify.annotations.NullMarked;
