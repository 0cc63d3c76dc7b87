package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "status",
    description = "Print how the cluster stands: commit and verdict, workloads, nodes.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Mixin private ServerAddress server = new ServerAddress();

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws Exception {
    output.check();
    var dashboard = server.json("/dashboard.json");
    if (!output.print(dashboard)) {
      print(dashboard, output.isWide());
    }
    return 0;
  }

  private static void print(JsonNode dashboard, boolean wide) {
    var cluster = dashboard.path("cluster");
    System.out.println(
        "cluster " + cluster.path("name").asText() + ", " + cluster.path("git").asText());
    for (JsonNode commit : dashboard.path("commits")) {
      if (commit.path("accepted").asBoolean() || commit.path("tip").asBoolean()) {
        System.out.println(
            "commit  "
                + commit.path("sha").asText().substring(0, 7)
                + " "
                + commit.path("verdict").asText()
                + ": "
                + commit.path("subject").asText());
        commit.path("lines").forEach(line -> System.out.println("        " + line.asText()));
      }
    }
    System.out.printf(
        "%n%-32s %-12s %-7s %-11s %s%n", "WORKLOAD", "PHASE", "READY", "RELEASE", "MESSAGE");
    for (JsonNode workload : dashboard.path("workloads")) {
      System.out.printf(
          "%-32s %-12s %-7s %-11s %s%n",
          workload.path("namespace").asText() + "/" + workload.path("name").asText(),
          workload.path("phase").asText(),
          workload.path("ready").asText() + "/" + workload.path("desired").asText(),
          workload.path("release").asText(),
          workload.path("message").asText());
    }
    System.out.printf("%n%-32s %-12s %s%n", "NODE", "STATUS", "PODS");
    for (JsonNode node : dashboard.path("nodes")) {
      System.out.printf(
          "%-32s %-12s %s%n",
          node.path("name").asText(),
          node.path("ready").asBoolean() ? "Ready" : "NotReady",
          node.path("pods").asText());
    }
    if (wide) {
      System.out.printf("%n%-48s %-20s %-20s %s%n", "POD", "STATUS", "NODE", "RESTARTS");
      for (JsonNode pod : dashboard.path("pods")) {
        System.out.printf(
            "%-48s %-20s %-20s %s%n",
            pod.path("namespace").asText() + "/" + pod.path("name").asText(),
            pod.path("status").asText(),
            pod.path("node").asText(),
            pod.path("restarts").asText());
      }
    }
  }
}
