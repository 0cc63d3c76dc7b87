/// Measurements: asks what an analysis wants to know of Prometheus or of a web server, and says
/// what the answer is held to be.
@NullMarked
package dev.reeve.server.measure;

import org.jspecify.annotations.NullMarked;
