/// Tests against real repositories, servers and the real git.
@NullMarked
package dev.reeve.git;

import org.jspecify.annotations.NullMarked;
