package dev.reeve.core;

import dev.reeve.core.autoscaling.Reading;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PruneApproval;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.RecordTree;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What happened. An event only folds facts into the state; what to do about it is decided from the
/// state afterwards.
public sealed interface Event {

  /// The control plane starts: what the record branch says, and what the recorded commit says.
  ///
  /// @param accepted the desired state at the recorded commit; empty before the first
  /// @param releases older releases that the record names (stable ones), read at their commits
  /// @param kept workloads that run on though their text is gone (`reeve.dev/prune: "false"`), as
  ///   the commit said that their record file names
  /// @param noted what the note on the recorded commit says. The record may be a push ahead of it.
  record Started(
      ClusterSettings settings,
      RecordTree record,
      Optional<DesiredState> accepted,
      List<Release> releases,
      List<Workload> kept,
      Optional<Verdict> noted)
      implements Event {
    public Started {
      releases = List.copyOf(releases);
      kept = List.copyOf(kept);
    }
  }

  /// A new tip was read and is valid.
  ///
  /// @param passed commits between the last tip and this one, which are never applied
  /// @param commands of the commits since the accepted one, oldest first
  record DesiredChanged(
      DesiredState state,
      List<PruneApproval> approvals,
      List<Command> commands,
      List<String> passed)
      implements Event {
    public DesiredChanged {
      approvals = List.copyOf(approvals);
      commands = List.copyOf(commands);
      passed = List.copyOf(passed);
    }
  }

  /// A new tip was read and cannot be used. The last good state stays.
  ///
  /// @param lines `file:line:col: message`
  record CommitRefused(String commit, List<String> lines, List<String> passed) implements Event {
    public CommitRefused {
      lines = List.copyOf(lines);
      passed = List.copyOf(passed);
    }
  }

  /// Commits came to the branch of commands (`reeve-commands/<cluster>`).
  ///
  /// @param tip its newest commit
  /// @param commands of those that were not read before, oldest first
  record Commanded(String tip, List<Command> commands) implements Event {
    public Commanded {
      commands = List.copyOf(commands);
    }
  }

  /// What nodes have said since the last look. All of it is taken in before anything is decided, so
  /// that a workload of which many nodes tell is looked at once.
  record NodesReported(List<NodeReport> reports) implements Event {
    public NodesReported {
      reports = List.copyOf(reports);
    }

    public static NodesReported of(String node, String identity, Report report) {
      return new NodesReported(List.of(new NodeReport(node, identity, report)));
    }
  }

  /// A node's report, or several of it folded into one.
  ///
  /// @param identity fingerprint of the certificate it speaks with
  record NodeReport(String node, String identity, Report report) {}

  /// Someone with a genuine token asks to be the node it names.
  ///
  /// @param token id of the token
  record JoinAsked(String node, String token, Instant expiresAt) implements Event {}

  /// Nodes that gave a sign of life since the last such event.
  record NodesHeard(List<String> nodes) implements Event {
    public NodesHeard {
      nodes = List.copyOf(nodes);
    }
  }

  /// What nodes have measured since the last such event.
  record NodesMeasured(List<NodeMeasured> nodes) implements Event {
    public NodesMeasured {
      nodes = List.copyOf(nodes);
    }
  }

  record NodeMeasured(String node, NodeUsage usage) {}

  /// A node cannot follow a delta, or has lost what it knew: it wants the full order.
  record FullOrderAsked(String node) implements Event {}

  /// The loop itself stood still for so long: silence in that time is nobody's fault.
  record Stalled(Duration gap) implements Event {}

  /// Registries were asked for the images that are followed.
  record ImagesFound(List<Ranking> rankings) implements Event {
    public ImagesFound {
      rankings = List.copyOf(rankings);
    }

    /// @param rules by which they are in order, as the policy had them
    /// @param ranked the newest first
    public record Ranking(ObjectKey policy, String rules, List<ImageTag> ranked) {
      public Ranking {
        ranked = List.copyOf(ranked);
      }
    }
  }

  /// The answer to a [Effect.Request].
  record Answered(long request, Answer answer) implements Event {}

  /// Everything is to be looked at anew. Nothing comes of it unless something was missed.
  record Resynced() implements Event {}

  /// A deadline has come, or work was left over.
  record Woken() implements Event {}

  /// How a request ended.
  sealed interface Answer {
    record Ok() implements Answer {}

    /// Not now; the core decides when again.
    record Retry(String cause) implements Answer {}

    /// Never, as it stands.
    record Refused(String cause) implements Answer {}

    /// The text is restored by this commit of the tracked branch.
    record Restored(String commit) implements Answer {}

    /// The images are in the text by this commit of the tracked branch.
    record Updated(String commit) implements Answer {}

    /// The commit waits on a branch for someone to merge it.
    record Proposed(String branch, String why) implements Answer {}

    /// What a provider said, and what it was held to be. A [Retry] instead counts as an error.
    ///
    /// @param outcome any but RUNNING
    /// @param value as text
    record Measured(Measurement.Outcome outcome, String value, String message) implements Answer {}

    /// What a provider said of an autoscaler's metric.
    record Sampled(List<Reading.Sample> samples) implements Answer {
      public Sampled {
        samples = List.copyOf(samples);
      }
    }

    /// The record branch is not where it was left.
    ///
    /// @param epoch the epoch that its new tip names; zero for none
    record Lost(long epoch) implements Answer {}
  }
}
