package dev.reeve.server.web.view;

import java.time.Instant;

/// Where this cluster's text lies and who speaks for it.
///
/// @param repository its address, without any password
/// @param gitStatus how the last look at it went, for people
public record ClusterInfo(
    String cluster,
    String repository,
    String branch,
    String path,
    String recordBranch,
    String version,
    Instant startedAt,
    String gitStatus,
    long epoch) {}
