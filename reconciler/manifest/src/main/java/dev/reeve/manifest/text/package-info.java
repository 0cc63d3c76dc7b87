/// Bytes into trees whose nodes know their line and column, and trees into YAML.
@NullMarked
package dev.reeve.manifest.text;

import org.jspecify.annotations.NullMarked;
