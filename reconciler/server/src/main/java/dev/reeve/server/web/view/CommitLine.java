package dev.reeve.server.web.view;

import dev.reeve.core.model.Verdict;
import java.time.Instant;
import java.util.Optional;

/// A commit of the tracked branch.
///
/// @param isAccepted the cluster follows this one
/// @param isTip the newest one read
public record CommitLine(
    String sha,
    String subject,
    String author,
    Instant at,
    Optional<Verdict> verdict,
    boolean isAccepted,
    boolean isTip) {}
