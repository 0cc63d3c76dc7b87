package dev.reeve.manifest.render;

import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.util.List;
import java.util.regex.Pattern;

/// A `Chart.yaml`, as far as it must be known to render the chart.
///
/// @param name also that of the release
/// @param isLibrary whether it is a part for other charts, and nothing by itself
public record Chart(String name, boolean isLibrary, List<Finding> problems) {
  public static final String FILE_NAME = "Chart.yaml";

  /// Helm's own bound.
  private static final int NAME_MAX = 53;

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  public Chart {
    problems = List.copyOf(problems);
  }

  public static Chart parse(byte[] bytes) {
    var documents = Documents.yaml(bytes);
    if (documents.trees().size() != 1
        || !(documents.trees().getFirst() instanceof Tree.Mapping root)) {
      var problem = new Finding(Position.START, "a chart's description is one mapping");
      return broken(documents.problems().stream().findFirst().orElse(problem));
    }
    var name = root.text("name").orElse("");
    if (name.length() > NAME_MAX || !NAME.matcher(name).matches()) {
      var at = root.member("name").map(it -> it.value().at()).orElse(root.at());
      return broken(
          new Finding(
              at,
              "name must be lower case letters, digits and hyphens, at most %d: it is the release's"
                  .formatted(NAME_MAX)));
    }
    return new Chart(name, root.text("type").filter("library"::equals).isPresent(), List.of());
  }

  private static Chart broken(Finding problem) {
    return new Chart("", false, List.of(problem));
  }
}
