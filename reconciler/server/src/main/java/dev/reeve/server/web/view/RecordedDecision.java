package dev.reeve.server.web.view;

import java.time.Instant;

/// A commit of the record branch.
///
/// @param reason one word in CamelCase; empty where the commit names none
public record RecordedDecision(String sha, String subject, Instant at, String reason) {}
