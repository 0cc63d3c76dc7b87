package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "history",
    description = {
      "Print the newest commits of the tracked branch and what became of each.",
      "What Reeve did is in the repository itself: git log reeve/<cluster>."
    },
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  @Mixin private ServerAddress server = new ServerAddress();

  @Override
  public Integer call() throws Exception {
    for (JsonNode commit : server.json("/dashboard.json").path("commits")) {
      System.out.printf(
          "%-8s %-11s %-20s %s%n",
          commit.path("sha").asText().substring(0, 7),
          commit.path("verdict").asText(),
          commit.path("author").asText().replaceAll(" <.*", ""),
          commit.path("subject").asText());
      for (JsonNode line : commit.path("lines")) {
        System.out.println("           " + line.asText());
      }
    }
    return 0;
  }
}
