package dev.reeve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {
  private static final String GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n";
  private static final String BAD = "what: is this\n";

  @TempDir Path folder;

  private void write(String path, String text) throws IOException {
    var file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Said validate() {
    return Said.by("validate", folder.toString());
  }

  @Test
  void saysWhatIsWrongAndWhere() throws IOException {
    write("a/b.yaml", BAD);

    var said = validate();

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).startsWith(folder.resolve("a/b.yaml") + ":1:1: apiVersion is required");
  }

  @Test
  void passesOverWhatTheControlPlanePassesOver() throws IOException {
    write("good.yaml", GOOD.formatted("a"));
    write(".deploy.yml", GOOD.formatted("b"));
    write(".github/ci.yml", BAD);
    write("chart/Chart.yaml", BAD);
    write("chart/templates/a.yaml", BAD);
    write("notes/a.yaml", BAD);
    write("draft.yaml", BAD);
    write(".reeveignore", "/notes/\ndraft.*\n");
    write("package.json", "{\"name\": \"no manifest\"}");
    write("README.md", "");
    write("sub/.git", "gitdir: elsewhere");
    write("sub/a.yaml", BAD);

    assertThat(validate())
        .isEqualTo(
            new Said(
                0,
                "warning: %s/chart/Chart.yaml:1:1: a chart without values.yaml is not rendered\n"
                        .formatted(folder)
                    + "ok: 2 objects in 4 files\n",
                ""));
  }

  @Test
  void rendersKustomizationsWithWhatLiesBesideThem() throws IOException {
    Kustomize.assumeOfThisTime();
    write(".git/HEAD", "ref: refs/heads/main");
    write("base/kustomization.yaml", "resources: [a.yaml]\nconfigurations: []\n");
    write("base/a.yaml", GOOD.formatted("a"));
    write("overlays/prod/kustomization.yaml", "namePrefix: prod-\nresources: [../../base]\n");

    assertThat(validate()).isEqualTo(new Said(0, "ok: 1 objects in 1 files\n", ""));
    assertThat(Said.by("validate", folder.resolve("overlays/prod").toString()))
        .isEqualTo(new Said(0, "ok: 1 objects in 1 files\n", ""));
  }

  @Test
  void saysWhatIsWrongInARenderedFolder() throws IOException {
    Kustomize.assumeOfThisTime();
    write("good/kustomization.yaml", "resources: [a.yaml, https://example.com/b.yaml]\n");
    write("good/a.yaml", GOOD.formatted("a"));
    write("bad/kustomization.yaml", "resources: [a.yaml]\n");
    write("bad/a.yaml", GOOD.formatted("a") + "dat: {}\n");

    assertThat(validate().out().lines())
        .containsExactly(
            folder
                + "/good/kustomization.yaml:1:21: resources: https://example.com/b.yaml is not in"
                + " the repository, and nothing is fetched: commit it");
    write("good/kustomization.yaml", "resources: [a.yaml]\nnamespace: good\n");
    assertThat(validate().out().lines())
        .containsExactly(
            folder
                + "/bad/kustomization.yaml:1:1: ConfigMap/default/a (bad/a.yaml): unknown field"
                + " \"dat\"; did you mean \"data\"?");
  }

  @Test
  void refusesWhatTheControlPlaneCannotRead() throws IOException {
    write("good.yaml", GOOD.formatted("a"));
    write("large.yaml", "# ".repeat(1 << 20));
    Files.createSymbolicLink(folder.resolve("link.yaml"), Path.of("good.yaml"));

    var said = validate();

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out().lines())
        .containsExactly(
            folder + "/large.yaml:1:1: larger than 1 MiB (2097152 bytes); split the file",
            folder + "/link.yaml:1:1: a symbolic link is not read as a manifest");
  }

  @Test
  void readsAFileThatIsNamedWhateverIsIgnored() throws IOException {
    write("draft", GOOD.formatted("a"));
    write(".reeveignore", "draft\n");

    assertThat(Said.by("validate", folder.resolve("draft").toString()))
        .isEqualTo(new Said(0, "ok: 1 objects in 1 files\n", ""));
  }

  @Test
  void saysOfAPathThatItIsNotThere() {
    assertThat(Said.by("validate", "/nowhere/at/all"))
        .isEqualTo(new Said(1, "", "reeve: /nowhere/at/all does not exist\n"));
  }
}
