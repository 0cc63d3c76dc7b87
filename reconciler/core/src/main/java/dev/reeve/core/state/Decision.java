package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.RecordFile;
import java.util.List;
import java.util.Optional;

/// Something that was decided and is to be recorded.
///
/// @param sequence counts decisions within an epoch
/// @param subject what a person reads first
/// @param commit the config commit it follows from; empty where none does
/// @param lines pods started and stopped by it
/// @param path the record file it changes
/// @param file what that file then says; empty: the file goes
public record Decision(
    long sequence,
    Reason reason,
    Optional<ObjectKey> about,
    String subject,
    String commit,
    List<String> lines,
    String path,
    Optional<RecordFile> file) {
  public Decision {
    lines = List.copyOf(lines);
  }
}
