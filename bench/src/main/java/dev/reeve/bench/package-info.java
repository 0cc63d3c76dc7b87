/// The limits that Reeve must hold, each a benchmark that anyone can run. A figure stands beside
/// what it is compared with, measured in the same run wherever that can be.
@NullMarked
package dev.reeve.bench;

import org.jspecify.annotations.NullMarked;
