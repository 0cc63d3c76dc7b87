package dev.reeve.manifest;

/// What is said of a commit.
///
/// @param sha full object id
/// @param subject first line of its message
/// @param author `Name <mail>`
public record CommitText(String sha, String subject, String author) {}
