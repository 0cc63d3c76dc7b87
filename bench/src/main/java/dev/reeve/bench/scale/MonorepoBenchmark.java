package dev.reeve.bench.scale;

import dev.reeve.bench.Benchmark;
import dev.reeve.bench.Figure;
import dev.reeve.bench.Result;
import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.record.RecordTree;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.Fetch;
import dev.reeve.git.RemoteRepository;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.Reading;
import dev.reeve.server.sync.CommitReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A push that changes one of very many manifests, until its effects leave the core; beside `git
/// fetch` and `git diff-tree` of the same push, which is what any tool has to do.
public final class MonorepoBenchmark implements Benchmark {
  private static final int FOLDERS = 10_000;
  private static final int WARM_UP = 5;
  private static final String CLUSTER = "bench";

  @Override
  public String name() {
    return "monorepo";
  }

  @Override
  public String work() {
    return "100,000 manifests in 10,000 folders, a push that changes one, until its effects leave the core";
  }

  @Override
  public Result run(Settings settings, Consumer<String> progress) throws Exception {
    var home = Files.createTempDirectory("reeve-bench-");
    try (var repository = new Monorepo(home, settings.of(FOLDERS))) {
      progress.accept("%,d manifests are in Git".formatted(repository.manifests()));
      Monorepo.git(home, "clone", "-q", "--bare", repository.url(), "clone.git");
      var remote = new RemoteRepository(repository.url());
      try (var mirror = ConfigMirror.open(home.resolve("mirror"), remote, "main", CLUSTER)) {
        return measured(new Reader(mirror), repository, home, settings, progress);
      }
    } finally {
      delete(home);
    }
  }

  private Result measured(
      Reader reader, Monorepo repository, Path home, Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    long from = System.nanoTime();
    reader.push();
    var first = Figure.of("the first commit, all of it read", "ms", millis(from));
    progress.accept("read for the first time in %,.0f ms".formatted(first.median()));
    var whole = new ArrayList<Double>();
    var fetches = new ArrayList<Double>();
    var readings = new ArrayList<Double>();
    var steps = new ArrayList<Double>();
    var gits = new ArrayList<Double>();
    int pushes = WARM_UP + Math.max(5, settings.runs());
    for (int i = 0; i < pushes; i++) {
      repository.pushOne(i * 7 % (repository.manifests() / 10));
      var took = reader.push();
      double git = git(home.resolve("clone.git"));
      if (i >= WARM_UP) {
        whole.add(took.fetch() + took.read() + took.core());
        fetches.add(took.fetch());
        readings.add(took.read());
        steps.add(took.core());
        gits.add(git);
      }
    }
    double git = Figure.of("", "", gits).median();
    return new Result(
        name(),
        work(),
        List.of(
            Figure.of("until effects leave the core", "ms", whole)
                .beside("git fetch + diff-tree", git)
                .atMost(2 * git),
            Figure.of("of that: fetch", "ms", fetches),
            Figure.of("of that: reading", "ms", readings),
            Figure.of("of that: core", "ms", steps),
            Figure.of("git fetch + git diff-tree", "ms", gits),
            first),
        List.of(
            "Both over HTTP from one server on this machine, by turns, after five pushes to warm up."));
  }

  private static double git(Path clone) throws IOException, InterruptedException {
    var before = Monorepo.git(clone, "rev-parse", "main");
    long from = System.nanoTime();
    Monorepo.git(clone, "fetch", "-q", "origin", "+main:main");
    var changed = Monorepo.git(clone, "diff-tree", "-r", before, "main");
    double took = millis(from);
    if (changed.lines().count() != 1) {
      throw new IOException("git says that this changed: " + changed);
    }
    return took;
  }

  private static double millis(long from) {
    return (System.nanoTime() - from) / 1e6;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /// In milliseconds each.
  private record Took(double fetch, double read, double core) {}

  /// The way of a commit from the remote through the core. Git takes every record at once.
  private static final class Reader {
    private final ConfigMirror mirror;
    private final CommitReader reader;
    private final Core core;
    private Optional<Catalog> accepted = Optional.empty();

    Reader(ConfigMirror mirror) {
      this.mirror = mirror;
      reader = new CommitReader(mirror, "", CLUSTER, new byte[32]);
      core = new Core(CLUSTER, Instant.now());
      step(
          new Event.Started(
              ClusterSettings.defaults(CLUSTER),
              RecordTree.empty(),
              Optional.empty(),
              List.of(),
              List.of(),
              Optional.empty()));
    }

    Took push() {
      long from = System.nanoTime();
      if (!(mirror.fetch() instanceof Fetch.Fetched(var tip, var _))) {
        throw new IllegalStateException("the repository cannot be fetched");
      }
      double fetch = millis(from);
      from = System.nanoTime();
      if (!(reader.read(tip, accepted).orElseThrow()
          instanceof Reading.Accepted(var state, var catalog))) {
        throw new IllegalStateException("the commit is refused");
      }
      accepted = Optional.of(catalog);
      double read = millis(from);
      from = System.nanoTime();
      step(new Event.DesiredChanged(state, List.of(), List.of(), List.of()));
      return new Took(fetch, read, millis(from));
    }

    private void step(Event event) {
      var events = new ArrayDeque<Event>(List.of(event));
      while (!events.isEmpty()) {
        for (Effect effect : core.step(events.remove(), Instant.now())) {
          switch (effect) {
            case Effect.Request request ->
                events.add(new Event.Answered(request.id(), new Event.Answer.Ok()));
            case Effect.Continue _ -> events.add(new Event.Woken());
            default -> {}
          }
        }
      }
    }
  }
}
