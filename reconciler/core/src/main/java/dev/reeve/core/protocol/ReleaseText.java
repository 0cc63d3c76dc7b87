package dev.reeve.core.protocol;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ConfigUse;
import java.util.List;

/// A release as it goes to a node, by reference: the gateway adds the config's contents on the way
/// out, so that no value of a Secret is ever in the core.
public record ReleaseText(String hash, String commit, Bytes template, List<ConfigUse> config) {
  public ReleaseText {
    config = List.copyOf(config);
  }
}
