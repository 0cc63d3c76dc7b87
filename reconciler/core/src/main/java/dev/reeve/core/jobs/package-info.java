/// Jobs: which of their pods run, what counts, and when they are over. Start reading at [Jobs].
@NullMarked
package dev.reeve.core.jobs;

import org.jspecify.annotations.NullMarked;
