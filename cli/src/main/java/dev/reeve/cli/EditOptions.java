package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.rollback.ValueEdit;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// A verb that is an edit: it sets one value of one manifest.
final class EditOptions {
  @Mixin private CommitOptions commits = new CommitOptions();

  @Parameters(paramLabel = "WORKLOAD", description = "[KIND/][NAMESPACE/]NAME.")
  private String workload = "";

  /// What is to be written.
  ///
  /// @param path the keys that lead to the value
  /// @param already what is said where it stands there
  record Edit(String subject, List<String> path, JsonNode value, String already) {
    Edit {
      path = List.copyOf(path);
    }
  }

  /// What a verb writes for a workload.
  interface Verb {
    /// @param now as it is written
    Edit of(ObjectKey key, JsonNode now);
  }

  /// What a verb asks before it writes.
  interface Check {
    /// @throws CommandFailed where it must not be written
    void check(CommitFiles files, ObjectKey key);
  }

  /// @param kinds that have such a value
  int commit(Set<String> kinds, Verb verb) throws IOException, InterruptedException {
    return commit(kinds, (_, _) -> {}, verb);
  }

  int commit(Set<String> kinds, Check check, Verb verb) throws IOException, InterruptedException {
    var name = WorkloadName.parse(workload);
    return commits.commit(
        CommitOptions.Target.TRACKED_BRANCH,
        (clone, base) -> {
          var files = CommitFiles.of(clone.git(), base, clone.path());
          var key = files.workload(name, kinds);
          check.check(files, key);
          return proposal(clone, files, key, verb.of(key, files.json(key).orElseThrow()));
        });
  }

  private static Proposal proposal(Clone clone, CommitFiles files, ObjectKey key, Edit edit) {
    var path = files.fileOf(key).orElseThrow();
    var before = files.bytes(path).orElseThrow();
    var result =
        ValueEdit.set(Format.of(path).orElseThrow(), before, key, edit.path(), edit.value());
    return switch (result) {
      case ValueEdit.Result.Refused(var why) ->
          throw new CommandFailed(path + ":" + why.at() + ": " + why.message());
      case ValueEdit.Result.Edited(var text) when text.equals(before) ->
          Proposal.nothing(edit.already() + ": nothing to commit");
      case ValueEdit.Result.Edited(var text) -> {
        var changes = new TreeMap<String, Bytes>();
        changes.put(path, text);
        files.requireAccepted(clone.cluster(), changes);
        yield new Proposal(edit.subject(), "", changes);
      }
    };
  }
}
