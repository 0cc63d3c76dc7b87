package dev.reeve.manifest;

import java.util.Optional;

/// How an object came to be that is written in no file.
///
/// @param by the tool and its version, for a person to see
/// @param source the file that it was made from, where the tool tells
public record Rendered(String by, Optional<String> source) {}
