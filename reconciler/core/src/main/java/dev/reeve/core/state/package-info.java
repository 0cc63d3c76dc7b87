/// The core's state: one immutable root, edited page by page.
@NullMarked
package dev.reeve.core.state;

import org.jspecify.annotations.NullMarked;
