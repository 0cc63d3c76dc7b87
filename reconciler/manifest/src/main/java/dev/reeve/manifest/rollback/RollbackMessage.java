package dev.reeve.manifest.rollback;

import dev.reeve.core.Effect.Request.Restoration;
import dev.reeve.core.model.Reason;
import java.util.List;
import java.util.stream.Collectors;

/// The message of a commit that rolls text back: a person reads what and why, a program the
/// trailers.
public final class RollbackMessage {
  private static final int SHORT = 7;

  private RollbackMessage() {}

  /// @param why it is not on the tracked branch; empty where it is
  public static String of(String cluster, long epoch, List<Restoration> restorations, String why) {
    var first = restorations.getFirst();
    var names =
        restorations.stream()
            .map(it -> it.key().namespace() + "/" + it.key().name())
            .collect(Collectors.joining(", "));
    var text = new StringBuilder("Roll back ");
    text.append(names).append(" to ").append(shortened(first.stable().commit())).append("\n\n");
    restorations.forEach(it -> text.append(it.key()).append(": ").append(it.why()).append('\n'));
    if (!why.isEmpty()) {
      text.append("\nProposed, not done: ").append(why).append('\n');
    }
    text.append('\n');
    text.append("Reeve-Rollback-Of: ").append(first.failed().commit()).append('\n');
    text.append("Reeve-Cluster: ").append(cluster).append('\n');
    restorations.forEach(it -> text.append("Reeve-Resource: ").append(it.key()).append('\n'));
    text.append("Reeve-Config-Commit: ").append(first.stable().commit()).append('\n');
    text.append("Reeve-Reason: ").append(Reason.ROLLOUT_FAILED.word()).append('\n');
    text.append("Reeve-Epoch: ").append(epoch).append('\n');
    return text.toString();
  }

  private static String shortened(String commit) {
    return commit.substring(0, Math.min(SHORT, commit.length()));
  }
}
