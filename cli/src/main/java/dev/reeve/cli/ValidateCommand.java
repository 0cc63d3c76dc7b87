package dev.reeve.cli;

import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "validate",
    description = {
      "Check manifests offline, as the control plane would: what is wrong is printed as",
      "file:line:col: message. All given paths together count as one repository."
    })
final class ValidateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files or folders.")
  private List<Path> paths = List.of();

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "Name of the cluster whose Cluster manifest holds (default: ${DEFAULT-VALUE}).",
      defaultValue = "local")
  private String cluster = "local";

  @Mixin private AgeKeys ageKeys = new AgeKeys();

  @Override
  public Integer call() throws IOException {
    var tree = new WorkTree(ageKeys.read());
    for (Path path : paths) {
      tree.add(path);
    }
    if (!tree.problems().isEmpty()) {
      // What they hold is not known, so that nothing can be said of the others.
      tree.problems().stream().sorted().forEach(System.out::println);
      return 1;
    }
    var reading =
        Manifests.read(
            cluster, new CommitText("", "", ""), tree.files(), new byte[] {1}, Optional.empty());
    return switch (reading) {
      case Reading.Accepted(var state, var _) -> {
        state.warnings().forEach(warning -> System.out.println("warning: " + warning));
        System.out.println(
            "ok: " + state.objects().size() + " objects in " + tree.files().size() + " files");
        yield 0;
      }
      case Reading.Refused refused -> {
        refused.lines().forEach(System.out::println);
        yield 1;
      }
    };
  }
}
