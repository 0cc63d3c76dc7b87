package dev.reeve.manifest.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.schema.ObjectReader;
import dev.reeve.manifest.text.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Breaks other people's manifests by text and puts a part of it back. What must come out is known
/// beforehand, byte for byte, without reading YAML: pieces between `---` lines, each as it was or
/// as it was broken.
@EnabledIfSystemProperty(
    named = "reeve.corpus",
    matches = ".+",
    disabledReason = "no corpus given (-Dreeve.corpus=FOLDER)")
class RollbackCorpusTest {
  private static final int SEEDS = 20;
  private static final int BUNDLES = 60;
  private static final int FILES_IN_BUNDLE_MAX = 12;
  private static final Pattern SEPARATOR = Pattern.compile("(?m)^(?=---([ \\t\\r]|$))");
  private static final Pattern IMAGE =
      Pattern.compile("(?m)^( *(?:- )?image: *[\"']?)(?=[A-Za-z0-9])");
  private static final Pattern DATA =
      Pattern.compile(
          "(?m)^((?:data|stringData|binaryData): *\\r?\\n(?:  +#.*\\n)*  +[^ #:\\n]+:(?: *[|>][-+]?\\r?\\n"
              + " +| +[\"']?))(?=[A-Za-z0-9])");
  private static final Pattern KIND = Pattern.compile("(?m)^(kind: *\\w+)(?= *\\r?$)");
  private static final Pattern IN_DOCUMENT = Pattern.compile("(?m)^(?!---)(?=.)");
  private static final Set<String> HAVE_PARTS =
      Set.of(
          "Deployment",
          "StatefulSet",
          "DaemonSet",
          "ReplicaSet",
          "Rollout",
          "Job",
          "Pod",
          "ConfigMap",
          "Secret");

  /// What stands between two separators.
  ///
  /// @param key empty for pieces that are not broken
  private record Piece(String stable, String failing, Optional<ObjectKey> key) {}

  private int files;
  private int documents;
  private int documentsInBundles;
  private int restorations;
  private int documentsRestored;

  @Test
  void putsBackExactlyTheDocumentsAskedFor() throws IOException {
    for (List<Piece> file : withBundles(breakableFiles(Set.of()))) {
      for (int seed = 0; seed < SEEDS; seed++) {
        restoreSome(file, new Random(seed), LaterChange.NONE);
      }
    }

    report("whole documents");
    assertThat(documentsRestored).isGreaterThan(5 * documents);
  }

  @Test
  void putsBackExactlyThePartsOfDocumentsThatWereChangedLater() throws IOException {
    for (List<Piece> file : withBundles(breakableFiles(HAVE_PARTS))) {
      for (int seed = 0; seed < SEEDS; seed++) {
        restoreSome(file, new Random(seed), LaterChange.A_COMMENT);
      }
    }

    report("parts");
    assertThat(documentsRestored).isGreaterThan(5 * documents);
  }

  @Test
  void putsBackExactlyThePartsOfDocumentsThatAreIndentedOtherwise() throws IOException {
    for (List<Piece> file : withBundles(breakableFiles(HAVE_PARTS))) {
      for (int seed = 0; seed < SEEDS; seed++) {
        restoreSome(file, new Random(seed), LaterChange.A_COMMENT_IN_AN_INDENTED_FILE);
      }
    }

    report("parts moved");
    assertThat(documentsRestored).isGreaterThan(5 * documents);
  }

  private enum LaterChange {
    NONE,
    A_COMMENT,
    A_COMMENT_IN_AN_INDENTED_FILE;

    String failing(String text) {
      return switch (this) {
        case NONE, A_COMMENT -> text;
        case A_COMMENT_IN_AN_INDENTED_FILE -> IN_DOCUMENT.matcher(text).replaceAll("  ");
      };
    }

    String tip(String text) {
      return switch (this) {
        case NONE -> text;
        case A_COMMENT, A_COMMENT_IN_AN_INDENTED_FILE ->
            failing(KIND.matcher(text).replaceFirst("$1 # later"));
      };
    }
  }

