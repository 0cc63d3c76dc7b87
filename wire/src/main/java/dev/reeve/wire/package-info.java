/// Messages between control plane and agent, and their JSON.
@NullMarked
package dev.reeve.wire;

import org.jspecify.annotations.NullMarked;
