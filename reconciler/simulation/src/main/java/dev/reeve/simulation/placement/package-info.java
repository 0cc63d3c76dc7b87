/// Which node may take a pod, worked out a second time from Kubernetes' documentation: what the
/// scheduler is held against. Nothing here asks the scheduler, and it asks nothing here.
@NullMarked
package dev.reeve.simulation.placement;

import org.jspecify.annotations.NullMarked;
