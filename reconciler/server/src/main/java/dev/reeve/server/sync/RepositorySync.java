package dev.reeve.server.sync;

import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Recovery;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.PruneApproval;
import dev.reeve.core.model.Release;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordTree;
import dev.reeve.core.state.Root;
import dev.reeve.git.CommitInfo;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.Fetch;
import dev.reeve.git.Poll;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.Reading;
import dev.reeve.manifest.age.Identities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches the tracked branch and that of the commands: one look at the remote for a poll, one
/// fetch for a change, one reading for a new tip, and an event for what came of it. Everything that
/// goes wrong is said, and leaves the last good state as it is.
public final class RepositorySync implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RepositorySync.class);
  private static final int POLLS_BEFORE_REWRITE = 3;

  /// The core takes an event within milliseconds; a look that would wait longer ends instead.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// Between two tries to read a record that cannot be reached.
  private static final Duration UNREACHED = Duration.ofSeconds(1);

  private static final String ALLOW_PRUNE = "Reeve-Allow-Prune";

  private final ConfigMirror mirror;
  private final CommitReader reader;
  private final GitOutbox outbox;
  private final ConfigContents contents;
  private final Settings settings;
  private final Supplier<Root> root;
  private final Consumer<Event> loop;
  private final Semaphore bell = new Semaphore(0);
  private final ConcurrentLinkedQueue<Request.Restore> restores = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Request.UpdateImages> updates = new ConcurrentLinkedQueue<>();
  private final Thread thread = Thread.ofPlatform().name("git-in").daemon().unstarted(this::run);
  private final TreeMap<String, Catalog> catalogs = new TreeMap<>();
  private volatile String status = "starting";
  private volatile Optional<Catalog> newest = Optional.empty();
  private volatile List<CommitInfo> recent = List.of();
  private volatile boolean closed;
  private volatile boolean begun;
  private String seen = "";

  /// The newest commit of the tracked branch that the core was told of.
  private String told = "";

  /// The newest commit of the commands branch that the core was told of; empty before the first.
  private String commanded = "";

  /// The tip, where it is refused for want of a key or a program.
  private String lackingTip = "";

  private String rewrittenTo = "";
  private int rewrittenSeen;
  private String keptCommit = "";

  /// @param path folder of the manifests in the repository; empty for its root
  /// @param keys what decrypts files, as it is now: it is asked at every look
  public record Settings(
      String cluster, String path, Duration pollInterval, Supplier<Identities> keys) {}

  public RepositorySync(
      ConfigMirror mirror,
      GitOutbox outbox,
      ConfigContents contents,
      Settings settings,
      byte[] hashingKey,
      Supplier<Root> root,
      Consumer<Event> loop) {
    this(
        mirror,
        outbox,
        contents,
        settings,
        new CommitReader(mirror, settings.path(), settings.cluster(), hashingKey),
        root,
        loop);
  }

  RepositorySync(
      ConfigMirror mirror,
      GitOutbox outbox,
      ConfigContents contents,
      Settings settings,
      CommitReader reader,
      Supplier<Root> root,
      Consumer<Event> loop) {
    this.mirror = mirror;
    this.outbox = outbox;
    this.contents = contents;
    this.settings = settings;
    this.root = root;
    this.loop = loop;
    this.reader = reader;
  }

  public void start() {
    thread.start();
  }

  /// Look at Git now. Any number of calls before the look are one.
  public void look() {
    bell.release();
  }

  /// The record has changed under the core: it starts anew from what is there.
  public void readRecord() {
    begun = false;
    bell.release();
  }

  /// Text is to be rolled back.
  public void restore(Request.Restore request) {
    restores.add(request);
    bell.release();
  }

  /// Images are to be brought into the text.
  public void updateImages(Request.UpdateImages request) {
    updates.add(request);
    bell.release();
  }

  /// How it stands with the repository, in a few words.
  public String status() {
    return status;
  }

  /// The manifests in force, with their texts; those of the accepted commit.
  public Catalog catalog() {
    var accepted = root.get().accepted().map(DesiredState::commit);
    synchronized (catalogs) {
      return accepted.map(catalogs::get).or(() -> newest).orElseGet(Catalog::empty);
    }
  }

  /// The newest commits of the tracked branch, newest first.
  public List<CommitInfo> recentCommits() {
    return recent;
  }

  private void run() {
    try {
      while (!closed) {
        if (!begun) {
          begin();
        }
        restoreAll();
        updateAll();
        lookOnce();
        bell.tryAcquire(settings.pollInterval().toMillis(), TimeUnit.MILLISECONDS);
        // A webhook often comes a moment before the ref can be seen; more than one are one.
        bell.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Reads the record, and the commits it names, before anything else. While Git is away, nothing
  /// begins.
  private void begin() throws InterruptedException {
    while (!closed) {
      var pause = UNREACHED;
      try {
        var record = outbox.read();
        if (record.isEmpty() || mirror.fetch() instanceof Fetch.Unavailable) {
          status = "the repository cannot be reached";
        } else {
          var lacking = lacking(record.get());
          if (lacking.isEmpty()) {
            begun = true;
            commanded = "";
            loop.accept(started(record.get()));
            return;
          }
          say("the accepted commit cannot be " + lacking.get() + ": nothing begins");
          pause = settings.pollInterval();
        }
      } catch (RuntimeException e) {
        LOG.error("the record cannot be read", e);
        status = "the record cannot be read: " + e.getMessage();
      }
      bell.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /// Without what the accepted commit says, pods that run would be taken for nobody's. Whoever can
  /// give the key or the program is waited for.
  private Optional<String> lacking(RecordTree record) {
    reader.use(settings.keys().get());
    return record
        .cluster()
        .map(RecordFile.Cluster::commit)
        .filter(it -> !it.isEmpty() && mirror.commit(it).isPresent())
        .filter(it -> reader.read(it, Optional.empty()).isPresent())
        .flatMap(_ -> reader.lacking());
  }

  private Event.Started started(RecordTree record) {
    var started =
        Recovery.started(
            settings.cluster(), record, this::readAgain, commit -> outbox.note(commit));
    seen = started.accepted().map(DesiredState::commit).orElse("");
    told = seen;
    contents.keepOnly(seen);
    return started;
  }

  /// A commit that was good once; empty when it is no longer to be had.
  private Optional<DesiredState> readAgain(String commit) {
    if (mirror.commit(commit).isEmpty()) {
      LOG.warn("commit {} that the record names is not in the repository any more", commit);
      return Optional.empty();
    }
    return switch (reader.read(commit, Optional.empty()).orElse(null)) {
      case Reading.Accepted(var state, var catalog) -> {
        take(state, catalog);
        yield Optional.of(state);
      }
      case Reading.Refused refused -> {
        LOG.warn("commit {} that the record names is refused now: {}", commit, refused.lines());
        yield Optional.empty();
      }
      case null -> Optional.empty();
    };
  }

  private void take(DesiredState state, Catalog catalog) {
    contents.add(state, catalog);
    synchronized (catalogs) {
      catalogs.put(state.commit(), catalog);
    }
  }

  private void restoreAll() {
    for (var next = restores.poll(); next != null; next = restores.poll()) {
      RollbackText.Plan plan;
      try {
        plan = new RollbackText(mirror, reader).plan(next);
      } catch (RuntimeException e) {
        LOG.error("a rollback's text could not be worked out", e);
        plan = new RollbackText.Plan.Impossible(String.valueOf(e.getMessage()));
      }
      outbox.restore(next, plan, this::look);
    }
  }

  private void updateAll() {
    for (var next = updates.poll(); next != null; next = updates.poll()) {
      ImageText.Plan plan;
      try {
        plan = new ImageText(mirror, reader).plan(next);
      } catch (RuntimeException e) {
        LOG.error("new images could not be brought into the text", e);
        plan = new ImageText.Plan.Impossible(String.valueOf(e.getMessage()));
      }
      outbox.updateImages(next, plan, this::look);
    }
  }

  private void lookOnce() throws InterruptedException {
    try {
      // What is new can only be told from what the record has.
      if (!comes(() -> root.get().lead() != Root.Lead.WAITING)) {
        return;
      }
      if (reader.use(settings.keys().get()) && !lackingTip.isEmpty() && lackingTip.equals(seen)) {
        changed(lackingTip);
      }
      switch (mirror.poll()) {
        case Poll.Tip(var tip, var others) -> tip(tip, others.commands());
        case Poll.BranchMissing _ -> say("the branch is missing; the last good state stays");
        case Poll.Unavailable(var cause) -> say("the repository cannot be reached: " + cause);
      }
      keepAccepted();
    } catch (RuntimeException e) {
      LOG.error("the repository cannot be read", e);
      say("the repository cannot be read: " + e.getMessage());
    }
  }

  private void say(String what) {
    if (!what.equals(status)) {
      LOG.warn("{}", what);
    }
    status = what;
  }

  private void tip(String tip, Optional<String> commands) throws InterruptedException {
    if (tip.equals(seen)) {
      status = "in sync with " + tip.substring(0, 7);
    }
    if (tip.equals(seen) && commands.filter(this::isToBeRead).isEmpty()) {
      return;
    }
    switch (mirror.fetch()) {
      case Fetch.Fetched(var fetched, var fetchedCommands) -> {
        if (!fetched.equals(seen)) {
          changed(fetched);
        }
        fetchedCommands.filter(this::isToBeRead).ifPresent(it -> commanded(it, fetched));
      }
      case Fetch.BranchMissing _ -> say("the branch is missing; the last good state stays");
      case Fetch.Unavailable(var cause) -> say("the repository cannot be fetched: " + cause);
    }
  }

  /// Waits for the core to take up what it was told.
  private boolean comes(BooleanSupplier what) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!what.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        return false;
      }
      Thread.sleep(10);
    }
    return true;
  }

  private String commandsRead() {
    return commanded.isEmpty() ? root.get().commands() : commanded;
  }

  private boolean isToBeRead(String commands) {
    var lead = root.get().lead();
    return (lead == Root.Lead.LEADING || lead == Root.Lead.OBSERVING)
        && !commands.equals(commandsRead());
  }

  /// Commits have come to the commands branch.
  ///
  /// @param tracked the tip of the tracked branch; what that has is read there
  private void commanded(String tip, String tracked) {
    var before = commandsRead();
    List<CommitInfo> range;
    if (before.isEmpty()) {
      range = mirror.firstParentRange(tracked, tip);
    } else if (mirror.isAncestor(before, tip)) {
      range = mirror.firstParentRange(before, tip);
    } else {
      LOG.warn("the commands branch was rewritten: nothing up to {} is obeyed", tip);
      range = List.of();
    }
    var commands =
        CommandTrailers.of(
            mirror, range.stream().filter(commit -> !isReadOn(tracked, commit)).toList());
    commands.complaints().forEach(complaint -> LOG.warn("{}", complaint));
    commanded = tip;
    loop.accept(new Event.Commanded(tip, commands.commands()));
  }

  /// Of the tracked branch only the first parents are read: a merged command is not.
  private boolean isReadOn(String tracked, CommitInfo command) {
    return mirror.isAncestor(command.sha(), tracked)
        && command.parents().stream()
            .findFirst()
            .map(parent ->
                mirror.firstParentRange(parent, tracked).stream()
                    .anyMatch(it -> it.sha().equals(command.sha())))
            .orElse(true);
  }

  private void changed(String tip) throws InterruptedException {
    var accepted = root.get().accepted().map(DesiredState::commit);
    var since = accepted.filter(it -> mirror.commit(it).isPresent());
    boolean isRewritten = since.isPresent() && !mirror.isAncestor(since.get(), tip);
    if (isRewritten && !isPatientEnough(tip)) {
      say("HistoryRewritten: " + tip.substring(0, 7) + " does not follow the last accepted commit");
      return;
    }
    var range =
        since.isPresent() && !isRewritten
            ? mirror.firstParentRange(since.get(), tip)
            : List.<CommitInfo>of();
    var read = commandsRead();
    var commands =
        CommandTrailers.of(
            mirror,
            range.stream()
                // What was read on the commands branch is obeyed already.
                .filter(commit -> read.isEmpty() || !mirror.isAncestor(commit.sha(), read))
                .toList());
    if (!commands.commands().isEmpty() && !root.get().tip().equals(told)) {
      // The commit before may be accepted yet, and then its commands are obeyed already.
      if (comes(() -> root.get().tip().equals(told))) {
        changed(tip);
      } else {
        say(tip.substring(0, 7) + " waits: the commit before is not taken up yet");
      }
      return;
    }
    var passed = new ArrayList<String>();
    if (!seen.isEmpty()) {
      range.stream()
          .map(CommitInfo::sha)
          .filter(it -> !it.equals(tip) && !it.equals(seen))
          .forEach(passed::add);
    }
    Optional<Catalog> before;
    synchronized (catalogs) {
      before = accepted.map(catalogs::get);
    }
    var reading = reader.read(tip, before);
    lackingTip = reader.lacking().isPresent() ? tip : "";
    noteRecent(tip);
    seen = tip;
    status = "in sync with " + tip.substring(0, 7);
    told = reading.isPresent() ? tip : told;
    switch (reading.orElse(null)) {
      case Reading.Accepted(var state, var catalog) -> {
        take(state, catalog);
        newest = Optional.of(catalog);
        commands.complaints().forEach(complaint -> LOG.warn("{}", complaint));
        var warnings = new ArrayList<>(commands.complaints());
        if (isRewritten) {
          warnings.add("HistoryRewritten: this commit does not follow the one before it");
        }
        loop.accept(
            new Event.DesiredChanged(
                withWarnings(state, warnings),
                approvals(range, before),
                commands.commands(),
                passed));
      }
      case Reading.Refused refused ->
          loop.accept(new Event.CommitRefused(tip, refused.lines(), passed));
      case null ->
          say(
              "path '"
                  + settings.path()
                  + "' is missing in "
                  + tip.substring(0, 7)
                  + "; the last good state stays");
    }
  }

  private static DesiredState withWarnings(DesiredState state, List<String> more) {
    var warnings = new ArrayList<>(state.warnings());
    warnings.addAll(more);
    return new DesiredState(
        state.commit(),
        state.subject(),
        state.author(),
        state.settings(),
        state.objects(),
        state.workloads(),
        state.nodes(),
        state.budgets(),
        state.storage(),
        state.images(),
        state.autoscalers(),
        warnings);
  }

  /// A rewritten branch is believed when it was seen unchanged in three polls.
  private boolean isPatientEnough(String tip) {
    rewrittenSeen = tip.equals(rewrittenTo) ? rewrittenSeen + 1 : 1;
    rewrittenTo = tip;
    return rewrittenSeen >= POLLS_BEFORE_REWRITE;
  }

  /// What approvals since the accepted commit allow: exactly the deletions of the commits they
  /// name.
  private List<PruneApproval> approvals(List<CommitInfo> range, Optional<Catalog> before) {
    var approvals = new ArrayList<PruneApproval>();
    if (before.isEmpty()) {
      return approvals;
    }
    for (CommitInfo commit : range) {
      for (String approved : mirror.trailers(commit.sha()).values(ALLOW_PRUNE)) {
        if (mirror.commit(approved).isEmpty()) {
          LOG.warn("{} approves {}, which is no commit here", commit.sha(), approved);
          continue;
        }
        if (reader.read(approved, Optional.empty()).orElse(null)
            instanceof Reading.Accepted(var state, var _)) {
          var deletions = new TreeSet<>(before.get().entries().keys());
          deletions.removeAll(state.objects().keys());
          approvals.add(new PruneApproval(approved, deletions));
        }
      }
    }
    return approvals;
  }

  private void noteRecent(String tip) {
    var commits = new ArrayList<CommitInfo>();
    var next = mirror.commit(tip);
    while (next.isPresent() && commits.size() < 30) {
      commits.add(next.get());
      next =
          next.get().parents().isEmpty()
              ? Optional.empty()
              : mirror.commit(next.get().parents().getFirst());
    }
    recent = List.copyOf(commits);
  }

  /// The accepted commit, and those of stable releases, must not be collected as garbage.
  private void keepAccepted() {
    var now = root.get();
    var accepted = now.accepted().map(DesiredState::commit).orElse("");
    // What was found and not taken up yet is not to be thrown away.
    boolean isTakenUp = now.tip().equals(seen);
    if (!isTakenUp
        || accepted.isEmpty()
        || accepted.equals(keptCommit)
        || !now.records().isIdle()) {
      return;
    }
    var wanted = new TreeSet<String>();
    wanted.add(accepted);
    now.workloads()
        .values()
        .forEach(workload -> {
          workload.stable().map(Release::commit).ifPresent(wanted::add);
          workload.current().map(Release::commit).ifPresent(wanted::add);
        });
    for (String commit : wanted) {
      if (!mirror.kept().contains(commit)) {
        var _ = mirror.keep(commit);
      }
    }
    for (String commit : mirror.kept()) {
      if (!wanted.contains(commit)) {
        var _ = mirror.release(commit);
      }
    }
    synchronized (catalogs) {
      catalogs.keySet().removeIf(it -> !it.equals(accepted) && !it.equals(seen));
    }
    contents.keepOnly(now);
    contents.keepFrom(accepted);
    keptCommit = accepted;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    mirror.close();
  }
}
