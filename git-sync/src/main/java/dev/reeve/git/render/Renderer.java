package dev.reeve.git.render;

import dev.reeve.core.model.Bytes;
import dev.reeve.git.ReeveIgnore;
import dev.reeve.git.TreeFile;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.RenderedFile;
import dev.reeve.manifest.render.Chart;
import dev.reeve.manifest.render.Kustomization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Makes manifests of the folders of a commit that hold a kustomization or a chart. What a folder
/// is made of is known before, so that an unchanged one is never rendered again.
///
/// A kustomization that another one names is a part of that one. Every other is rendered by itself,
/// and so is every chart with a `values.yaml` that is in no other chart.
///
/// Confined to one thread.
public final class Renderer {
  private static final int KEPT_MIN = 1_000;

  private final Tools tools;
  private final Limits limits;
  private final Map<String, ManifestFile> known = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Tools.Need> missing = EnumSet.noneOf(Tools.Need.class);

  public Renderer(Tools tools, Limits limits) {
    this.tools = tools;
    this.limits = limits;
  }

  public static Renderer onPath() {
    return new Renderer(Tools.onPath(), Limits.DEFAULT);
  }

  /// Whether a program was missing the last time that is there now.
  public boolean isBetterOff() {
    return missing.stream().anyMatch(tools::has);
  }

  public Rendering render(SourceTree tree, ReeveIgnore.Selection selection) {
    missing.clear();
    var pass = new Pass(tree);
    var kustomizations = new TreeMap<String, TreeFile>();
    for (TreeFile head : selection.kustomizations()) {
      if (pass.isFile(head)) {
        kustomizations.put(Paths.folderOf(head.path()), head);
      }
    }
    roots(kustomizations, pass.reader).forEach(pass::kustomize);
    selection.charts().stream().filter(pass::isFile).forEach(pass::template);
    forgetOldest(pass.files.size());
    return new Rendering(pass.files, pass.problems, pass.inputs, pass.unable);
  }

