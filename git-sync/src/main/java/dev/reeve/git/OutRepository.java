package dev.reeve.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RemoteRefUpdate;

/// The workshop of what goes out: a bare repository without refs, where commits are made on top of
/// tips that were fetched, before they are pushed. Nothing in it outlives the process or is worth a
/// doubt: it is made anew at each start, and when much has gone through it.
final class OutRepository implements AutoCloseable {
  private final Path folder;
  private final Connections connections;
  private final String cluster;
  private final Optional<SigningKey> signingKey;
  private final int commitsBeforeRenewal;
  private Repository repository;
  private int commitsMade;

  /// Tips that were fetched without their history: the next fetch brings what differs.
  private final Map<String, ObjectId> fetched = new HashMap<>();

  OutRepository(
      Path folder,
      RemoteRepository remote,
      String cluster,
      Optional<SigningKey> signingKey,
      int commitsBeforeRenewal) {
    this.folder = folder;
    this.connections = new Connections(remote);
    this.cluster = cluster;
    this.signingKey = signingKey;
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
      fetched.clear();
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
    return tip.isPresent() && !has(tip.get()) ? fetch(ref, 1) : tip;
  }

  /// The remote's tip, with so many of the newest commits.
  Optional<ObjectId> fetch(String ref, int commits) throws IOException {
    var offered = Optional.ofNullable(fetched.remove(ref));
    if (commits > 1) {
      // A branch that left another brings the history of that one's tip as well.
      fetched.clear();
    }
    Optional<ObjectId> tip = connections.fetchNewest(repository, ref, commits, offered);
    if (commits == 1) {
      tip.ifPresent(it -> fetched.put(ref, it));
    }
    return tip;
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
    if (signingKey.isPresent()) {
      signingKey.get().sign(repository, commit);
    }
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
