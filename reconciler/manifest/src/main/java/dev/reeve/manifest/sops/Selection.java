package dev.reeve.manifest.sops;

import dev.reeve.manifest.analysis.BoundedPattern;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which values of a file are encrypted: those with a matching key on their way, or all but those.
/// Confined to one thread.
final class Selection {
  private static final String DEFAULT_SUFFIX = "_unencrypted";

  private enum Match {
    SUFFIX,
    REGEX
  }

  private final Match match;
  private final String pattern;
  private final boolean encryptsMatching;
  private final Map<String, Boolean> matched = new HashMap<>();

  private Selection(Match match, String pattern, boolean encryptsMatching) {
    this.match = match;
    this.pattern = pattern;
    this.encryptsMatching = encryptsMatching;
  }

  static Selection of(Tree.Mapping metadata) throws NotOpened {
    var found = new Selection(Match.SUFFIX, DEFAULT_SUFFIX, false);
    int rules = 0;
    for (Tree.Member member : metadata.members()) {
      var text = Metadata.text(member.value());
      if (text.isEmpty()) {
        continue;
      }
      switch (member.key()) {
        case "unencrypted_suffix" -> found = new Selection(Match.SUFFIX, text, false);
        case "encrypted_suffix" -> found = new Selection(Match.SUFFIX, text, true);
        case "unencrypted_regex" -> found = new Selection(Match.REGEX, text, false);
        case "encrypted_regex" -> found = new Selection(Match.REGEX, text, true);
        case "unencrypted_comment_regex", "encrypted_comment_regex" ->
            throw new NotOpened(
                member.keyAt(),
                "sops."
                    + member.key()
                    + " is not supported: what is encrypted must not depend on"
                    + " comments");
        default -> {
          continue;
        }
      }
      rules++;
      found.check(member.value().at(), rules);
    }
    return found;
  }

  private void check(Position at, int rules) throws NotOpened {
    if (rules > 1) {
      throw new NotOpened(at, "sops has more than one rule about what is encrypted");
    }
    if (match == Match.REGEX && !BoundedPattern.isWellFormed(pattern)) {
      throw new NotOpened(at, "this is not a regular expression that is understood here");
    }
  }

  /// @param path the keys that lead to the value; places in lists are no part of it
  boolean isEncrypted(List<String> path) {
    for (String key : path) {
      if (matched.computeIfAbsent(key, this::matches)) {
        return encryptsMatching;
      }
    }
    return !encryptsMatching;
  }

  private boolean matches(String key) {
    return switch (match) {
      case SUFFIX -> key.endsWith(pattern);
      case REGEX -> BoundedPattern.isFound(pattern, key);
    };
  }
}
