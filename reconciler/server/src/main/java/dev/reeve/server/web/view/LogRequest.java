package dev.reeve.server.web.view;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/// Which lines of which container.
///
/// @param node where the pod is
/// @param follow goes on while the container runs
/// @param previous of the container before the present one
/// @param timestamps before each line, in RFC 3339 with nanoseconds
/// @param tail the last so many lines; all where empty
/// @param since no older than this
public record LogRequest(
    String node,
    String uid,
    String container,
    boolean follow,
    boolean previous,
    boolean timestamps,
    OptionalLong tail,
    Optional<Duration> since) {}
