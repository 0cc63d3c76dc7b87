/// What tools that render are given, as far as it has to be understood beforehand: which files and
/// folders a kustomization reads, and what a chart is called.
@NullMarked
package dev.reeve.manifest.render;

import org.jspecify.annotations.NullMarked;