  /// Those that no other names. In a circle each is named by another: its first is as good as any,
  /// and kustomize says what is wrong with it.
  private static List<TreeFile> roots(SortedMap<String, TreeFile> all, InputReader reader) {
    var named = new TreeMap<String, SortedSet<String>>();
    all.forEach((folder, head) -> {
      var others = new TreeSet<>(reader.named(head));
      others.remove(folder);
      others.retainAll(all.keySet());
      named.put(folder, others);
    });
    var roots = new TreeSet<>(all.keySet());
    named.values().forEach(roots::removeAll);
    var reached = new TreeSet<String>();
    roots.forEach(root -> reach(root, named, reached));
    for (String folder : all.keySet()) {
      if (!reached.contains(folder)) {
        roots.add(folder);
        reach(folder, named, reached);
      }
    }
    return all.entrySet().stream()
        .filter(it -> roots.contains(it.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static void reach(
      String folder, SortedMap<String, SortedSet<String>> named, SortedSet<String> reached) {
    if (reached.add(folder)) {
      named.getOrDefault(folder, new TreeSet<>()).forEach(it -> reach(it, named, reached));
    }
  }

  private void forgetOldest(int used) {
    var oldest = known.keySet().iterator();
    for (int many = known.size(); many > Math.max(KEPT_MIN, 3 * used); many--) {
      oldest.next();
      oldest.remove();
    }
  }

  /// One commit's folders.
  private final class Pass {
    private final InputReader reader;
    private final SortedMap<String, ManifestFile> files = new TreeMap<>();
    private final SortedMap<String, SortedSet<String>> inputs = new TreeMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<Tools.Need, Optional<Tool>> found = new EnumMap<>(Tools.Need.class);
    private Optional<String> unable = Optional.empty();

    Pass(SourceTree tree) {
      this.reader = new InputReader(tree, limits);
    }

    boolean isFile(TreeFile head) {
      boolean isFile = head.kind() == TreeFile.Kind.REGULAR;
      if (!isFile) {
        problems.add(
            new Problem(
                head.path(), 1, 1, "a symbolic link is not read as a kustomization or chart"));
      }
      return isFile;
    }

    void kustomize(TreeFile head) {
      Kustomization kustomization = reader.kustomization(head);
      if (kustomization.isComponent()) {
        files.put(
            head.path(),
            ManifestFile.passedOver("a component that no kustomization names is not rendered"));
        return;
      }
      render(reader.folder(head), Tools.Need.KUSTOMIZE, Optional.empty());
    }

    void template(TreeFile description) {
      var inputs = reader.chart(description);
      var chart = Chart.parse(reader.bytes(description));
      if (!inputs.files().containsKey(Paths.in(inputs.folder(), "values.yaml"))) {
        passOver(description, "a chart without values.yaml is not rendered");
      } else if (chart.isLibrary()) {
        passOver(description, "a library chart is not rendered");
      } else if (!chart.problems().isEmpty()) {
        chart.problems().forEach(it -> problems.add(Problem.of(description.path(), it)));
      } else {
        render(inputs, Tools.Need.HELM, Optional.of(chart));
      }
    }

    private void passOver(TreeFile head, String why) {
      files.put(head.path(), ManifestFile.passedOver(why));
    }

    private void render(Inputs inputs, Tools.Need need, Optional<Chart> chart) {
      this.inputs.put(inputs.head().path(), new TreeSet<>(inputs.files().keySet()));
      if (!inputs.problems().isEmpty()) {
        problems.addAll(inputs.problems());
        return;
      }
      var tool = found.computeIfAbsent(need, it -> tools.find(it, limits));
      if (tool.isEmpty()) {
        missing.add(need);
        var why =
            "%s is rendered by %s, and there is none on the PATH: install it where Reeve runs"
                .formatted(inputs.folder().isEmpty() ? "." : inputs.folder(), need.what());
        fail(inputs, why, true);
        return;
      }
      var key = key(tool.get(), inputs);
      var before = Optional.ofNullable(known.get(key));
      var file = before.or(() -> run(tool.get(), inputs, chart));
      file.ifPresent(it -> {
        known.put(key, it);
        files.put(inputs.head().path(), it);
      });
    }

    private Optional<ManifestFile> run(Tool tool, Inputs inputs, Optional<Chart> chart) {
      try (var sandbox = Sandbox.make(limits)) {
        return run(tool, inputs, chart, sandbox);
      }
    }

    private Optional<ManifestFile> run(
        Tool tool, Inputs inputs, Optional<Chart> chart, Sandbox sandbox) {
      boolean isMarked = chart.isEmpty() && inputs.takesOrigins() && tool.tellsOrigins();
      if (!copy(inputs, isMarked, sandbox)) {
        return Optional.empty();
      }
      var arguments =
          chart
              .map(it -> Tool.template(it.name(), inputs.folder()))
              .orElseGet(() -> tool.kustomize(inputs.folder()));
      var output = output(tool, arguments, inputs, sandbox);
      // Reeve may be started anew at any time, and must find the same again.
      if (chart.isPresent() && output.isPresent()) {
        var again = output(tool, arguments, inputs, sandbox);
        if (again.isPresent() && !output.get().equals(again.get())) {
          fail(
              inputs,
              "the chart comes out otherwise each time: random values and times must be written in"
                  + " values.yaml",
              false);
          return Optional.empty();
        }
        output = again;
      }
      return output.map(it ->
          RenderedFile.read(
              it.toArray(), new RenderedFile.Origin(tool.title(), inputs.folder(), isMarked)));
    }

    private Optional<Bytes> output(
        Tool tool, List<String> arguments, Inputs inputs, Sandbox sandbox) {
      return switch (sandbox.run(tool.program(), arguments)) {
        case Ran.Done(var output) -> Optional.of(output);
        case Ran.Failed(var said) -> {
          var complaint = Complaint.of(sandbox.inTheRepository(said), secretive(inputs));
          var why = complaint.isEmpty() ? tool.name() + " failed without a word" : complaint;
          fail(inputs, why, false);
          yield Optional.empty();
        }
        case Ran.TooMuch _ -> {
          fail(inputs, "more than %d MiB come out of it".formatted(limits.output() >> 20), false);
          yield Optional.empty();
        }
        case Ran.Ended(var why) -> {
          fail(inputs, tool.name() + " was stopped: " + why, true);
          yield Optional.empty();
        }
      };
    }

    private void fail(Inputs inputs, String why, boolean isForNow) {
      var problem = inputs.problem(why);
      problems.add(problem);
      if (isForNow) {
        unable = unable.or(() -> Optional.of(problem.toString()));
      }
    }

    private List<String> secretive(Inputs inputs) {
      return inputs.files().values().stream()
          .map(file -> Map.entry(file, new String(reader.bytes(file), StandardCharsets.UTF_8)))
          .filter(it ->
              inputs.secretive().contains(it.getKey().path())
                  || it.getValue().contains("kind: Secret"))
          .map(Map.Entry::getValue)
          .toList();
    }

    private boolean copy(Inputs inputs, boolean isMarked, Sandbox sandbox) {
      for (TreeFile file : inputs.files().values()) {
        var place = sandbox.place(file.path());
        if (place.isEmpty()) {
          problems.add(new Problem(file.path(), 1, 1, "is no path that can be copied"));
          return false;
        }
        var bytes = reader.bytes(file);
        try {
          Files.createDirectories(place.get().getParent());
          Files.write(place.get(), isMarked && file.equals(inputs.head()) ? marked(bytes) : bytes);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot copy " + file.path(), e);
        }
      }
      return true;
    }

    private static byte[] marked(byte[] kustomization) {
      var text = new String(kustomization, StandardCharsets.UTF_8);
      var end = text.endsWith("\n") ? "" : "\n";
      return (text + end + "buildMetadata: [originAnnotations]\n").getBytes(StandardCharsets.UTF_8);
    }

    private String key(Tool tool, Inputs inputs) {
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        for (String each : List.of(tool.name(), tool.version(), inputs.head().path())) {
          digest.update((each + "\0").getBytes(StandardCharsets.UTF_8));
        }
        for (TreeFile file : inputs.files().values()) {
          digest.update((file.path() + "\0" + file.id() + "\0").getBytes(StandardCharsets.UTF_8));
          if (file.id().isEmpty()) {
            digest.update(reader.bytes(file));
          }
        }
        return HexFormat.of().formatHex(digest.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }
}
