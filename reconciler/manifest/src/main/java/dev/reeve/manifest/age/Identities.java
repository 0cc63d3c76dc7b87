package dev.reeve.manifest.age;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The secret keys that there are, each once. Immutable; its text is the public halves.
public final class Identities {
  public static final Identities NONE = new Identities(Set.of());

  private final List<Identity> all;

  private Identities(Set<Identity> all) {
    this.all = List.copyOf(all);
  }

  /// Reads what `age-keygen` writes: a key a line, comments behind `#`. Several keys in a line,
  /// parted by spaces, are taken too, as sops takes them from a variable.
  public static Identities parse(String text) throws KeyNotReadable {
    var found = new LinkedHashSet<Identity>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      var stripped = line.strip();
      if (stripped.isEmpty() || stripped.startsWith("#")) {
        continue;
      }
      for (String word : stripped.split("\\s+")) {
        int at = number;
        found.add(
            Identity.parse(word)
                .orElseThrow(() -> new KeyNotReadable("line " + at + complaint(word))));
      }
    }
    if (found.isEmpty()) {
      throw new KeyNotReadable("there is no key in it (AGE-SECRET-KEY-1...)");
    }
    return new Identities(found);
  }

  /// Not the word itself: it may be a key with a slip of the hand in it.
  private static String complaint(String word) {
    if (word.startsWith("AGE-PLUGIN-") || word.startsWith("AGE-SECRET-KEY-PQ-1")) {
      return " is a key of a kind that is not read: only X25519 keys (AGE-SECRET-KEY-1...) are";
    }
    if (word.startsWith("age1")) {
      return " is a public key: what opens a file is its secret half (AGE-SECRET-KEY-1...)";
    }
    if (word.startsWith("-----BEGIN") || word.startsWith("age-encryption.org")) {
      return " is not a key: is it a file of keys that is itself encrypted, or a key of SSH?";
    }
    return " is not a key of age (AGE-SECRET-KEY-1...)";
  }

  /// Both.
  public Identities and(Identities more) {
    var both = new LinkedHashSet<>(all);
    both.addAll(more.all);
    return new Identities(both);
  }

  /// Their public halves.
  public List<String> recipients() {
    return all.stream().map(Identity::recipient).toList();
  }

  List<Identity> all() {
    return new ArrayList<>(all);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identities that && all.equals(that.all);
  }

  @Override
  public int hashCode() {
    return all.hashCode();
  }

  @Override
  public String toString() {
    return all.toString();
  }
}
