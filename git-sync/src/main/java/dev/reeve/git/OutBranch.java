package dev.reeve.git;

import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.treewalk.TreeWalk;

/// A branch that Reeve appends to: its memory `reeve/<cluster>`, or the tracked branch, where text
/// is rolled back. It only grows, by compare-and-swap, and a decision is on it once: commits are
/// made the same to the bit each time, and after a push without an answer the branch itself is
/// asked.
public final class OutBranch {
  /// How many commits of another writer, on top of ours, are looked through for ours.
  private static final int LOOK_BACK = 200;

  private final OutRepository out;
  private final String ref;

  OutBranch(OutRepository out, String name) {
    this.out = out;
    this.ref = Constants.R_HEADS + name;
  }

  /// Reads every file at the tip; of the history nothing is fetched.
  public RecordRead read() {
    try {
      Optional<ObjectId> tip = out.fetchTip(ref);
      if (tip.isEmpty()) {
        return new RecordRead.Empty();
      }
      SortedMap<String, Bytes> files = new TreeMap<>();
      try (var walker = new TreeWalk(out.repository())) {
        walker.addTree(out.treeOf(tip).orElseThrow());
        walker.setRecursive(true);
        while (walker.next()) {
          if (!walker.getFileMode(0).equals(FileMode.GITLINK)) {
            byte[] content = walker.getObjectReader().open(walker.getObjectId(0)).getBytes();
            files.put(walker.getPathString(), Bytes.of(content));
          }
        }
      }
      return new RecordRead.Recorded(tip.get().name(), files);
    } catch (IOException away) {
      return new RecordRead.Unavailable(OutRepository.message(away));
    }
  }

  /// Fetches so many of its newest commits, for those who want to read what led here.
  public void deepen(int commits) throws IOException {
    out.fetch(ref, commits);
  }

  /// Makes the commits on top of the expected tip, empty for none, and pushes them in one push.
  public RecordPush append(Optional<String> expectedTip, List<RecordCommit> commits) {
    out.renewWhenLarge();
    return push(expectedTip, commits, List.of()).record();
  }

  /// Makes the branch, with one commit on top of another branch's tip. Lost where there is one.
  public RecordPush begin(String parent, String parentBranch, RecordCommit commit) {
    out.renewWhenLarge();
    try {
      ObjectId base = ObjectId.fromString(parent);
      if (!out.has(base)) {
        out.fetchTip(Constants.R_HEADS + parentBranch);
      }
      if (!out.has(base)) {
        return new RecordPush.Unavailable(parentBranch + " has moved");
      }
      List<ObjectId> chain = chain(Optional.of(base), List.of(commit));
      var swap = new OutRepository.Swap(ref, Optional.empty(), chain.getLast());
      return settled(Optional.empty(), chain, answerOf(out.push(List.of(swap))));
    } catch (IOException away) {
      return new RecordPush.Unavailable(OutRepository.message(away));
    }
  }

  /// What came of the record, and of the swaps that went along in the same push.
  record Pushed(RecordPush record, Map<String, OutRepository.Answer> others) {}

  Pushed push(
      Optional<String> expectedTip, List<RecordCommit> commits, List<OutRepository.Swap> others) {
    if (commits.isEmpty()) {
      throw new IllegalArgumentException("nothing to append to " + ref);
    }
    Optional<ObjectId> expected = expectedTip.map(ObjectId::fromString);
    List<ObjectId> chain;
    try {
      if (expected.isPresent() && !out.has(expected.get())) {
        Optional<ObjectId> actual = out.fetchTip(ref);
        if (actual.isPresent() && !out.has(expected.get())) {
          // Perhaps these very commits are on it already, pushed by one who got no answer.
          out.fetch(ref, LOOK_BACK);
        }
        if (!out.has(expected.get())) {
          return new Pushed(new RecordPush.Lost(actual.map(ObjectId::name)), Map.of());
        }
      }
      chain = chain(expected, commits);
    } catch (IOException away) {
      return new Pushed(new RecordPush.Unavailable(OutRepository.message(away)), Map.of());
    }
    List<OutRepository.Swap> swaps = new ArrayList<>(others);
    swaps.add(new OutRepository.Swap(ref, expected, chain.getLast()));
    Map<String, OutRepository.Answer> answers = out.push(swaps);
    return new Pushed(settled(expected, chain, answerOf(answers)), answers);
  }

