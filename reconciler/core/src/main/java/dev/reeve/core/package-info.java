/// The control plane's mind: events in, effects out, no I/O and no clock.
@NullMarked
package dev.reeve.core;

import org.jspecify.annotations.NullMarked;
