package dev.reeve.manifest.sops;

import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.text.Finding;
import dev.reeve.manifest.text.Position;
import dev.reeve.manifest.text.Tree;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Decrypts the documents of one file. SOPS encrypts a file as a whole: all of its documents carry
/// the same `sops`, and its MAC is over the values of all of them.
///
/// It is all or nothing. Where one value does not fit, nobody sees any.
public final class SopsFile {
  private final Values values;
  private final Selection selection;
  private final TreeMac mac;
  private final List<Finding> problems = new ArrayList<>();
  private Optional<Position> hidden = Optional.empty();

  private SopsFile(Metadata metadata, byte[] key) {
    values = new Values(key);
    selection = metadata.selection();
    mac = new TreeMac(metadata.macOnlyEncrypted());
  }

  /// Whether a document says that it is encrypted.
  public static boolean isEncrypted(Tree document) {
    return sops(document).isPresent();
  }

  /// What is not a mapping, or an empty one, says nothing.
  private static Optional<Tree.Member> sops(Tree document) {
    return document instanceof Tree.Mapping mapping
        ? mapping
            .member(Metadata.KEY)
            .filter(it -> it.value() instanceof Tree.Mapping sops && !sops.members().isEmpty())
        : Optional.empty();
  }

  /// @param documents all of a file, one of them encrypted
  public static Opening open(List<Tree> documents, Identities identities) {
    try {
      var sops = onlySops(documents);
      var metadata = Metadata.read(sops);
      if (metadata.mac().isEmpty()) {
        throw new NotOpened(
            metadata.macAt(), "sops.mac is missing: nobody can tell whether the file was changed");
      }
      var key = DataKey.find(metadata, identities);
      if (key.isEmpty()) {
        return new Opening.Locked(
            new Finding(metadata.at(), DataKey.lacking(metadata, identities)));
      }
      try {
        return new SopsFile(metadata, key.get()).open(documents, metadata);
      } finally {
        Arrays.fill(key.get(), (byte) 0);
      }
    } catch (NotOpened e) {
      return new Opening.Broken(List.of(e.finding()));
    }
  }

  private static Tree.Member onlySops(List<Tree> documents) throws NotOpened {
    Tree.Member first =
        documents.stream().flatMap(it -> sops(it).stream()).findFirst().orElseThrow();
    for (Tree document : documents) {
      var sops = sops(document);
      if (sops.isEmpty()) {
        throw new NotOpened(
            document.at(),
            "this document is not encrypted, and another one of the file is: SOPS encrypts a file"
                + " as a whole, so it belongs in a file of its own");
      }
      if (!sops.get().value().toJson().equals(first.value().toJson())) {
        throw new NotOpened(
            sops.get().keyAt(),
            "sops is not that of the document at %s: what was encrypted by itself belongs in a file"
                    .formatted(first.keyAt())
                + " of its own");
      }
    }
    return first;
  }

  private Opening open(List<Tree> documents, Metadata metadata) {
    var plain = new ArrayList<Opening.Document>();
    for (Tree document : documents) {
      hidden = Optional.empty();
      var members = new ArrayList<Tree.Member>();
      for (Tree.Member member : ((Tree.Mapping) document).members()) {
        if (!member.key().equals(Metadata.KEY)) {
          members.add(decrypted(member, List.of()));
        }
      }
      // SOPS writes its `sops` into empty documents, too.
      if (!members.isEmpty()) {
        plain.add(new Opening.Document(new Tree.Mapping(document.at(), members), hidden));
      }
    }
    // A value that does not fit is the better thing to say than that the whole does not.
    if (problems.isEmpty()) {
      verify(metadata);
    }
    return problems.isEmpty() ? new Opening.Decrypted(plain) : new Opening.Broken(problems);
  }

  private void verify(Metadata metadata) {
    var written = values.decrypt(metadata.mac(), metadata.lastModified());
    if (written.isEmpty()) {
      problems.add(
          new Finding(
              metadata.macAt(), "sops.mac, or the sops.lastmodified it goes with, was changed"));
    } else if (!isSame(written.get().plain(), mac.text())) {
      problems.add(
          new Finding(
              metadata.macAt(),
              "sops.mac does not fit: a value of this file was changed, moved, added or removed after"
                  + " it was encrypted"));
    }
  }

  private static boolean isSame(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private Tree.Member decrypted(Tree.Member member, List<String> path) {
    var below = new ArrayList<>(path);
    below.add(member.key());
    return new Tree.Member(member.key(), member.keyAt(), decrypted(member.value(), below));
  }

  private Tree decrypted(Tree tree, List<String> path) {
    return switch (tree) {
      case Tree.Mapping mapping ->
          new Tree.Mapping(
              mapping.at(), mapping.members().stream().map(it -> decrypted(it, path)).toList());
      case Tree.Sequence sequence ->
          new Tree.Sequence(
              sequence.at(), sequence.items().stream().map(it -> decrypted(it, path)).toList());
      case Tree.Scalar scalar when scalar.value().isNull() -> scalar;
      case Tree.Scalar scalar when selection.isEncrypted(path) -> value(scalar, path);
      case Tree.Scalar scalar -> {
        mac.written(Plain.of(scalar));
        yield scalar;
      }
    };
  }

  private Tree value(Tree.Scalar scalar, List<String> path) {
    if (!scalar.value().isTextual()) {
      problems.add(new Finding(scalar.at(), name(path) + " is to be encrypted, and is not"));
      return scalar;
    }
    var value = values.decrypt(scalar.value().textValue(), String.join(":", path) + ":");
    if (value.isEmpty()) {
      problems.add(
          new Finding(
              scalar.at(),
              name(path)
                  + (scalar.value().textValue().startsWith("ENC[")
                      ? " was changed, or encrypted for another place or with another key"
                      : " is to be encrypted, and is not")));
      return scalar;
    }
    mac.encrypted(value.get().plain());
    if (path.size() > 1 && hidden.isEmpty()) {
      hidden = Optional.of(scalar.at());
    }
    // Its text is for messages, which a secret has no place in.
    return new Tree.Scalar(scalar.at(), value.get().value(), "");
  }

  private static String name(List<String> path) {
    return String.join(".", path);
  }
}
