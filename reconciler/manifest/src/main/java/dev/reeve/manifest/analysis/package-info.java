/// What is measured of a release: conditions on a result, and Argo Rollouts' templates put
/// together.
@NullMarked
package dev.reeve.manifest.analysis;

import org.jspecify.annotations.NullMarked;
