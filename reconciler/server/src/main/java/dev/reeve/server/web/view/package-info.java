/// What the read-only side of the control plane may know of the rest of it.
@NullMarked
package dev.reeve.server.web.view;

import org.jspecify.annotations.NullMarked;
