/// How fast pods come up and come back on a real engine, beside the engine itself and beside Swarm.
@NullMarked
package dev.reeve.bench.engine;

import org.jspecify.annotations.NullMarked;
