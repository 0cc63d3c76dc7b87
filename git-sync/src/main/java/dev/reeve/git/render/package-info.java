/// Folders that kustomize or helm make manifests of: what they read is worked out beforehand,
/// copied to a private place, and rendered there, without network and within bounds. Start reading
/// at [dev.reeve.git.render.Renderer].
@NullMarked
package dev.reeve.git.render;

import org.jspecify.annotations.NullMarked;
