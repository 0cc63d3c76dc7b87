/// The cluster's certificate authority and its join tokens.
@NullMarked
package dev.reeve.server.authority;

import org.jspecify.annotations.NullMarked;
