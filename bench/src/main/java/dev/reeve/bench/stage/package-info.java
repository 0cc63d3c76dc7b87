/// What benchmarks of the whole product stand on: real engines, repositories and processes, each
/// started for the occasion and gone afterwards.
@NullMarked
package dev.reeve.bench.stage;

import org.jspecify.annotations.NullMarked;
