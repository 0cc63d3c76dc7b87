package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "history",
    description = {
      "Print the newest commits of the tracked branch and what became of each, as the control plane",
      "says. With WORKLOAD: its releases, newest first, as the record in the repository says."
    },
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  private static final int SHA = 7;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "0..1", paramLabel = "WORKLOAD", description = "[KIND/][NAMESPACE/]NAME.")
  private Optional<String> workload = Optional.empty();

  @Override
  public Integer call() throws Exception {
    output.check();
    if (workload.isPresent()) {
      ofWorkload(WorkloadName.parse(workload.get()));
    } else {
      ofBranch(repository.server().json("/dashboard.json").path("commits"));
    }
    return 0;
  }

  private void ofBranch(JsonNode commits) throws IOException {
    if (output.print(commits)) {
      return;
    }
    for (JsonNode commit : commits) {
      var sha = commit.path("sha").asText();
      System.out.printf(
          "%-8s %-11s %-20s %s%n",
          output.isWide() ? sha : sha.substring(0, Math.min(SHA, sha.length())),
          commit.path("verdict").asText(),
          commit.path("author").asText().replaceAll(" <.*", ""),
          commit.path("subject").asText());
      for (JsonNode line : commit.path("lines")) {
        System.out.println("           " + line.asText());
      }
    }
  }

  private void ofWorkload(WorkloadName name) throws IOException, InterruptedException {
    try (var clone = repository.open(RepositoryOptions.Extent.ALL)) {
      var story = WorkloadStory.of(clone, name);
      var rows = story.releases().reversed();
      var json = Json.array();
      for (WorkloadStory.Row row : rows) {
        var commit = story.log().commit(row.release().commit());
        json.addObject()
            .put("resource", story.key().toString())
            .put("at", row.at().toString())
            .put("release", row.release().hash())
            .put("commit", commit.sha())
            .put("author", commit.author())
            .put("subject", commit.subject())
            .put("outcome", row.outcome());
      }
      if (!output.print(json)) {
        print(json);
      }
    }
  }

  private void print(JsonNode rows) {
    var table =
        output.isWide()
            ? new Table("WHEN", "RELEASE", "COMMIT", "AUTHOR", "SUBJECT", "OUTCOME")
            : new Table("WHEN", "RELEASE", "COMMIT", "AUTHOR", "OUTCOME");
    for (JsonNode row : rows) {
      var at = Instant.parse(row.path("at").asText()).truncatedTo(ChronoUnit.SECONDS);
      var release = row.path("release").asText();
      var author = row.path("author").asText();
      var commit = row.path("commit").asText();
      var outcome = row.path("outcome").asText();
      if (output.isWide()) {
        table.add(at.toString(), release, commit, author, row.path("subject").asText(), outcome);
      } else {
        table.add(
            at.toString(),
            release,
            RecordLog.shortened(commit),
            author.replaceAll(" <.*", ""),
            outcome);
      }
    }
    table.print();
  }
}
