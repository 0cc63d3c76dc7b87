package dev.reeve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "blame",
    description = {
      "Say of each value in a workload's record which decision changed it last: when, for what",
      "reason, and by which commit of whom. Needs the repository only."
    },
    mixinStandardHelpOptions = true)
final class BlameCommand implements Callable<Integer> {
  private static final int SHORT = 40;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "WORKLOAD", description = "[KIND/][NAMESPACE/]NAME.")
  private String workload = "";

  /// A value and the decision that it is from.
  private record Said(String value, RecordLog.Entry by) {}

  @Override
  public Integer call() throws Exception {
    output.check();
    try (var clone = repository.open(RepositoryOptions.Extent.ALL)) {
      var story = WorkloadStory.of(clone, WorkloadName.parse(workload));
      print(story, blamed(story));
    }
    return 0;
  }

  /// Oldest to newest: who says something new of a key is to blame for it.
  private static Map<String, Said> blamed(WorkloadStory story) {
    Map<String, Said> blamed = new LinkedHashMap<>();
    for (WorkloadStory.Version version : story.versions()) {
      var before = blamed;
      Map<String, Said> after = new LinkedHashMap<>();
      values(version.text().toArray())
          .forEach((key, value) -> {
            var said = before.get(key);
            after.put(
                key,
                said != null && said.value().equals(value)
                    ? said
                    : new Said(value, version.entry()));
          });
      blamed = after;
    }
    if (blamed.isEmpty()) {
      throw new CommandFailed(story.key() + " is not in the record any more");
    }
    return blamed;
  }

  /// Lists count as one value: what was measured or has failed grows at the end.
  private static Map<String, String> values(byte[] text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (var tree : Documents.yaml(text).trees()) {
      flatten("", tree.toJson(), values);
    }
    values.remove("schema");
    values.remove("resource");
    return values;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> values) {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      var value = member.getValue();
      if (value.isObject()) {
        flatten(prefix + member.getKey() + ".", value, values);
      } else {
        values.put(
            prefix + member.getKey(), value.isValueNode() ? value.asText() : value.toString());
      }
    }
  }

  private void print(WorkloadStory story, Map<String, Said> blamed) throws IOException {
    story.log().know(blamed.values().stream().map(it -> it.by().commit()).toList());
    var json = Json.array();
    blamed.forEach((key, said) -> {
      var commit = story.log().commit(said.by().commit());
      json.addObject()
          .put("key", key)
          .put("value", said.value())
          .put("at", said.by().at().toString())
          .put("record", said.by().sha())
          .put("reason", said.by().reason())
          .put("commit", commit.sha())
          .put("author", commit.author())
          .put("subject", commit.subject());
    });
    if (output.print(json)) {
      return;
    }
    boolean wide = output.isWide();
    var table = new Table("KEY", "VALUE", "WHEN", "RECORD", "REASON", "COMMIT", "AUTHOR");
    for (JsonNode row : json) {
      table.add(
          row.path("key").asText(),
          wide ? row.path("value").asText() : clipped(row.path("value").asText()),
          Instant.parse(row.path("at").asText()).truncatedTo(ChronoUnit.SECONDS).toString(),
          sha(row, "record"),
          row.path("reason").asText(),
          sha(row, "commit"),
          wide ? row.path("author").asText() : row.path("author").asText().replaceAll(" <.*", ""));
    }
    table.print();
  }

  private String sha(JsonNode row, String field) {
    var sha = row.path(field).asText();
    return output.isWide() ? sha : RecordLog.shortened(sha);
  }

  private static String clipped(String value) {
    return value.length() <= SHORT ? value : value.substring(0, SHORT - 1) + "…";
  }
}
