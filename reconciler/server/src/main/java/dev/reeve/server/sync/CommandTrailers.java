package dev.reeve.server.sync;

import dev.reeve.core.model.Command;
import dev.reeve.git.CommitInfo;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.Trailers;
import java.util.ArrayList;
import java.util.List;

/// What the trailers of some commits ask for, in the order in which they stand there.
///
/// @param complaints about those that cannot be understood, a line each
record CommandTrailers(List<Command> commands, List<String> complaints) {
  CommandTrailers {
    commands = List.copyOf(commands);
    complaints = List.copyOf(complaints);
  }

  /// @param commits oldest first
  static CommandTrailers of(ConfigMirror mirror, List<CommitInfo> commits) {
    var commands = new ArrayList<Command>();
    var complaints = new ArrayList<String>();
    for (CommitInfo commit : commits) {
      for (Trailers.Trailer trailer : mirror.trailers(commit.sha()).all()) {
        for (Command.Verb verb : Command.Verb.values()) {
          if (verb.trailer().equalsIgnoreCase(trailer.key())) {
            try {
              commands.add(Command.parse(verb, trailer.value(), commit.sha(), commit.author()));
            } catch (IllegalArgumentException malformed) {
              complaints.add(
                  "%s: %s: %s"
                      .formatted(
                          commit.sha().substring(0, 7), verb.trailer(), malformed.getMessage()));
            }
          }
        }
      }
    }
    return new CommandTrailers(commands, complaints);
  }
}
