/// Quartz, and nothing else of it anywhere.
@NullMarked
package dev.reeve.server.timers;

import org.jspecify.annotations.NullMarked;
