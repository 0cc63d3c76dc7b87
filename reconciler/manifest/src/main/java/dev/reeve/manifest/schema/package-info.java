/// What a manifest may say: one declarative schema, which checks, fills in defaults and documents
/// itself.
@NullMarked
package dev.reeve.manifest.schema;

import org.jspecify.annotations.NullMarked;
