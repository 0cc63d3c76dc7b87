package dev.reeve.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The workshop of what goes out: a bare repository that holds only tips, where commits are made
/// before they are pushed. Nothing in it outlives the process or is worth a doubt: it is made anew
/// at each start, and when much has gone through it.
final class OutRepository implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutRepository.class);

  private final Path folder;
  private final Connections connections;
  private final String cluster;
  private final int commitsBeforeRenewal;
  private Repository repository;
  private int commitsMade;

  OutRepository(Path folder, RemoteRepository remote, String cluster, int commitsBeforeRenewal) {
    this.folder = folder;
    this.connections = new Connections(remote);
    this.cluster = cluster;
    this.commitsBeforeRenewal = commitsBeforeRenewal;
    try {
      Folders.delete(folder);
      this.repository = Folders.create(folder);
    } catch (IOException unusable) {
      throw new UncheckedIOException("cannot prepare commits in " + folder, unusable);
    }
  }

  /// A change of one ref of the remote that holds only if the ref is still as expected.
  record Swap(String ref, Optional<ObjectId> expected, ObjectId target) {}

  /// What the remote said of one swap.
  sealed interface Answer {
    record Done() implements Answer {}

    record Rejected(String why) implements Answer {}

    record Forbidden(String why) implements Answer {}

    record None(String cause) implements Answer {}
  }

  Repository repository() {
    return repository;
  }

  /// Loose objects pile up with each commit; now and then the folder starts over.
  void renewWhenLarge() {
    if (commitsMade < commitsBeforeRenewal) {
      return;
    }
    try {
      repository.close();
      Folders.delete(folder);
      repository = Folders.create(folder);
      commitsMade = 0;
    } catch (IOException unusable) {
      throw new UncheckedIOException("cannot prepare commits in " + folder, unusable);
    }
  }

  Optional<ObjectId> remoteTip(String ref) throws IOException {
    return Optional.ofNullable(connections.list(repository, List.of(ref)).get(ref))
        .map(ObjectId::fromString);
  }

  /// The remote's tip, with its tree and without its history.
  Optional<ObjectId> fetchTip(String ref) throws IOException {
    Optional<ObjectId> tip = remoteTip(ref);
    if (tip.isPresent() && !has(tip.get())) {
      fetch(ref, 1);
      // It may have moved on between the two calls.
      return Optional.ofNullable(repository.exactRef(ref)).map(found -> found.getObjectId());
    }
    return tip;
  }

  void fetch(String ref, int depth) throws IOException {
    connections.fetch(repository, List.of(new RefSpec("+" + ref + ":" + ref)), Optional.of(depth));
  }

  boolean has(ObjectId id) throws IOException {
    return repository.getObjectDatabase().has(id);
  }

  ObjectId commit(
      ObjectInserter inserter, ObjectId tree, Optional<ObjectId> parent, Instant at, String message)
      throws IOException {
    var identity = new PersonIdent("Reeve", "reeve@" + cluster, at, ZoneOffset.UTC);
    var commit = new CommitBuilder();
    commit.setTreeId(tree);
    parent.ifPresent(commit::setParentId);
    commit.setAuthor(identity);
    commit.setCommitter(identity);
    commit.setMessage(message);
    commitsMade++;
    return inserter.insert(commit);
  }

  /// One push. An answer for each swap, by ref; what is not known to be done, is not known.
  Map<String, Answer> push(List<Swap> swaps) {
    Map<String, Answer> answers = new TreeMap<>();
    try {
      List<RemoteRefUpdate> updates = new ArrayList<>();
      for (Swap swap : swaps) {
        updates.add(
            new RemoteRefUpdate(
                repository,
                (String) null,
                swap.target(),
                swap.ref(),
                false,
                null,
                swap.expected().orElse(ObjectId.zeroId())));
      }
      PushResult result = connections.push(repository, updates);
      for (Swap swap : swaps) {
        RemoteRefUpdate update = result.getRemoteUpdate(swap.ref());
        answers.put(swap.ref(), answer(update, result));
      }
    } catch (Connections.NotPermittedException refused) {
      swaps.forEach(swap -> answers.put(swap.ref(), new Answer.Forbidden(message(refused))));
    } catch (IOException unanswered) {
      swaps.forEach(swap -> answers.put(swap.ref(), new Answer.None(message(unanswered))));
    }
    for (Swap swap : swaps) {
      if (answers.get(swap.ref()) instanceof Answer.Done) {
        remember(swap);
      }
    }
    return answers;
  }

  private static Answer answer(RemoteRefUpdate update, PushResult result) {
    return switch (update.getStatus()) {
      case OK, UP_TO_DATE -> new Answer.Done();
      case REJECTED_NODELETE,
          REJECTED_NONFASTFORWARD,
          REJECTED_REMOTE_CHANGED,
          REJECTED_OTHER_REASON,
          NON_EXISTING ->
          new Answer.Rejected(Pushes.refusal(update, result));
      case NOT_ATTEMPTED, AWAITING_REPORT ->
          new Answer.None("the server did not say whether it took " + update.getRemoteName());
    };
  }

  /// Later fetches say that they have this already. Only a hint, so a failure costs nothing else.
  private void remember(Swap swap) {
    try {
      RefUpdate update = repository.updateRef(swap.ref());
      update.setForceUpdate(true);
      update.setNewObjectId(swap.target());
      update.update();
    } catch (IOException unwritten) {
      LOG.debug("{} was not remembered: {}", swap.ref(), message(unwritten));
    }
  }

  /// Whether the history of the tip leads back to the commit within so many generations. Reads the
  /// parents as they are written: where the history was cut for a shallow fetch, a walk would see
  /// none.
  boolean leadsTo(ObjectId tip, ObjectId commit, int generations) throws IOException {
    Set<ObjectId> generation = new HashSet<>(Set.of(tip));
    for (int i = 0; i <= generations && !generation.isEmpty(); i++) {
      if (generation.contains(commit)) {
        return true;
      }
      Set<ObjectId> older = new HashSet<>();
      for (ObjectId each : generation) {
        if (has(each)) {
          byte[] raw = repository.open(each, Constants.OBJ_COMMIT).getBytes();
          for (RevCommit parent : RevCommit.parse(raw).getParents()) {
            older.add(parent.copy());
          }
        }
      }
      generation = older;
    }
    return false;
  }

  Optional<ObjectId> treeOf(Optional<ObjectId> commit) throws IOException {
    if (commit.isEmpty()) {
      return Optional.empty();
    }
    try (var walk = new RevWalk(repository)) {
      return Optional.of(walk.parseCommit(commit.get()).getTree().copy());
    }
  }

  static String message(Throwable failure) {
    return Optional.ofNullable(failure.getMessage()).orElse(failure.getClass().getSimpleName());
  }

  @Override
  public void close() {
    repository.close();
  }
}
