package dev.reeve.git.render;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds the programs that render, each time anew: one that is installed or replaced while Reeve
/// runs is the one that is used from then on.
///
/// Confined to one thread.
public final class Tools {
  private static final Pattern VERSION = Pattern.compile("v?\\d+\\.\\d+\\.\\d+[-+.\\w]*");
  private static final Pattern KUBECTL = Pattern.compile("Kustomize Version: (\\S+)");

  private final List<Path> folders;
  private final Map<String, Tool> known = new HashMap<>();

  /// @param folders that programs are looked for in
  public Tools(List<Path> folders) {
    this.folders = List.copyOf(folders);
  }

  public static Tools onPath() {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return new Tools(
        Stream.of(path.split(File.pathSeparator))
            .filter(it -> !it.isEmpty())
            .map(Path::of)
            .toList());
  }

  enum Need {
    KUSTOMIZE("kustomize (or kubectl, which has it)"),
    HELM("helm");

    private final String what;

    Need(String what) {
      this.what = what;
    }

    String what() {
      return what;
    }
  }

  /// Whether there is a program for it, whether it works or not.
  boolean has(Need need) {
    return names(need).anyMatch(name -> program(name).isPresent());
  }

  /// The first that there is.
  Optional<Tool> find(Need need, Limits limits) {
    return names(need)
        .flatMap(name -> program(name).stream().map(program -> tool(name, program, limits)))
        .findFirst();
  }

  private static Stream<String> names(Need need) {
    return switch (need) {
      case KUSTOMIZE -> Stream.of("kustomize", "kubectl");
      case HELM -> Stream.of("helm");
    };
  }

  private Optional<Path> program(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name).toAbsolutePath())
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /// Asked for its version once for each file that it is.
  private Tool tool(String name, Path program, Limits limits) {
    String identity;
    try {
      identity = program + "@" + Files.getLastModifiedTime(program) + "+" + Files.size(program);
    } catch (IOException gone) {
      identity = program.toString();
    }
    var before = known.get(identity);
    if (before != null) {
      return before;
    }
    var version = version(name, program, limits);
    var tool = new Tool(name, program, version.orElse("of unknown version"));
    if (version.isPresent()) {
      known.put(identity, tool);
    }
    return tool;
  }

  private static Optional<String> version(String name, Path program, Limits limits) {
    var arguments =
        switch (name) {
          case "kubectl" -> List.of("version", "--client");
          case "helm" -> List.of("version", "--short");
          default -> List.of("version");
        };
    try (var sandbox = Sandbox.make(limits)) {
      if (!(sandbox.run(program, arguments) instanceof Ran.Done(var output))) {
        return Optional.empty();
      }
      var text = output.toUtf8();
      Matcher matcher = (name.equals("kubectl") ? KUBECTL : VERSION).matcher(text);
      return matcher.find() ? Optional.of(matcher.group(matcher.groupCount())) : Optional.empty();
    }
  }
}
