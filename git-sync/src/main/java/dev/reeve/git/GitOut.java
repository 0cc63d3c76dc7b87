package dev.reeve.git;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// Everything that Reeve writes to Git by itself for one cluster, besides commits on the tracked
/// branch: the record and the notes.
///
/// Confined to one thread; the folder belongs to one at a time, and is emptied by opening.
public final class GitOut implements AutoCloseable {
  private static final int COMMITS_BEFORE_RENEWAL = 10_000;

  private final OutRepository out;
  private final OutBranch record;
  private final Notes notes;

  private GitOut(
      Path folder,
      RemoteRepository remote,
      String cluster,
      Optional<SigningKey> signingKey,
      int commitsBeforeRenewal) {
    this.out = new OutRepository(folder, remote, cluster, signingKey, commitsBeforeRenewal);
    this.record = new OutBranch(out, "reeve/" + cluster);
    this.notes = new Notes(out, cluster);
  }

  public static GitOut open(Path folder, RemoteRepository remote, String cluster) {
    return open(folder, remote, cluster, Optional.empty());
  }

  /// @param signingKey what every commit is signed with
  public static GitOut open(
      Path folder, RemoteRepository remote, String cluster, Optional<SigningKey> signingKey) {
    return new GitOut(folder, remote, cluster, signingKey, COMMITS_BEFORE_RENEWAL);
  }

  static GitOut open(
      Path folder, RemoteRepository remote, String cluster, int commitsBeforeRenewal) {
    return new GitOut(folder, remote, cluster, Optional.empty(), commitsBeforeRenewal);
  }

  public OutBranch record() {
    return record;
  }

  /// Another branch of the same repository, by its short name.
  public OutBranch branch(String name) {
    return new OutBranch(out, name);
  }

  public Notes notes() {
    return notes;
  }

  /// Record commits and notes in one push. The record does not wait for the notes to be right: if
  /// they lose their swap they are tried again alone, and if they fail, they alone fail.
  ///
  /// @param expectedTip of the record branch; empty when there must be none
  public OutPush push(
      Optional<String> expectedTip,
      List<RecordCommit> commits,
      SortedMap<String, String> verdicts,
      Instant at) {
    out.renewWhenLarge();
    if (verdicts.isEmpty()) {
      return new OutPush(record.append(expectedTip, commits), Optional.empty());
    }
    if (commits.isEmpty()) {
      throw new IllegalArgumentException("nothing to record: write the notes alone");
    }
    Notes.Prepared prepared;
    try {
      prepared = notes.prepare(verdicts, at);
    } catch (IOException away) {
      NotesPush failed = new NotesPush.Unavailable(OutRepository.message(away));
      return new OutPush(record.append(expectedTip, commits), Optional.of(failed));
    }
    if (prepared.swap().isEmpty()) {
      NotesPush same = new NotesPush.Written(prepared.tip().name());
      return new OutPush(record.append(expectedTip, commits), Optional.of(same));
    }
    OutRepository.Swap swap = prepared.swap().get();
    OutBranch.Pushed pushed = record.push(expectedTip, commits, List.of(swap));
    NotesPush noted =
        notes
            .settled(swap, notes.answerOf(pushed.others()))
            .orElseGet(() -> notes.write(verdicts, at));
    return new OutPush(pushed.record(), Optional.of(noted));
  }

  @Override
  public void close() {
    out.close();
  }
}
