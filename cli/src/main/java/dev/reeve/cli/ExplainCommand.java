package dev.reeve.cli;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.RecordFile.WorkloadFile;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = {
      "Say why a workload stands as it does, or why a pod was started and stopped: each decision",
      "with its reason and the commit, and whose, behind it. Needs the repository only. Of a Service",
      "(Service/[NAMESPACE/]NAME): who serves it, and with which share; asks the control plane."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  /// So many of a workload's decisions are told.
  private static final int DECISIONS = 12;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();

  @Parameters(
      paramLabel = "WORKLOAD|POD|SERVICE",
      description = "[KIND/][NAMESPACE/]NAME of a workload, or [NAMESPACE/]NAME of a pod.")
  private String what = "";

  @Override
  public Integer call() throws Exception {
    var name = WorkloadName.parse(what);
    var service = ServiceStory.named(name);
    if (service.isPresent()) {
      ServiceStory.tell(repository.server(), service.get()[0], service.get()[1]);
      return 0;
    }
    try (var clone = repository.open(RepositoryOptions.Extent.ALL)) {
      var story = WorkloadStory.find(clone, name);
      if (story.isPresent()) {
        workload(story.get());
      } else {
        pod(clone, name);
      }
    }
    return 0;
  }

  // --- a workload

  private static void workload(WorkloadStory story) {
    var log = story.log();
    log.know(story.versions().stream().map(it -> it.entry().commit()).toList());
    story
        .newest()
        .ifPresentOrElse(
            file -> stands(log, file),
            () -> System.out.println(story.key() + ": not in the repository any more"));
    System.out.println();
    var entries = story.versions().stream().map(WorkloadStory.Version::entry).toList();
    int left = Math.max(0, entries.size() - DECISIONS);
    if (left > 0) {
      System.out.println("(" + left + " decisions before)");
    }
    var table = new Lines();
    for (RecordLog.Entry entry : entries.subList(left, entries.size())) {
      table.add(entry.at(), entry.reason(), told(entry, story.key()), commit(log, entry.commit()));
    }
    table.print();
  }

  private static void stands(RecordLog log, WorkloadFile file) {
    System.out.printf(
        "%s: %s, %d of %d ready%n", file.key(), file.phase().word(), file.ready(), file.desired());
    release(log, "release", file.release(), " since " + seconds(file.startedAt()));
    file.stable()
        .filter(it -> !it.equals(file.release()))
        .ifPresent(it -> release(log, "stable", it, ""));
    file.failure()
        .ifPresent(failure -> {
          release(log, "failed", failure.release(), "");
          System.out.println(
              "         "
                  + failure.message()
                  + file.rollback().map(WorkloadStory::told).orElse(""));
        });
    file.autoscaled()
        .ifPresent(it ->
            System.out.printf(
                "scaled   %d -> %d at %s by %s: %s%n",
                it.from(), it.to(), seconds(it.at()), it.by(), it.why()));
    file.steps()
        .ifPresent(steps ->
            System.out.printf(
                "step     %d of %d, weight %d%%%s%n",
                steps.index(),
                steps.count(),
                steps.weight(),
                steps.pauseUntil().map(it -> ", paused until " + seconds(it)).orElse("")));
  }

  private static void release(RecordLog log, String title, Release.Ref release, String since) {
    System.out.printf(
        "%-8s %s%s: commit %s%n", title, release.hash(), since, log.commit(release.commit()));
  }

  // --- a pod

  private static void pod(Clone clone, WorkloadName name) {
    var pod = name.parts().getLast();
    var log = clone.log();
    var entries =
        log.saying("^[+-] " + pod.replace(".", "\\.") + " on ").stream()
            .filter(entry ->
                name.parts().size() == 1 || isIn(entry, name.parts().get(name.parts().size() - 2)))
            .toList();
    if (entries.isEmpty()) {
      throw new CommandFailed(
          "there is no workload or pod %s in the record of cluster %s"
              .formatted(name.text(), clone.cluster()));
    }
    log.know(entries.stream().map(RecordLog.Entry::commit).toList());
    var owner = owner(entries, pod);
    var release = owner.flatMap(it -> release(it, pod));
    System.out.println(
        "pod "
            + pod
            + owner.map(it -> " of " + it).orElse("")
            + release.map(it -> ", release " + it).orElse(""));
    System.out.println();
    var oldestFirst = new ArrayList<>(entries);
    Collections.reverse(oldestFirst);
    var table = new Lines();
    boolean isStopped = false;
    for (RecordLog.Entry entry : oldestFirst) {
      for (String line : entry.lines()) {
        if (!line.startsWith("+ " + pod + " on ") && !line.startsWith("- " + pod + " on ")) {
          continue;
        }
        isStopped = line.startsWith("-");
        var node = line.substring(line.lastIndexOf(' ') + 1);
        var successor =
            isStopped
                ? owner.flatMap(it -> successor(clone, entry, it, release))
                : Optional.<String>empty();
        table.add(
            entry.at(),
            (isStopped ? "stopped on " : "started on ") + node,
            entry.reason()
                + ": "
                + told(entry, owner.orElse(new ObjectKey("", "", "")))
                + successor.map(it -> "; superseded by release " + it).orElse(""),
            commit(log, entry.commit()));
      }
    }
    table.print();
    if (!isStopped) {
      System.out.println("Its end is not recorded.");
    }
  }

  private static boolean isIn(RecordLog.Entry entry, String namespace) {
    return entry.resources().isEmpty()
        || entry.resources().stream().anyMatch(it -> it.namespace().equals(namespace));
  }

  /// A pod's name begins with that of its workload.
  private static Optional<ObjectKey> owner(List<RecordLog.Entry> entries, String pod) {
    return entries.stream()
        .flatMap(entry -> entry.resources().stream())
        .filter(key -> pod.equals(key.name()) || pod.startsWith(key.name() + "-"))
        .max(Comparator.comparingInt(key -> key.name().length()));
  }

  /// `web-<release>-<suffix>`.
  private static Optional<String> release(ObjectKey owner, String pod) {
    int end = pod.lastIndexOf('-');
    int start = owner.name().length() + 1;
    return end > start ? Optional.of(pod.substring(start, end)) : Optional.empty();
  }

  /// The release that the workload was at once the pod was stopped, where it is another.
  private static Optional<String> successor(
      Clone clone, RecordLog.Entry entry, ObjectKey owner, Optional<String> release) {
    return WorkloadStory.at(clone, entry.sha(), owner)
        .map(file -> file.release().hash())
        .filter(hash -> release.filter(it -> !it.equals(hash)).isPresent());
  }

  // --- lines

  /// What a record commit says of one object, without its name. Of several decisions in one commit
  /// each has a line of its own.
  private static String told(RecordLog.Entry entry, ObjectKey key) {
    var title = key.namespace() + "/" + key.name() + ": ";
    return entry.lines().reversed().stream()
        .filter(it -> it.startsWith(title))
        .findFirst()
        .or(() -> Optional.of(entry.subject()))
        .map(it -> it.startsWith(title) ? it.substring(title.length()) : it)
        .orElseThrow();
  }

  private static String commit(RecordLog log, String sha) {
    return sha.isEmpty() ? "" : "commit " + log.commit(sha);
  }

  private static String seconds(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// One line an event.
  private static final class Lines {
    private final List<String[]> rows = new ArrayList<>();

    void add(Instant at, String... rest) {
      var row = new String[rest.length + 1];
      row[0] = seconds(at);
      System.arraycopy(rest, 0, row, 1, rest.length);
      rows.add(row);
    }

    void print() {
      Table.plain(rows).print();
    }
  }
}
