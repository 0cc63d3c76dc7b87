/// Autoscalers: how many pods a workload should have, by what is measured of them. Start reading at
/// [Autoscaling].
@NullMarked
package dev.reeve.core.autoscaling;

import org.jspecify.annotations.NullMarked;
