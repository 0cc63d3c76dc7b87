package dev.reeve.git;

import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RemoteRefUpdate;

/// What a server said when it refused a push.
final class Pushes {
  private Pushes() {}

  /// The reason given for the ref, then what its hooks printed.
  static String refusal(RemoteRefUpdate answer, PushResult result) {
    String reason = answer.getMessage();
    String printed =
        result.getMessages() == null
            ? ""
            : result.getMessages().strip().replaceAll("\\s*\\n\\s*", "; ");
    String said = reason == null || reason.isBlank() ? answer.getStatus().name() : reason;
    return printed.isEmpty() ? said : said + ": " + printed;
  }
}
