package dev.reeve.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.reeve.manifest.YamlWriter;
import java.util.List;
import picocli.CommandLine.Option;

/// How a list is printed.
final class OutputOptions {
  private static final List<String> OUTPUTS = List.of("", "json", "yaml", "wide");

  @Option(
      names = {"-o", "--output"},
      description = "json, yaml or wide.")
  private String output = "";

  /// Before anything is asked for.
  void check() {
    if (!OUTPUTS.contains(output)) {
      throw new Misused("-o is json, yaml or wide, not '" + output + "'");
    }
  }

  boolean isWide() {
    return output.equals("wide");
  }

  /// Prints it where a program will read it.
  ///
  /// @return false where a person will, and nothing was printed
  boolean print(JsonNode tree) throws JsonProcessingException {
    switch (output) {
      case "json" ->
          System.out.println(
              new ObjectMapper()
                  .enable(SerializationFeature.INDENT_OUTPUT)
                  .writeValueAsString(tree));
      case "yaml" -> System.out.print(YamlWriter.write(tree));
      default -> {
        return false;
      }
    }
    return true;
  }
}
