package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.schema.Checked;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.sops.SopsFile;
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
import java.util.regex.Pattern;

/// Reads what kustomize or helm made of a folder. Its lines are in no file that a person has, so
/// whatever is said of an object names the object, and the file it was made from where that is
/// known.
public final class RenderedFile {
  private static final String ORIGIN = "config.kubernetes.io/origin";
  private static final String HOOK = "helm.sh/hook";
  private static final Set<String> TESTS = Set.of("test", "test-success", "test-failure");
  private static final Pattern PARTED = Pattern.compile("(?m)^---(?=[ \\t\\r]|$)");
  private static final Pattern HELM_SOURCE =
      Pattern.compile("(?m)^# Source: [^/\\s]+/(\\S.*?)\\s*$");

  private final Origin origin;
  private final List<ManifestObject> objects = new ArrayList<>();
  private final List<Finding> problems = new ArrayList<>();
  private final List<Finding> warnings = new ArrayList<>();
  private final SortedSet<ObjectKey> broken = new TreeSet<>();
  private boolean isComplete = true;

  /// Where a text comes from.
  ///
  /// @param by the tool and its version
  /// @param folder that was rendered; empty for the root of the repository
  /// @param isMarked whether kustomize was made to write the origin of each object into it, which
  ///   is nothing that the repository says
  public record Origin(String by, String folder, boolean isMarked) {}

  private RenderedFile(Origin origin) {
    this.origin = origin;
  }

  public static ManifestFile read(byte[] text, Origin origin) {
    var file = new RenderedFile(origin);
    // One by one: what is too large for a file may well be rendered.
    PARTED.splitAsStream(new String(text, StandardCharsets.UTF_8)).forEach(file::document);
    return ManifestFile.rendered(
        file.objects, file.problems, file.warnings, file.broken, file.isComplete);
  }

  private void document(String text) {
    var source = HELM_SOURCE.matcher(text);
    Optional<String> from = source.find() ? Optional.of(path(source.group(1))) : Optional.empty();
    var documents = Documents.yaml(text.getBytes(StandardCharsets.UTF_8));
    documents
        .problems()
        .forEach(it -> problem(from.orElse("what was rendered"), it.at() + ": " + it.message()));
    isComplete &= documents.isComplete();
    for (Tree tree : documents.trees()) {
      if (!isHook(tree, from)) {
        tree(tree, from);
      }
    }
  }

  private void tree(Tree tree, Optional<String> from) {
    if (SopsFile.isEncrypted(tree)) {
      problem(
          subject(tree, from),
          "is encrypted by sops: what is rendered is not decrypted; keep the file out of the"
              + " folder and commit it beside it");
      ObjectReader.keyOf(tree).ifPresentOrElse(broken::add, () -> isComplete = false);
      return;
    }
    for (Checked checked : ObjectReader.read(tree, ObjectReader.Values.QUOTED)) {
      switch (checked) {
        case Checked.Good good -> good(good, from);
        case Checked.Bad bad -> {
          String subject = bad.key().map(key -> name(key, tree, from)).orElse(subject(tree, from));
          bad.problems().forEach(it -> problem(subject, it.message()));
          bad.key().ifPresent(broken::add);
          isComplete &= bad.key().isPresent();
        }
      }
    }
  }

  private void good(Checked.Good good, Optional<String> from) {
    var source = from.or(() -> source(good.json()));
    if (origin.isMarked()) {
      unmark(good.json());
    }
    var object = ManifestObject.of(good, Optional.of(new Rendered(origin.by(), source)));
    objects.add(object);
    good.warnings()
        .forEach(it -> warnings.add(new Finding(Position.START, object.subject(), it.message())));
  }

  /// Tests are for a person to run. What else a hook does, Helm does at a moment that there is none
  /// of here.
  private boolean isHook(Tree tree, Optional<String> from) {
    var hooks = annotation(tree.toJson(), HOOK);
    if (hooks.isEmpty()) {
      return false;
    }
    if (Set.of(hooks.get().split("\\s*,\\s*")).stream().allMatch(TESTS::contains)) {
      warnings.add(
          new Finding(Position.START, subject(tree, from), "a test of the chart is not acted on"));
    } else {
      problem(
          subject(tree, from),
          "is a helm hook (%s), which nothing here runs: turn it off in values.yaml"
              .formatted(hooks.get()));
      ObjectReader.keyOf(tree).ifPresentOrElse(broken::add, () -> isComplete = false);
    }
    return true;
  }

  private void problem(String subject, String message) {
    problems.add(new Finding(Position.START, subject, message));
  }

  private String subject(Tree tree, Optional<String> from) {
    return ObjectReader.keyOf(tree)
        .map(key -> name(key, tree, from))
        .orElse(from.orElse("what was rendered"));
  }

  private String name(ObjectKey key, Tree tree, Optional<String> from) {
    return ManifestObject.subject(key.toString(), from.or(() -> source(tree.toJson())));
  }

  /// As kustomize tells it, relative to the folder.
  private Optional<String> source(JsonNode json) {
    return annotation(json, ORIGIN)
        .flatMap(it ->
            it.lines()
                .filter(line -> line.startsWith("path: ") || line.startsWith("configuredIn: "))
                .map(line -> path(line.substring(line.indexOf(' ') + 1).strip()))
                .findFirst());
  }

  private String path(String relative) {
    var steps = new ArrayList<String>();
    for (String step : (origin.folder() + "/" + relative).split("/", -1)) {
      if (step.equals("..") && !steps.isEmpty()) {
        steps.removeLast();
      } else if (!step.isEmpty() && !step.equals(".")) {
        steps.add(step);
      }
    }
    return String.join("/", steps);
  }

  private static Optional<String> annotation(JsonNode json, String name) {
    return Optional.of(json.path("metadata").path("annotations").path(name))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue);
  }

  private static void unmark(ObjectNode json) {
    if (json.path("metadata") instanceof ObjectNode metadata
        && metadata.path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(ORIGIN);
      if (annotations.isEmpty()) {
        metadata.remove("annotations");
      }
    }
  }
}
