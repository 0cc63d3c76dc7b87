/// A real control plane, and very many simulated agents in one other process, each with a TLS
/// connection and a certificate of its own.
@NullMarked
package dev.reeve.bench.fleet;

import org.jspecify.annotations.NullMarked;
