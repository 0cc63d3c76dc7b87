package dev.reeve.core;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.record.RecordCommit;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is to be done about it. Closed: a new kind must be handled everywhere at once.
public sealed interface Effect {

  /// To a node. Never queued: what a node does not take over is derived again from state.
  record Order(String node, dev.reeve.core.protocol.Order order) implements Effect {}

  /// To several nodes, the same for all. Never queued: what a node does not take over is told
  /// again.
  record Route(List<String> nodes, Routing routing) implements Effect {
    public Route {
      nodes = List.copyOf(nodes);
    }
  }

  /// The node's reports have a gap: it is asked for a full one.
  record AskReport(String node) implements Effect {}

  /// Whether a node may be given a certificate for its token. It waits for an answer no longer than
  /// it likes.
  record JoinAnswered(String node, String token, Join answer) implements Effect {}

  enum Join {
    /// The token is recorded as used.
    ADMITTED,
    /// It was used before.
    USED,
    /// Nothing can be recorded at this moment.
    NOT_NOW
  }

  /// Someone wrote to the record after it was read and before the epoch was claimed: read it again,
  /// and say so by [Event.Started].
  record ReadRecord() implements Effect {}

  /// Answered once, by [Event.Answered]. The core decides on retries.
  sealed interface Request extends Effect {
    long id();

    /// Append these commits to the record branch, in one push with a compare-and-swap.
    record Append(long id, List<RecordCommit> commits) implements Request {
      public Append {
        commits = List.copyOf(commits);
      }
    }

    /// Restore the text of these in a commit on top of the tip, or propose that commit.
    ///
    /// @param tip where the tracked branch was seen; if it has moved, nothing is done
    /// @param restorations of one commit that failed
    record Restore(long id, long epoch, String tip, boolean propose, List<Restoration> restorations)
        implements Request {
      public Restore {
        restorations = List.copyOf(restorations);
      }
    }

    /// @param failed the release, and the commit that brought it
    /// @param stable the release whose text comes back
    /// @param why it failed
    record Restoration(ObjectKey key, Release.Ref failed, Release.Ref stable, String why) {}

    /// Bring these images into the text, in a commit on top of the tip, or propose that commit.
    ///
    /// @param tip where the tracked branch was seen; if it has moved, nothing is done
    record UpdateImages(long id, long epoch, String tip, List<ImageChange> changes)
        implements Request {
      public UpdateImages {
        changes = List.copyOf(changes);
      }
    }

    /// Measure this once.
    ///
    /// @param key the Rollout
    /// @param run the analysis, as its record names it
    /// @param query as the metric has it: [dev.reeve.core.model.Analysis.Metric]
    /// @param latest hash of the release under way
    /// @param stable hash of the stable one
    record Measure(
        long id,
        ObjectKey key,
        String run,
        String metric,
        Bytes query,
        String latest,
        String stable)
        implements Request {}

    /// Read an autoscaler's metric once; answered by [Event.Answer.Sampled].
    ///
    /// @param key the autoscaler
    /// @param query as its metric has it: [dev.reeve.core.model.Autoscaler.Source.Query]
    record Query(long id, ObjectKey key, String metric, Bytes query) implements Request {}

    /// Write these notes.
    record Annotate(long id, SortedMap<String, Verdict> notes) implements Request {
      public Annotate {
        notes = Collections.unmodifiableSortedMap(new TreeMap<>(notes));
      }
    }
  }

  /// Something a person may want to read; it may be lost.
  record Notice(Severity severity, Optional<ObjectKey> about, Reason reason, String message)
      implements Effect {
    public enum Severity {
      NORMAL,
      WARNING
    }
  }

  /// Step again at this time at the latest.
  record WakeAt(Instant at) implements Effect {}

  /// Work was left over: step again at once.
  record Continue() implements Effect {}
}