  private void restoreSome(List<Piece> file, Random random, LaterChange later) {
    var stable = new StringBuilder();
    var failing = new StringBuilder();
    var tip = new StringBuilder();
    var expected = new StringBuilder();
    var asked = new TreeSet<ObjectKey>();
    for (Piece piece : file) {
      boolean isBroken = piece.key().isPresent() && random.nextInt(4) > 0;
      boolean isRestored = piece.key().isPresent() && random.nextBoolean();
      String broken = isBroken ? piece.failing() : piece.stable();
      stable.append(piece.stable());
      failing.append(later.failing(broken));
      tip.append(later.tip(broken));
      expected.append(later.tip(isRestored ? piece.stable() : broken));
      if (isRestored) {
        asked.add(piece.key().orElseThrow());
      }
    }
    boolean changesLineEnds = random.nextInt(4) == 0 && stable.indexOf("\r") < 0;
    var versions =
        new FileVersions(
            utf8(tip, changesLineEnds), utf8(failing, changesLineEnds), utf8(stable, false));

    Restored restored = RollbackEdit.restore(Format.YAML, versions, asked);

    switch (restored) {
      case Restored.Edited edited ->
          assertThat(edited.text().toUtf8()).isEqualTo(utf8(expected, changesLineEnds).toUtf8());
      case Restored.Unsafe unsafe -> throw new AssertionError(unsafe.reason() + "\n" + tip);
    }
    restorations++;
    documentsRestored += asked.size();
  }

  private static Bytes utf8(CharSequence text, boolean asCrlf) {
    return Bytes.utf8(asCrlf ? RollbackEditTest.crlf(text.toString()) : text.toString());
  }

  /// Most files hold one document. So some are joined to larger ones, with all that stands in them.
  private List<List<Piece>> withBundles(List<List<Piece>> single) {
    var result = new ArrayList<>(single);
    for (int seed = 0; seed < BUNDLES; seed++) {
      var random = new Random(seed);
      var bundle = new ArrayList<Piece>();
      var keys = new HashSet<ObjectKey>();
      int size = 2 + random.nextInt(FILES_IN_BUNDLE_MAX - 1);
      for (int i = 0; i < size; i++) {
        List<Piece> file = single.get(random.nextInt(single.size()));
        List<ObjectKey> added = file.stream().flatMap(piece -> piece.key().stream()).toList();
        if (Collections.disjoint(keys, added)) {
          keys.addAll(added);
          bundle.add(separator(bundle));
          bundle.addAll(file);
        }
      }
      result.add(bundle);
      documentsInBundles += keys.size();
    }
    return result;
  }

  private static Piece separator(List<Piece> inFront) {
    boolean isNewLine = inFront.isEmpty() || inFront.getLast().stable().endsWith("\n");
    String text = isNewLine ? "---\n" : "\n---\n";
    return new Piece(text, text, Optional.empty());
  }

  /// @param kinds the only ones that are broken; empty for all
  private List<List<Piece>> breakableFiles(Set<String> kinds) throws IOException {
    var result = new ArrayList<List<Piece>>();
    try (var paths = Files.walk(Path.of(System.getProperty("reeve.corpus")))) {
      for (Path path : paths.filter(RollbackCorpusTest::isYaml).sorted().toList()) {
        byte[] bytes = Files.readAllBytes(path);
        Documents read = Documents.yaml(bytes);
        if (!read.problems().isEmpty() || !read.isComplete()) {
          continue;
        }
        List<Piece> pieces =
            SEPARATOR
                .splitAsStream(new String(bytes, StandardCharsets.UTF_8))
                .map(text -> piece(text, kinds))
                .toList();
        List<ObjectKey> keys = pieces.stream().flatMap(piece -> piece.key().stream()).toList();
        boolean isEachDefinedOnce = new HashSet<>(keys).size() == keys.size();
        if (!keys.isEmpty() && isEachDefinedOnce) {
          result.add(pieces);
          files++;
          documents += keys.size();
        }
      }
    }
    assertThat(documents).isPositive();
    return result;
  }

  private static Piece piece(String text, Set<String> kinds) {
    Documents read = Documents.yaml(text.getBytes(StandardCharsets.UTF_8));
    List<ObjectKey> keys =
        read.trees().stream().flatMap(tree -> ObjectReader.keyOf(tree).stream()).toList();
    String failing = DATA.matcher(IMAGE.matcher(text).replaceFirst("$1broken")).replaceFirst("$1b");
    boolean isBreakable =
        keys.size() == 1
            && !failing.equals(text)
            && (kinds.isEmpty()
                || kinds.contains(keys.getFirst().kind()) && KIND.matcher(text).find());
    return isBreakable
        ? new Piece(text, failing, Optional.of(keys.getFirst()))
        : new Piece(text, text, Optional.empty());
  }

  private static boolean isYaml(Path path) {
    return Format.of(path.toString()).equals(Optional.of(Format.YAML));
  }

  private void report(String what) {
    System.out.printf(
        "corpus, %s: %d files with %d documents to break, %d of them in %d bundles;"
            + " %d edits put %d documents back%n",
        what, files, documents, documentsInBundles, BUNDLES, restorations, documentsRestored);
  }
}
