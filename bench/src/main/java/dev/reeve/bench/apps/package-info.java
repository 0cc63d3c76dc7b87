/// How fast a push of a thousand apps is taken in, and what it costs the control plane.
@NullMarked
package dev.reeve.bench.apps;

import org.jspecify.annotations.NullMarked;
