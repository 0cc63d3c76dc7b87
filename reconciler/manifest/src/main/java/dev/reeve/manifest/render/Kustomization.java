package dev.reeve.manifest.render;

import dev.reeve.manifest.text.Documents;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// A `kustomization.yaml`, as far as it names other files. Whether it is right otherwise is for
/// kustomize to say.
///
/// @param isComponent whether it is a part for others, and nothing by itself
/// @param references to files and folders, in the order of the file
/// @param mentioned every short text in it: which of them are files, the folder tells
/// @param takesOrigins whether a line at its end can ask for the origin of each object
/// @param hidesValues whether it holds what becomes a Secret's values
/// @param problems why it is not to be rendered
public record Kustomization(
    boolean isComponent,
    List<Reference> references,
    SortedSet<String> mentioned,
    boolean takesOrigins,
    boolean hidesValues,
    List<Finding> problems) {
  /// Names of such a file, the first that is there counts.
  public static final List<String> NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  private static final int MENTIONED_MAX = 1024;
  private static final Set<String> FOLDERS =
      Set.of("resources", "bases", "components", "generators", "transformers", "validators");
  private static final Set<String> FILES =
      Set.of("crds", "configurations", "patchesStrategicMerge");
  private static final Set<String> WITH_PATH =
      Set.of("patches", "patchesJson6902", "replacements", "openapi");
  private static final Set<String> GENERATORS = Set.of("configMapGenerator", "secretGenerator");
  private static final Set<String> CHARTS =
      Set.of("helmCharts", "helmChartInflationGenerator", "helmGlobals");

  public static Kustomization parse(byte[] bytes) {
    var documents = Documents.yaml(bytes);
    var problems = new ArrayList<>(documents.problems());
    if (documents.trees().size() != 1
        || !(documents.trees().getFirst() instanceof Tree.Mapping root)) {
      if (problems.isEmpty()) {
        problems.add(new Finding(Position.START, "a kustomization is one mapping"));
      }
      return new Kustomization(false, List.of(), new TreeSet<>(), false, true, problems);
    }
    var references = new ArrayList<Reference>();
    for (Tree.Member member : root.members()) {
      references(member, references);
      if (CHARTS.contains(member.key())) {
        problems.add(
            new Finding(
                member.keyAt(),
                member.key()
                    + " is not supported: kustomize would run helm, and fetch; put the chart in a"
                    + " folder of its own"));
      }
    }
    var mentioned = new TreeSet<String>();
    mentioned(root, mentioned);
    return new Kustomization(
        root.text("kind").filter("Component"::equals).isPresent(),
        references,
        mentioned,
        root.member("buildMetadata").isEmpty() && isBlock(bytes),
        root.member("secretGenerator").isPresent(),
        problems);
  }

  /// What files that a kustomization names may name in turn.
  public static SortedSet<String> mentionedBy(byte[] bytes) {
    var mentioned = new TreeSet<String>();
    Documents.yaml(bytes).trees().forEach(tree -> mentioned(tree, mentioned));
    return mentioned;
  }

  private static void references(Tree.Member member, List<Reference> references) {
    var field = member.key();
    if (FOLDERS.contains(field) || FILES.contains(field)) {
      items(member.value()).forEach(item -> add(item, field, FOLDERS.contains(field), references));
    } else if (WITH_PATH.contains(field)) {
      for (Tree item : field.equals("openapi") ? List.of(member.value()) : items(member.value())) {
        child(item, "path").ifPresent(path -> add(path, field + ".path", false, references));
      }
    } else if (GENERATORS.contains(field)) {
      for (Tree item : items(member.value())) {
        child(item, "env").ifPresent(path -> add(path, field + ".env", false, references));
        for (String list : List.of("files", "envs")) {
          child(item, list).stream()
              .flatMap(it -> items(it).stream())
              .forEach(path -> add(path, field + "." + list, false, references));
        }
      }
    }
  }

  /// What spans lines is written out where a path could be. Of `key=path` the path counts.
  private static void add(
      Tree item, String field, boolean isFolderToo, List<Reference> references) {
    if (item instanceof Tree.Scalar scalar
        && scalar.value().isTextual()
        && scalar.value().textValue().indexOf('\n') < 0
        && !scalar.value().textValue().isEmpty()) {
      var text = scalar.value().textValue();
      var path = field.endsWith(".files") ? text.substring(text.indexOf('=') + 1) : text;
      references.add(new Reference(path, scalar.at(), field, isFolderToo));
    }
  }

  private static List<Tree> items(Tree tree) {
    return tree instanceof Tree.Sequence sequence ? sequence.items() : List.of();
  }

  private static Optional<Tree> child(Tree tree, String key) {
    return tree instanceof Tree.Mapping mapping
        ? mapping.member(key).map(Tree.Member::value)
        : Optional.empty();
  }

  private static void mentioned(Tree tree, SortedSet<String> found) {
    switch (tree) {
      case Tree.Scalar scalar -> {
        var text = scalar.value().asText();
        if (!text.isEmpty() && text.length() <= MENTIONED_MAX && text.indexOf('\n') < 0) {
          found.add(text);
          found.add(text.substring(text.indexOf('=') + 1));
        }
      }
      case Tree.Sequence sequence -> sequence.items().forEach(item -> mentioned(item, found));
      case Tree.Mapping mapping ->
          mapping.members().forEach(member -> mentioned(member.value(), found));
    }
  }

  private static boolean isBlock(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.equals("---"))
            .findFirst()
            .filter(line -> !line.startsWith("{") && !line.startsWith("%"))
            .isPresent()
        && new String(bytes, StandardCharsets.UTF_8).lines().noneMatch("..."::equals);
  }
}
