/// Traffic through Services, and what it costs to change where it goes.
@NullMarked
package dev.reeve.bench.traffic;

import org.jspecify.annotations.NullMarked;
