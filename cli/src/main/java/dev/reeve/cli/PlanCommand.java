package dev.reeve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.core.Recovery;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.RecordFiles;
import dev.reeve.manifest.age.Identities;
import dev.reeve.simulation.plan.Plan;
import dev.reeve.simulation.plan.Planner;
import dev.reeve.simulation.plan.Situation;
import dev.reeve.wire.ClusterStanding;
import dev.reeve.wire.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "plan",
    description = {
      "Say what a commit would do before it is merged: what is created, replaced, moved and deleted,",
      "on which node each pod would go, and what would find no room. Nothing is touched.",
      "Exit code 0: nothing would change; 2: something would; 1: it would be refused."
    },
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
  private static final int CHANGES = 2;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();

  @Mixin private AgeKeys ageKeys = new AgeKeys();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "BASE..HEAD|REVISION|DIR",
      description = {
        "What is planned: a revision on top of another, or on top of what runs; or the files of a",
        "folder as they are on disk. Default: HEAD."
      })
  private String what = "HEAD";

  @Option(
      names = "--offline",
      description = {
        "Ask no control plane: go by the record alone. It does not say where pods are, so that",
        "placements are estimates."
      })
  private boolean isOffline;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "text",
      description = "text, markdown or json. Default: ${DEFAULT-VALUE}")
  private String output = "text";

  /// @param releases hashes as the control plane has them, by workload
  private record Standing(
      RecordTree record,
      SortedMap<String, String> releases,
      SortedMap<String, Situation.Node> nodes,
      Instant at,
      Situation.Source source) {}

  @Override
  public Integer call() throws Exception {
    if (!List.of("text", "markdown", "json").contains(output)) {
      throw new Misused("-o is text, markdown or json, not '" + output + "'");
    }
    var identities = ageKeys.read();
    try (var clone = repository.open(RepositoryOptions.Extent.ALL)) {
      var standing = isOffline ? recorded(clone) : live(clone);
      var commits = new CommitTree(clone, identities);
      int dots = what.indexOf("..");
      var base = dots > 0 ? Optional.of(clone.commit(what.substring(0, dots))) : accepted(standing);
      var hashes = SecretHashes.of(standing.record(), standing.releases(), commits::state);
      var catalog = base.flatMap(it -> catalog(commits.read(it, Optional.empty())));
      return switch (next(clone, commits, dots, catalog, identities)) {
        case Reading.Accepted(var state, var _) -> {
          var record = base.map(it -> on(standing.record(), it)).orElse(standing.record());
          var started =
              Recovery.started(
                  clone.cluster(),
                  record,
                  commit -> commits.state(commit).map(hashes::translated),
                  commit -> Optional.empty());
          var situation =
              new Situation(
                  clone.cluster(), started, standing.nodes(), standing.at(), standing.source());
          yield print(Planner.plan(situation, hashes.translated(state)), state);
        }
        case Reading.Refused refused -> {
          refused.lines().forEach(System.out::println);
          yield 1;
        }
      };
    }
  }

  private int print(Plan plan, DesiredState state) throws IOException {
    var report = new PlanReport(plan, state);
    System.out.print(
        switch (output) {
          case "json" ->
              new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.json())
                  + "\n";
          case "markdown" -> report.markdown();
          default -> report.text();
        });
    if (!plan.refusals().isEmpty()) {
      return 1;
    }
    return plan.isNothing() ? 0 : CHANGES;
  }

  private Reading next(
      Clone clone, CommitTree commits, int dots, Optional<Catalog> base, Identities identities)
      throws IOException {
    if (dots > 0) {
      var head = what.substring(dots + 2);
      return commits.read(clone.commit(head.isEmpty() ? "HEAD" : head), base);
    }
    var folder = Path.of(what);
    if (!what.equals("HEAD") && Files.isDirectory(folder)) {
      var tree = new WorkTree(identities);
      tree.add(folder);
      return commits.read(tree, base);
    }
    return commits.read(clone.commit(what), base);
  }

  private static Optional<String> accepted(Standing standing) {
    return standing.record().cluster().map(RecordFile.Cluster::commit).filter(it -> !it.isEmpty());
  }

  private static Optional<Catalog> catalog(Reading reading) {
    return reading instanceof Reading.Accepted(var _, var catalog)
        ? Optional.of(catalog)
        : Optional.empty();
  }

  /// As if that commit had been accepted.
  private static RecordTree on(RecordTree record, String base) {
    return new RecordTree(
        record
            .cluster()
            .map(it ->
                new RecordFile.Cluster(
                    it.name(), it.epoch(), base, it.verdict(), it.commands(), it.workloads())),
        record.workloads(),
        record.services(),
        record.nodes(),
        record.volumes(),
        record.images());
  }

  // --- how the cluster stands

  private Standing live(Clone clone) throws IOException, InterruptedException {
    ClusterStanding said;
    try {
      said = Wire.read(repository.server().bytes("/standing.json"), ClusterStanding.class);
    } catch (Wire.UnreadableMessage e) {
      throw new CommandFailed("the control plane's answer cannot be read: " + e.getMessage());
    } catch (CommandFailed e) {
      throw new CommandFailed(e.getMessage() + "; --offline plans by the record alone", e);
    }
    if (!said.cluster().equals(clone.cluster())) {
      throw new CommandFailed(
          "the control plane that answers is that of cluster %s, not %s; --server names another"
              .formatted(said.cluster(), clone.cluster()));
    }
    var files = new TreeMap<String, byte[]>();
    said.files().forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
    var nodes = new TreeMap<String, Situation.Node>();
    said.nodes()
        .forEach((name, node) ->
            nodes.put(name, new Situation.Node(node.identity(), node.info(), node.pods())));
    return new Standing(
        RecordFiles.read(files).tree(), said.releases(), nodes, said.at(), Situation.Source.LIVE);
  }

  private static Standing recorded(Clone clone) {
    var record = clone.recordWithNodes();
    if (record.cluster().isEmpty()) {
      throw new CommandFailed(
          "cluster %s has no record in %s".formatted(clone.cluster(), clone.address()));
    }
    var nodes = new TreeMap<String, Situation.Node>();
    record
        .nodes()
        .forEach((name, file) ->
            nodes.put(
                name,
                new Situation.Node(
                    file.identity(),
                    new NodeInfo(
                        file.allocatable(), file.maxPods(), file.labels(), "", new TreeMap<>()),
                    List.of())));
    return new Standing(record, new TreeMap<>(), nodes, Instant.now(), Situation.Source.RECORD);
  }
}
