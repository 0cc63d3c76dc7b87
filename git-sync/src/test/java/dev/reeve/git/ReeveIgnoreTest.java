package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReeveIgnoreTest {
  private static List<TreeFile> files(String... paths) {
    return Stream.of(paths)
        .map(path -> new TreeFile(path, "0".repeat(40), TreeFile.Kind.REGULAR, 1))
        .toList();
  }

  private static ReeveIgnore.Selection select(
      String root, Map<String, String> ignores, String... paths) {
    return ReeveIgnore.of(root, new TreeMap<>(ignores)).select(files(paths));
  }

  private static List<String> read(String root, Map<String, String> ignores, String... paths) {
    return select(root, ignores, paths).files().stream().map(TreeFile::path).toList();
  }

  @Test
  void readsYamlAndJsonUnderThePath() {
    assertThat(
            read(
                "apps",
                Map.of(),
                "apps/a.yaml",
                "apps/b/c.yml",
                "apps/d.json",
                "apps/e.txt",
                "apps-old/f.yaml",
                "g.yaml"))
        .containsExactly("apps/a.yaml", "apps/b/c.yml", "apps/d.json");
  }

  @Test
  void passesOverDotFoldersButNotDotFiles() {
    assertThat(read("", Map.of(), ".github/workflows/ci.yml", "a/.b/c.yaml", ".d.yaml"))
        .containsExactly(".d.yaml");
  }

  @Test
  void passesOverTheSettingsOfSops() {
    assertThat(read("", Map.of(), ".sops.yaml", "a/.sops.yaml", "sops.yaml"))
        .containsExactly("sops.yaml");
  }

  @Test
  void readsADotFolderThatIsThePathItself() {
    assertThat(read(".deploy", Map.of(), ".deploy/a.yaml", ".deploy/.git/b.yaml"))
        .containsExactly(".deploy/a.yaml");
  }

  @Test
  void passesOverWhatIsIgnored() {
    var ignores = Map.of(".reeveignore", "# notes\n/docs/\n*.draft.yaml\n!keep.draft.yaml\n");

    assertThat(
            read(
                "",
                ignores,
                "a.yaml",
                "docs/b.yaml",
                "x/docs/c.yaml",
                "x/d.draft.yaml",
                "x/keep.draft.yaml"))
        .containsExactly("a.yaml", "x/docs/c.yaml", "x/keep.draft.yaml");
  }

  @Test
  void letsTheDeepestRuleDecide() {
    var ignores = Map.of(".reeveignore", "secret.yaml\n", "a/.reeveignore", "!secret.yaml\n");

    assertThat(read("", ignores, "secret.yaml", "a/secret.yaml", "b/secret.yaml"))
        .containsExactly("a/secret.yaml");
  }

  @Test
  void cannotTakeAFileOutOfAnIgnoredFolderAgain() {
    var ignores = Map.of(".reeveignore", "a/\n", "a/.reeveignore", "!b.yaml\n");

    assertThat(read("", ignores, "a/b.yaml", "c.yaml")).containsExactly("c.yaml");
  }

  @Test
  void heedsARuleFileAboveThePath() {
    assertThat(read("apps", Map.of(".reeveignore", "apps/old\n"), "apps/a.yaml", "apps/old/b.yaml"))
        .containsExactly("apps/a.yaml");
  }

  @Test
  void tellsTheOutermostChartsAndReadsNothingBelowThem() {
    var selection =
        select(
            "",
            Map.of(),
            "web/Chart.yaml",
            "web/values.yaml",
            "web/templates/a.yaml",
            "web/charts/redis/Chart.yaml",
            "web/example/kustomization.yaml",
            "b.yaml");

    assertThat(selection.files()).extracting(TreeFile::path).containsExactly("b.yaml");
    assertThat(selection.kustomizations()).isEmpty();
    assertThat(selection.charts()).extracting(TreeFile::path).containsExactly("web/Chart.yaml");
  }

  @Test
  void tellsOneKustomizationForAFolderAndReadsNothingBelowThem() {
    var selection =
        select(
            "",
            Map.of(),
            "k/Kustomization",
            "k/kustomization.yaml",
            "k/base/kustomization.yml",
            "k/base/a.yaml",
            "other/Kustomization",
            "other/b.yaml",
            "plain/c.yaml");

    assertThat(selection.files()).extracting(TreeFile::path).containsExactly("plain/c.yaml");
    assertThat(selection.kustomizations())
        .extracting(TreeFile::path)
        .containsExactly("k/kustomization.yaml", "k/base/kustomization.yml", "other/Kustomization");
  }

  @Test
  void leavesLinksToTheReaderAndSubmodulesOut() {
    var link = new TreeFile("a.yaml", "0".repeat(40), TreeFile.Kind.SYMLINK, 1);
    var module = new TreeFile("b.yaml", "0".repeat(40), TreeFile.Kind.SUBMODULE, 0);

    var selection = ReeveIgnore.of("", new TreeMap<>()).select(List.of(link, module));

    assertThat(selection.files()).containsExactly(link);
  }
}
