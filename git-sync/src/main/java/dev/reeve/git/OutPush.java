package dev.reeve.git;

import java.util.Optional;

/// What became of record commits and notes that went out together: each has its own fate.
///
/// @param notes empty when there were none to write
public record OutPush(RecordPush record, Optional<NotesPush> notes) {}
