/// Text to records and back: Kubernetes YAML and JSON into what the core decides with. Pure: no
/// Git, no files, no clock; the same bytes give the same records, and the same problems in the same
/// order.
///
/// The way of a file: [dev.reeve.manifest.text] reads bytes into trees that know their positions,
/// [dev.reeve.manifest.schema] checks the trees against one declarative schema and fills in
/// defaults, and this package draws the desired state from all files of a commit together.
@NullMarked
package dev.reeve.manifest;

import org.jspecify.annotations.NullMarked;
