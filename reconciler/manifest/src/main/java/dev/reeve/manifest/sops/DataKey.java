package dev.reeve.manifest.sops;

import dev.reeve.core.model.Bytes;
import dev.reeve.manifest.age.AgeFile;
import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.age.Opened;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The key that a file's values are encrypted with, got out of its metadata.
final class DataKey {
  private static final int LENGTH = 32;

  private final Metadata metadata;
  private final Identities identities;

  private DataKey(Metadata metadata, Identities identities) {
    this.metadata = metadata;
    this.identities = identities;
  }

  /// @return empty where too few of the keys are there
  static Optional<byte[]> find(Metadata metadata, Identities identities) throws NotOpened {
    return new DataKey(metadata, identities).find();
  }

  /// Why there is none.
  static String lacking(Metadata metadata, Identities identities) {
    boolean needsOthers =
        metadata.groups().stream().filter(it -> !it.age().isEmpty()).count() < metadata.threshold();
    if (needsOthers && metadata.groups().size() == 1) {
      return "the file is encrypted for " + metadata.recipients() + ": only keys of age are read";
    }
    var many =
        metadata.groups().size() == 1
            ? ""
            : " (%d of %d groups of keys)"
                .formatted(metadata.threshold(), metadata.groups().size());
    return "the file is encrypted for "
        + metadata.recipients()
        + many
        + (identities.recipients().isEmpty()
            ? ": no key was given (--age-key)"
            : ": the keys that were given (--age-key) are those of "
                + String.join(", ", identities.recipients()));
  }

  private Optional<byte[]> find() throws NotOpened {
    List<byte[]> shares = new ArrayList<>();
    for (Metadata.Group group : metadata.groups()) {
      share(group).ifPresent(it -> shares.add(it.toArray()));
    }
    if (shares.size() < metadata.threshold()) {
      return Optional.empty();
    }
    byte[] key = metadata.groups().size() == 1 ? shares.getFirst() : combined(shares);
    if (key.length != LENGTH) {
      throw new NotOpened(metadata.at(), "the data key is not of 32 bytes");
    }
    return Optional.of(key);
  }

  private byte[] combined(List<byte[]> shares) throws NotOpened {
    var combined = Shamir.combine(shares);
    shares.forEach(it -> Arrays.fill(it, (byte) 0));
    return combined.orElseThrow(
        () -> new NotOpened(metadata.at(), "the groups of keys do not make one data key"));
  }

  /// What is broken counts only where no other key of the group opens.
  private Optional<Bytes> share(Metadata.Group group) throws NotOpened {
    Optional<NotOpened> broken = Optional.empty();
    for (Metadata.AgeKey key : group.age()) {
      switch (AgeFile.open(key.enc().getBytes(StandardCharsets.UTF_8), identities)) {
        case Opened.NoKey _ -> {}
        case Opened.Content(var bytes) -> {
          return Optional.of(bytes);
        }
        case Opened.Broken(var why) ->
            broken =
                Optional.of(
                    new NotOpened(
                        key.at(), "sops.age: what is encrypted for a recipient is broken: " + why));
      }
    }
    if (broken.isPresent()) {
      throw broken.get();
    }
    return Optional.empty();
  }
}
