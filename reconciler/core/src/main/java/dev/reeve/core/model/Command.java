package dev.reeve.core.model;

/// What a trailer of a commit asks for, of one release of one workload: a release that is not in
/// flight any more is not meant. Or what it says of a node.
///
/// @param release of the workload; of a node its identity
/// @param commit that carries the trailer
/// @param author of that commit, as Git writes it
public record Command(
    Verb verb, ObjectKey key, String release, Reach reach, String commit, String author) {

  public enum Verb {
    /// On with the rollout.
    PROMOTE("Reeve-Promote"),
    /// Back to the stable release.
    ABORT("Reeve-Abort"),
    /// A release that has failed may be tried again.
    RETRY("Reeve-Retry"),
    /// A person states that a node is off: nothing runs there any more.
    FENCE("Reeve-Fenced");

    private final String trailer;

    Verb(String trailer) {
      this.trailer = trailer;
    }

    /// The trailer's key.
    public String trailer() {
      return trailer;
    }
  }

  /// How far a promotion goes.
  public sealed interface Reach {
    /// Past the pause or the analysis that the rollout waits at.
    record Next() implements Reach {}

    /// To the step with this index, from 0.
    record ToStep(int index) implements Reach {}

    /// Past all steps, pauses and analyses.
    record Full() implements Reach {}
  }

  /// The trailer's value: `Rollout/default/web@<hash>`, `Node/n1@<identity>`, and ` step N` or `
  /// full`.
  public String value() {
    var target = key + "@" + release;
    return switch (reach) {
      case Reach.Next _ -> target;
      case Reach.ToStep(var index) -> target + " step " + index;
      case Reach.Full _ -> target + " full";
    };
  }

  /// Reads what [#value] writes.
  ///
  /// @throws IllegalArgumentException with what is wrong, in words
  public static Command parse(Verb verb, String value, String commit, String author) {
    var words = value.strip().split("\\s+");
    int at = words[0].lastIndexOf('@');
    if (at <= 0 || at == words[0].length() - 1) {
      throw new IllegalArgumentException(
          "'" + value + "' names no release (write Kind/namespace/name@hash)");
    }
    return new Command(
        verb,
        ObjectKey.parse(words[0].substring(0, at)),
        words[0].substring(at + 1),
        reach(words, value),
        commit,
        author);
  }

  private static Reach reach(String[] words, String value) {
    if (words.length == 1) {
      return new Reach.Next();
    }
    if (words.length == 2 && words[1].equals("full")) {
      return new Reach.Full();
    }
    if (words.length == 3 && words[1].equals("step") && words[2].matches("[0-9]{1,6}")) {
      return new Reach.ToStep(Integer.parseInt(words[2]));
    }
    throw new IllegalArgumentException(
        "'" + value + "' goes on neither with 'full' nor with 'step N'");
  }
}
