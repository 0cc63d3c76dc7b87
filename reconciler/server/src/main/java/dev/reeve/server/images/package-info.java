/// Registries: asks them which tags there are of the images that are followed. What comes of it is
/// decided in the core.
@NullMarked
package dev.reeve.server.images;

import org.jspecify.annotations.NullMarked;
