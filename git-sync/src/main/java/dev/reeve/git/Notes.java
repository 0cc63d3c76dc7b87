package dev.reeve.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.notes.NoteMap;
import org.eclipse.jgit.revwalk.RevWalk;

/// The verdicts in `refs/notes/reeve-<cluster>`, as `git notes` shows them. What others wrote there
/// stays; on a lost swap ours are laid on top of theirs.
public final class Notes {
  private static final int TRIES = 5;

  private final OutRepository out;
  private final String ref;

  Notes(OutRepository out, String cluster) {
    this.out = out;
    this.ref = Constants.R_NOTES + "reeve-" + cluster;
  }

  /// Sets the note of each commit, by its sha, in one commit and one push.
  public NotesPush write(SortedMap<String, String> notes, Instant at) {
    out.renewWhenLarge();
    String cause = "others kept writing to " + ref;
    for (int i = 0; i < TRIES; i++) {
      try {
        Prepared prepared = prepare(notes, at);
        if (prepared.swap().isEmpty()) {
          return new NotesPush.Written(prepared.tip().name());
        }
        OutRepository.Swap swap = prepared.swap().get();
        Optional<NotesPush> result = settled(swap, answerOf(out.push(List.of(swap))));
        if (result.isPresent()) {
          return result.get();
        }
      } catch (IOException away) {
        return new NotesPush.Unavailable(OutRepository.message(away));
      }
    }
    return new NotesPush.Unavailable(cause);
  }

  /// The note of a commit as the remote has it; empty when it has none.
  ///
  /// @throws java.io.UncheckedIOException when the remote cannot be read
  public Optional<String> read(String commit) {
    try {
      Optional<ObjectId> tip = out.fetchTip(ref);
      if (tip.isEmpty()) {
        return Optional.empty();
      }
      try (var walk = new RevWalk(out.repository())) {
        NoteMap map = NoteMap.read(walk.getObjectReader(), walk.parseCommit(tip.get()));
        ObjectId blob = map.get(ObjectId.fromString(commit));
        if (blob == null) {
          return Optional.empty();
        }
        ObjectLoader text = walk.getObjectReader().open(blob, Constants.OBJ_BLOB);
        return Optional.of(new String(text.getBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException away) {
      throw new UncheckedIOException("cannot read " + ref, away);
    }
  }

  /// Notes on top of the remote's.
  ///
  /// @param swap empty when they say what the remote's say already
  record Prepared(ObjectId tip, Optional<OutRepository.Swap> swap) {}

  Prepared prepare(SortedMap<String, String> notes, Instant at) throws IOException {
    Optional<ObjectId> base = out.fetchTip(ref);
    try (var walk = new RevWalk(out.repository());
        ObjectInserter inserter = out.repository().newObjectInserter()) {
      NoteMap map =
          base.isPresent()
              ? NoteMap.read(walk.getObjectReader(), walk.parseCommit(base.get()))
              : NoteMap.newEmptyMap();
      for (var note : notes.entrySet()) {
        ObjectId text =
            inserter.insert(Constants.OBJ_BLOB, note.getValue().getBytes(StandardCharsets.UTF_8));
        map.set(ObjectId.fromString(note.getKey()), text);
      }
      ObjectId tree = map.writeTree(inserter);
      if (base.isPresent() && out.treeOf(base).equals(Optional.of(tree))) {
        return new Prepared(base.get(), Optional.empty());
      }
      ObjectId commit = out.commit(inserter, tree, base, at, "Notes added by Reeve\n");
      inserter.flush();
      return new Prepared(commit, Optional.of(new OutRepository.Swap(ref, base, commit)));
    }
  }

  /// Empty when the swap was lost and is worth another try.
  Optional<NotesPush> settled(OutRepository.Swap swap, OutRepository.Answer answer) {
    try {
      return switch (answer) {
        case OutRepository.Answer.Done() -> written(swap);
        case OutRepository.Answer.Forbidden(String why) -> Optional.of(new NotesPush.Refused(why));
        case OutRepository.Answer.Rejected(String why) -> {
          Optional<ObjectId> actual = out.remoteTip(ref);
          if (actual.equals(Optional.of(swap.target()))) {
            yield written(swap);
          }
          yield actual.equals(swap.expected()) && !why.contains("lock")
              ? Optional.of(new NotesPush.Refused(why))
              : Optional.empty();
        }
        case OutRepository.Answer.None(String cause) ->
            out.remoteTip(ref).equals(Optional.of(swap.target()))
                ? written(swap)
                : Optional.of(new NotesPush.Unavailable(cause));
      };
    } catch (IOException away) {
      return Optional.of(new NotesPush.Unavailable(OutRepository.message(away)));
    }
  }

  OutRepository.Answer answerOf(Map<String, OutRepository.Answer> answers) {
    return Optional.ofNullable(answers.get(ref))
        .orElse(new OutRepository.Answer.None("not pushed"));
  }

  private static Optional<NotesPush> written(OutRepository.Swap swap) {
    return Optional.of(new NotesPush.Written(swap.target().name()));
  }
}
