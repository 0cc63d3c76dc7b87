package dev.reeve.manifest.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The documents of one file, and what is wrong with those that are none.
///
/// @param trees those that could be read, in order; empty documents are left out
/// @param isComplete false where a part of the file could not be read, so that nobody can say what
///   it holds
public record Documents(List<Tree> trees, List<Finding> problems, boolean isComplete) {
  /// Size of the largest file that is read.
  public static final int BYTES_MAX = 1 << 20;

  private static final byte[] API_VERSION = "\"apiVersion\"".getBytes(StandardCharsets.UTF_8);
  private static final byte[] KIND = "\"kind\"".getBytes(StandardCharsets.UTF_8);

  public Documents {
    trees = List.copyOf(trees);
    problems = List.copyOf(problems);
  }

  public static Documents yaml(byte[] bytes) {
    return read(bytes, YamlDocuments::read);
  }

  /// A repository holds much JSON that is no manifest, some of it large or with comments in it.
  /// What names neither an `apiVersion` nor a `kind` is not even read.
  public static Documents json(byte[] bytes) {
    if (!contains(bytes, API_VERSION) && !contains(bytes, KIND)) {
      return new Documents(List.of(), List.of(), true);
    }
    return read(bytes, JsonDocuments::read);
  }

  private interface Parser {
    Documents read(SourceText text);
  }

  private static Documents read(byte[] bytes, Parser parser) {
    if (bytes.length > BYTES_MAX) {
      return unreadable(new Finding(Position.START, "larger than 1 MiB"));
    }
    try {
      return parser.read(SourceText.decode(bytes));
    } catch (NotReadable e) {
      return unreadable(e.finding());
    }
  }

  private static Documents unreadable(Finding problem) {
    return new Documents(List.of(), List.of(problem), false);
  }

  private static boolean contains(byte[] bytes, byte[] word) {
    for (int i = 0; i + word.length <= bytes.length; i++) {
      int matched = 0;
      while (matched < word.length && bytes[i + matched] == word[matched]) {
        matched++;
      }
      if (matched == word.length) {
        return true;
      }
    }
    return false;
  }

  /// Gathers what a parser finds.
  static final class Builder {
    private final List<Tree> trees = new ArrayList<>();
    private final List<Finding> problems = new ArrayList<>();
    private boolean complete = true;

    void add(Tree tree) {
      trees.add(tree);
    }

    /// A problem that leaves the document readable.
    void problem(Position at, String message) {
      problems.add(new Finding(at, message));
    }

    void unreadable(Finding problem) {
      problems.add(problem);
      complete = false;
    }

    Documents build() {
      return new Documents(trees, problems, complete);
    }
  }
}
