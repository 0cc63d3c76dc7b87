package dev.reeve.server.sync;

import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.git.GitOut;
import dev.reeve.git.NotesPush;
import dev.reeve.git.RecordCommit;
import dev.reeve.git.RecordPush;
import dev.reeve.git.RecordRead;
import dev.reeve.manifest.RecordFiles;
import dev.reeve.manifest.images.ImageMessage;
import dev.reeve.manifest.rollback.RollbackMessage;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries the core's requests to Git, one after the other, on a thread of its own, and brings the
/// answers back.
public final class GitOutbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GitOutbox.class);

  private final GitOut git;
  private final String branch;
  private final String cluster;
  private final Consumer<Event> loop;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("git-out").daemon().factory());

  /// What is wrong with which kind of request.
  private final Map<String, String> troubles = new HashMap<>();

  private volatile Optional<String> tip = Optional.empty();
  private List<dev.reeve.core.record.RecordCommit> lastPushed = List.of();
  private Instant lastPushedAt = Instant.EPOCH;

  /// @param branch the tracked one
  public GitOutbox(GitOut git, String branch, String cluster, Consumer<Event> loop) {
    this.git = git;
    this.branch = branch;
    this.cluster = cluster;
    this.loop = loop;
  }

  /// What the record branch says; empty when it cannot be reached.
  public Optional<RecordTree> read() {
    return switch (git.record().read()) {
      case RecordRead.Recorded(var at, var files) -> {
        tip = Optional.of(at);
        var read = RecordFiles.read(arrays(files));
        read.problems().forEach(problem -> LOG.warn("record branch: {}", problem));
        yield Optional.of(read.tree());
      }
      case RecordRead.Empty _ -> {
        tip = Optional.empty();
        yield Optional.of(RecordTree.empty());
      }
      case RecordRead.Unavailable(var cause) -> {
        LOG.warn("the record branch cannot be read: {}", cause);
        yield Optional.empty();
      }
    };
  }

  /// The newest commit of the record that was read or written here. Safe for any thread.
  public Optional<String> recordTip() {
    return tip;
  }

  /// What the note on a commit says, where there is one that can be read.
  ///
  /// @throws java.io.UncheckedIOException when the remote cannot be read
  public Optional<Verdict> note(String commit) {
    return git.notes().read(commit).flatMap(Verdict::parse);
  }

  /// Brings older commits of the record here, for whoever reads them beside this; then says so.
  public void deepenRecord(int commits, Runnable whenDone) {
    worker.execute(() -> {
      try {
        git.record().deepen(commits);
      } catch (IOException e) {
        LOG.warn("older commits of the record cannot be fetched: {}", e.getMessage());
      }
      whenDone.run();
    });
  }

  private static SortedMap<String, byte[]> arrays(SortedMap<String, Bytes> files) {
    var arrays = new TreeMap<String, byte[]>();
    files.forEach((path, bytes) -> arrays.put(path, bytes.toArray()));
    return arrays;
  }

  public void send(Request request) {
    worker.execute(() -> {
      Answer answer;
      try {
        answer =
            switch (request) {
              case Request.Append append -> append(append);
              case Request.Annotate annotate -> annotate(annotate);
              case Request.Restore _, Request.UpdateImages _ ->
                  throw new IllegalArgumentException("needs its text");
              case Request.Measure _, Request.Query _ ->
                  throw new IllegalArgumentException("not for Git");
            };
      } catch (RuntimeException e) {
        LOG.error("a request to Git failed", e);
        answer = new Answer.Retry(String.valueOf(e.getMessage()));
      }
      tell(request, answer);
    });
  }

  /// What has to be tried again is said, until something else is wrong or nothing is.
  private void tell(Request request, Answer answer) {
    var what = what(request);
    if (!(answer instanceof Answer.Retry(var why))) {
      troubles.remove(what);
    } else if (!why.equals(troubles.put(what, why))) {
      LOG.warn("{} waits: {}", what, why);
    }
    loop.accept(new Event.Answered(request.id(), answer));
  }

  private static String what(Request request) {
    return switch (request) {
      case Request.Append _ -> "the record";
      case Request.Annotate _ -> "a note";
      case Request.Restore _ -> "the rollback of a text";
      case Request.UpdateImages _ -> "the update of an image";
      case Request.Measure _, Request.Query _ -> "a measurement";
    };
  }

  /// Pushes what rolls text back: to the tracked branch, or where that may not be, to one of its
  /// own.
  void restore(Request.Restore request, RollbackText.Plan plan, Runnable whenPushed) {
    worker.execute(() -> {
      Answer answer;
      try {
        answer =
            switch (plan) {
              case RollbackText.Plan.Commit(var changes) -> commit(request, changes);
              case RollbackText.Plan.Propose(var changes, var why) ->
                  propose(request, changes, why);
              case RollbackText.Plan.Impossible(var why) -> new Answer.Refused(why);
            };
      } catch (RuntimeException e) {
        LOG.error("a rollback could not be pushed", e);
        answer = new Answer.Retry(String.valueOf(e.getMessage()));
      }
      tell(request, answer);
      whenPushed.run();
    });
  }

  /// Pushes what brings new images into the text: to the tracked branch, or where that may not be,
  /// to one of its own.
  void updateImages(Request.UpdateImages request, ImageText.Plan plan, Runnable whenPushed) {
    worker.execute(() -> {
      Answer answer;
      try {
        answer =
            switch (plan) {
              case ImageText.Plan.Commit(var changes) -> commit(request, changes);
              case ImageText.Plan.Impossible(var why) -> new Answer.Refused(why);
            };
      } catch (RuntimeException e) {
        LOG.error("new images could not be pushed", e);
        answer = new Answer.Retry(String.valueOf(e.getMessage()));
      }
      tell(request, answer);
      whenPushed.run();
    });
  }

  private Answer commit(Request.Restore request, SortedMap<String, Bytes> changes) {
    return switch (onTracked(request.tip(), made(message(request, ""), changes))) {
      case RecordPush.Pushed(var commit) -> new Answer.Restored(commit);
      case RecordPush.Lost _ -> new Answer.Retry("the branch has moved");
      case RecordPush.Refused(var why) -> propose(request, changes, why);
      case RecordPush.Unavailable(var cause) -> new Answer.Retry(cause);
    };
  }

  private Answer commit(Request.UpdateImages request, SortedMap<String, Bytes> changes) {
    return switch (onTracked(request.tip(), made(message(request, ""), changes))) {
      case RecordPush.Pushed(var commit) -> new Answer.Updated(commit);
      case RecordPush.Lost _ -> new Answer.Retry("the branch has moved");
      case RecordPush.Refused(var why) -> propose(request, changes, why);
      case RecordPush.Unavailable(var cause) -> new Answer.Retry(cause);
    };
  }

  private RecordPush onTracked(String tip, RecordCommit commit) {
    return git.branch(branch).append(Optional.of(tip), List.of(commit));
  }

  private Answer propose(Request.Restore request, SortedMap<String, Bytes> changes, String why) {
    var failed = request.restorations().getFirst().failed().commit();
    var name =
        "reeve-rollback/" + cluster + "/" + failed.substring(0, Math.min(7, failed.length()));
    var commit = made(message(request, why), changes);
    // Where there is one already, it is of the same failure.
    return proposed(name, why, git.branch(name).begin(request.tip(), branch, commit), true);
  }

  /// There is one branch for all that is proposed: what is newer goes on top.
  private Answer propose(
      Request.UpdateImages request, SortedMap<String, Bytes> changes, String why) {
    var name = "reeve-images/" + cluster;
    var commit = made(message(request, why), changes);
    var begun = git.branch(name).begin(request.tip(), branch, commit);
    if (begun instanceof RecordPush.Lost
        && git.branch(name).read() instanceof RecordRead.Recorded(var at, var files)) {
      boolean isThere =
          changes.entrySet().stream()
              .allMatch(it ->
                  Optional.ofNullable(files.get(it.getKey())).equals(Optional.of(it.getValue())));
      begun =
          isThere
              ? new RecordPush.Pushed(at)
              : git.branch(name).append(Optional.of(at), List.of(commit));
    }
    return proposed(name, why, begun, false);
  }

  private static Answer proposed(String name, String why, RecordPush push, boolean isOnce) {
    return switch (push) {
      case RecordPush.Pushed _ -> new Answer.Proposed(name, why);
      case RecordPush.Lost _ ->
          isOnce
              ? new Answer.Proposed(name, why)
              : new Answer.Retry("branch " + name + " has moved");
      case RecordPush.Refused(var no) ->
          new Answer.Refused(why + "; and branch " + name + " is refused: " + no);
      case RecordPush.Unavailable(var cause) -> new Answer.Retry(cause);
    };
  }

  private String message(Request.Restore request, String why) {
    return RollbackMessage.of(cluster, request.epoch(), request.restorations(), why);
  }

  private String message(Request.UpdateImages request, String why) {
    return ImageMessage.of(cluster, request.epoch(), request.changes(), why);
  }

  private static RecordCommit made(String message, SortedMap<String, Bytes> changes) {
    SortedMap<String, Optional<Bytes>> files = new TreeMap<>();
    changes.forEach((path, text) -> files.put(path, Optional.of(text)));
    return new RecordCommit(message, Instant.now().truncatedTo(ChronoUnit.SECONDS), files);
  }

  private Answer append(Request.Append request) {
    // The same commits again are the same commits: made at the same time, with the same ids, so
    // that a push that arrived without an answer is recognised.
    if (!request.commits().equals(lastPushed)) {
      lastPushed = request.commits();
      lastPushedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }
    var commits = new ArrayList<RecordCommit>();
    for (var commit : request.commits()) {
      SortedMap<String, Optional<Bytes>> changes = new TreeMap<>();
      commit
          .files()
          .forEach(
              (path, file) -> changes.put(path, file.map(it -> Bytes.of(RecordFiles.bytes(it)))));
      commits.add(new RecordCommit(RecordFiles.message(commit, cluster), lastPushedAt, changes));
    }
    return switch (git.record().append(tip, commits)) {
      case RecordPush.Pushed(var at) -> {
        tip = Optional.of(at);
        yield new Answer.Ok();
      }
      case RecordPush.Lost _ -> new Answer.Lost(epochThere());
      case RecordPush.Refused(var why) -> new Answer.Refused(why);
      case RecordPush.Unavailable(var cause) -> new Answer.Retry(cause);
    };
  }

  private long epochThere() {
    return git.record().read() instanceof RecordRead.Recorded(var _, var files)
        ? RecordFiles.read(arrays(files)).tree().cluster().map(RecordFile.Cluster::epoch).orElse(0L)
        : 0;
  }

  private Answer annotate(Request.Annotate request) {
    var texts = new TreeMap<String, String>();
    request.notes().forEach((commit, verdict) -> texts.put(commit, verdict.text()));
    return switch (git.notes().write(texts, Instant.now().truncatedTo(ChronoUnit.SECONDS))) {
      case NotesPush.Written _ -> new Answer.Ok();
      case NotesPush.Refused(var why) -> new Answer.Refused(why);
      case NotesPush.Unavailable(var cause) -> new Answer.Retry(cause);
    };
  }

  @Override
  public void close() {
    worker.shutdownNow();
    try {
      worker.awaitTermination(5, java.util.concurrent.TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    git.close();
  }
}
