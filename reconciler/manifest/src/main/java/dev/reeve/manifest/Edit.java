package dev.reeve.manifest;

/// A file of which a commit changed the text.
public record Edit(String path, ManifestFile before, ManifestFile after) {}
