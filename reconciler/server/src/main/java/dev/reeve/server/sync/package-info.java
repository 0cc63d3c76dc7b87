/// From the repository to events, and from requests back to the repository.
@NullMarked
package dev.reeve.server.sync;

import org.jspecify.annotations.NullMarked;
