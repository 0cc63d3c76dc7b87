package dev.reeve.manifest.rollback;

import dev.reeve.core.model.Bytes;

/// One file at the three commits that a rollback looks at.
///
/// @param tip as it is now, and what is edited
/// @param failing as it was at the commit whose release failed
/// @param stable as it was at the commit that is returned to
public record FileVersions(Bytes tip, Bytes failing, Bytes stable) {}
