package dev.reeve.manifest.text;

/// Something to say about a place in a file whose path is not known here.
public record Finding(Position at, String message) {}
