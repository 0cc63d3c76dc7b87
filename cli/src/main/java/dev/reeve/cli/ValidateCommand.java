package dev.reeve.cli;

import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "validate",
    description = {
      "Check manifests offline, as the control plane would: what is wrong is printed as",
      "file:line:col: message. All given paths together count as one repository."
    })
final class ValidateCommand implements Callable<Integer> {
  private static final long FILE_LIMIT = 1 << 20;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files or folders.")
  private List<Path> paths = List.of();

  @Option(
      names = "--cluster",
      description = "Name of the cluster whose Cluster manifest holds (default: ${DEFAULT-VALUE}).",
      defaultValue = "local")
  private String cluster = "local";

  @Override
  public Integer call() throws IOException {
    SortedMap<String, ManifestFile> files = new TreeMap<>();
    boolean tooLarge = false;
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new CommandFailed(path + " does not exist");
      }
      for (Path file : manifests(path)) {
        if (Files.size(file) > FILE_LIMIT) {
          System.out.println(
              file + ":1:1: larger than 1 MiB (" + Files.size(file) + " bytes); split the file");
          tooLarge = true;
          continue;
        }
        files.put(
            file.toString(),
            ManifestFile.parse(
                Files.readAllBytes(file), Format.of(file.toString()).orElse(Format.YAML)));
      }
    }
    var reading =
        Manifests.read(
            cluster, new CommitText("", "", ""), files, new byte[] {1}, Optional.empty());
    return switch (reading) {
      case Reading.Accepted(var state, var _) -> {
        state.warnings().forEach(warning -> System.out.println("warning: " + warning));
        if (!tooLarge) {
          System.out.println(
              "ok: " + state.objects().size() + " objects in " + files.size() + " files");
        }
        yield tooLarge ? 1 : 0;
      }
      case Reading.Refused refused -> {
        refused.lines().forEach(System.out::println);
        yield 1;
      }
    };
  }

  private static List<Path> manifests(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    var found = new java.util.ArrayList<Path>();
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            var name = Optional.ofNullable(folder.getFileName()).map(Path::toString).orElse("");
            boolean isHidden = name.startsWith(".") && name.length() > 2;
            boolean isChart = Files.exists(folder.resolve("Chart.yaml"));
            return isHidden || isChart ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (Format.of(file.toString()).isPresent()) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }
}
