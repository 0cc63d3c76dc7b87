/// A user's whole way through the product, on real parts.
@NullMarked
package dev.reeve.e2e;

import org.jspecify.annotations.NullMarked;
