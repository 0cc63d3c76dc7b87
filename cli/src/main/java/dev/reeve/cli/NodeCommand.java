package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Command.Verb;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.RecordFile;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.rollback.ValueEdit;
import dev.reeve.manifest.text.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "node",
    description = "Take nodes out of use, and into it again. Each makes a commit and prints it.",
    subcommands = {
      NodeCommand.Cordon.class,
      NodeCommand.Drain.class,
      NodeCommand.Uncordon.class,
      NodeCommand.Fence.class
    },
    synopsisSubcommandLabel = "cordon|drain|uncordon|fence")
final class NodeCommand implements Callable<Integer> {
  private static final List<String> UNSCHEDULABLE = List.of("spec", "unschedulable");
  private static final List<String> DRAIN = List.of("metadata", "annotations", "reeve.dev/drain");

  @Override
  public Integer call() {
    throw new Misused("say what: 'reeve node cordon|drain|uncordon|fence NAME'");
  }

  @Command(
      name = "cordon",
      description = "No pod is placed on the node any more; those that are there stay.",
      mixinStandardHelpOptions = true)
  static final class Cordon implements Callable<Integer> {
    @Mixin private CommitOptions commits = new CommitOptions();

    @Parameters(paramLabel = "NODE", description = "Its name.")
    private String node = "";

    @Override
    public Integer call() throws Exception {
      return commit(commits, node, "Cordon", List.of(new Value(UNSCHEDULABLE, Json.bool(true))));
    }
  }

  @Command(
      name = "drain",
      description = {
        "Move the node's pods to others, within the bounds of their workloads and as disruption",
        "budgets allow, and place none there any more."
      },
      mixinStandardHelpOptions = true)
  static final class Drain implements Callable<Integer> {
    @Mixin private CommitOptions commits = new CommitOptions();

    @Parameters(paramLabel = "NODE", description = "Its name.")
    private String node = "";

    @Override
    public Integer call() throws Exception {
      return commit(commits, node, "Drain", List.of(new Value(DRAIN, Json.text("true"))));
    }
  }

  @Command(
      name = "uncordon",
      description = "Pods are placed on the node again. None moves there by itself.",
      mixinStandardHelpOptions = true)
  static final class Uncordon implements Callable<Integer> {
    @Mixin private CommitOptions commits = new CommitOptions();

    @Parameters(paramLabel = "NODE", description = "Its name.")
    private String node = "";

    @Override
    public Integer call() throws Exception {
      return commit(
          commits,
          node,
          "Uncordon",
          List.of(
              new Value(UNSCHEDULABLE, Json.bool(false)), new Value(DRAIN, Json.text("false"))));
    }
  }

  @Command(
      name = "fence",
      description = {
        "State that a silent node is off and stays off: what it ran starts elsewhere, also pods",
        "that there may be one of only. Say it only where you know it: two of one would run",
        "otherwise. Makes an empty commit with the trailer Reeve-Fenced."
      },
      mixinStandardHelpOptions = true)
  static final class Fence implements Callable<Integer> {
    @Mixin private CommitOptions commits = new CommitOptions();

    @Parameters(paramLabel = "NODE", description = "Its name.")
    private String node = "";

    @Option(
        names = "--commands-branch",
        description = "Push to reeve-commands/<cluster>, where the branch itself takes no pushes.")
    private boolean commandsBranch;

    @Override
    public Integer call() throws Exception {
      return commits.commit(
          commandsBranch
              ? CommitOptions.Target.COMMANDS_BRANCH
              : CommitOptions.Target.TRACKED_BRANCH,
          (clone, base) -> {
            requireKnown(clone, node);
            var identity =
                Optional.ofNullable(clone.recordWithNodes().nodes().get(node))
                    .map(RecordFile.NodeFile::identity)
                    .filter(it -> !it.isEmpty())
                    .orElseThrow(() ->
                        new CommandFailed("the record does not say who node " + node + " is"));
            return Proposal.ofTrailer(
                "Fence node " + node, Verb.FENCE.trailer() + ": Node/" + node + "@" + identity);
          });
    }
  }

  /// One value of the Node manifest.
  private record Value(List<String> path, JsonNode value) {
    /// Whether a manifest says it already, or what is meant is so by default.
    boolean isSaidBy(JsonNode manifest) {
      JsonNode said = manifest;
      for (String key : path) {
        said = said.path(key);
      }
      boolean isDefault = value.asText().equals("false");
      return said.isMissingNode() ? isDefault : said.asText().equals(value.asText());
    }
  }

  private static int commit(CommitOptions commits, String node, String verb, List<Value> values)
      throws IOException, InterruptedException {
    return commits.commit(
        CommitOptions.Target.TRACKED_BRANCH,
        (clone, base) -> {
          requireKnown(clone, node);
          var files = CommitFiles.of(clone.git(), base, clone.path());
          var key = new ObjectKey("Node", "", node);
          var before = files.json(key).orElseGet(Json::object);
          var left = values.stream().filter(it -> !it.isSaidBy(before)).toList();
          if (left.isEmpty()) {
            return Proposal.nothing(key + " says so already: nothing to commit");
          }
          var path =
              files
                  .fileOf(key)
                  .orElseGet(() ->
                      (clone.path().isEmpty() ? "" : clone.path() + "/")
                          + "nodes/"
                          + node
                          + ".yaml");
          var text =
              files
                  .bytes(path)
                  .orElseGet(() ->
                      Bytes.utf8("apiVersion: v1\nkind: Node\nmetadata:\n  name: " + node + "\n"));
          for (Value each : left) {
            text = edited(path, text, key, each);
          }
          var changes = new TreeMap<String, Bytes>();
          changes.put(path, text);
          files.requireAccepted(clone.cluster(), changes);
          return new Proposal(verb + " node " + node, "", changes);
        });
  }

  private static Bytes edited(String path, Bytes text, ObjectKey key, Value value) {
    return switch (ValueEdit.set(
        Format.of(path).orElseThrow(), text, key, value.path(), value.value())) {
      case ValueEdit.Result.Refused(var why) ->
          throw new CommandFailed(path + ":" + why.at() + ": " + why.message());
      case ValueEdit.Result.Edited(var edited) -> edited;
    };
  }

  /// A name that is not there would be a manifest that does nothing.
  private static void requireKnown(Clone clone, String node) {
    var nodes = clone.recordWithNodes().nodes();
    if (!nodes.containsKey(node)) {
      throw new CommandFailed(
          "there is no node %s in the record of cluster %s; there are: %s"
              .formatted(
                  node, clone.cluster(), String.join(", ", new ArrayList<>(nodes.keySet()))));
    }
  }
}
