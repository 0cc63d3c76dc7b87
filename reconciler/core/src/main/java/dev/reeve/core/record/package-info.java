/// What the record branch says, as values.
@NullMarked
package dev.reeve.core.record;

import org.jspecify.annotations.NullMarked;
