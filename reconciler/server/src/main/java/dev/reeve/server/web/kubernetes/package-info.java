/// Kubernetes' way of showing a cluster: objects, tables, selectors, discovery. No HTTP in here.
@NullMarked
package dev.reeve.server.web.kubernetes;

import org.jspecify.annotations.NullMarked;