  private List<ObjectId> chain(Optional<ObjectId> base, List<RecordCommit> commits)
      throws IOException {
    List<ObjectId> chain = new ArrayList<>();
    try (ObjectInserter inserter = out.repository().newObjectInserter();
        var reader = inserter.newReader()) {
      Optional<ObjectId> parent = base;
      Optional<ObjectId> tree = out.treeOf(base);
      for (RecordCommit commit : commits) {
        ObjectId edited = new TreeEdit(reader, inserter).apply(tree, commit.changes());
        ObjectId made = out.commit(inserter, edited, parent, commit.at(), commit.message());
        chain.add(made);
        parent = Optional.of(made);
        tree = Optional.of(edited);
      }
      inserter.flush();
    }
    return chain;
  }

  private RecordPush settled(
      Optional<ObjectId> expected, List<ObjectId> chain, OutRepository.Answer answer) {
    return switch (answer) {
      case OutRepository.Answer.Done() -> new RecordPush.Pushed(chain.getLast().name());
      case OutRepository.Answer.Forbidden(String why) -> new RecordPush.Refused(why);
      case OutRepository.Answer.Rejected(String why) ->
          // A lock that another writer held for a moment is nobody's decision.
          bySight(
              expected,
              chain,
              why.contains("lock") ? new RecordPush.Unavailable(why) : new RecordPush.Refused(why));
      case OutRepository.Answer.None(String cause) ->
          bySight(expected, chain, new RecordPush.Unavailable(cause));
    };
  }

  /// The answer is lost or says no: what counts is what the branch now holds.
  private RecordPush bySight(
      Optional<ObjectId> expected, List<ObjectId> chain, RecordPush whenUnchanged) {
    ObjectId ours = chain.getLast();
    try {
      Optional<ObjectId> actual = out.remoteTip(ref);
      if (actual.equals(expected)) {
        return whenUnchanged;
      }
      if (actual.isEmpty()) {
        return new RecordPush.Lost(Optional.empty());
      }
      if (actual.get().equals(ours)) {
        return new RecordPush.Pushed(ours.name());
      }
      if (chain.contains(actual.get())) {
        return rest(actual.get(), ours);
      }
      return lostUnlessBelow(actual.get(), chain);
    } catch (IOException away) {
      return new RecordPush.Unavailable(OutRepository.message(away));
    }
  }

  /// An earlier push of the same commits, fewer of them, had arrived: only the rest goes out.
  private RecordPush rest(ObjectId arrived, ObjectId ours) {
    var swap = new OutRepository.Swap(ref, Optional.of(arrived), ours);
    return switch (answerOf(out.push(List.of(swap)))) {
      case OutRepository.Answer.Done() -> new RecordPush.Pushed(ours.name());
      case OutRepository.Answer.Forbidden(String why) -> new RecordPush.Refused(why);
      case OutRepository.Answer.Rejected(String why) -> new RecordPush.Unavailable(why);
      case OutRepository.Answer.None(String cause) -> new RecordPush.Unavailable(cause);
    };
  }

  private RecordPush lostUnlessBelow(ObjectId actual, List<ObjectId> chain) throws IOException {
    int depth = LOOK_BACK + chain.size();
    out.fetch(ref, depth);
    return out.leadsTo(actual, chain.getLast(), depth)
        ? new RecordPush.Pushed(chain.getLast().name())
        : new RecordPush.Lost(Optional.of(actual.name()));
  }

  private OutRepository.Answer answerOf(Map<String, OutRepository.Answer> answers) {
    return Optional.ofNullable(answers.get(ref))
        .orElseThrow(() -> new IllegalStateException("no answer for " + ref));
  }
}
