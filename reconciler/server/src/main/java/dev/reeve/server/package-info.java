/// The control plane's edges: the loop around the core, and everything it talks to.
@NullMarked
package dev.reeve.server;

import org.jspecify.annotations.NullMarked;
