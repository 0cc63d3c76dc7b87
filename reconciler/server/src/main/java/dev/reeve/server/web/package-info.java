/// The read-only outside of the control plane: Kubernetes' API, the dashboard, health, metrics, and
/// the doors that webhooks knock at. Nothing that comes in here changes the cluster.
@NullMarked
package dev.reeve.server.web;

import org.jspecify.annotations.NullMarked;
