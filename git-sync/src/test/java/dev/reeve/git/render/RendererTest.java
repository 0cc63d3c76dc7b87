package dev.reeve.git.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.reeve.git.TreeFile;
import dev.reeve.manifest.ManifestObject;
import dev.reeve.manifest.Problem;
import dev.reeve.manifest.Rendered;
import dev.reeve.manifest.text.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Folders that hold a kustomization or a chart, and what comes of them.
class RendererTest {
  private static final String CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n";

  @TempDir private Path temp;
  private final MemoryTree tree = new MemoryTree();

  private static List<String> keys(Rendering rendering) {
    return rendering.files().values().stream()
        .flatMap(file -> file.objects().stream())
        .map(object -> object.key().toString())
        .toList();
  }

  private static List<String> problems(Rendering rendering) {
    return rendering.problems().stream().map(Problem::toString).toList();
  }

  private static ManifestObject only(Rendering rendering) {
    assertThat(problems(rendering)).isEmpty();
    assertThat(keys(rendering)).hasSize(1);
    return rendering.files().firstEntry().getValue().objects().getFirst();
  }

  /// By the kustomize that kubectl has.
  @Nested
  class WithKustomize {
    private final Renderer renderer = Renderer.onPath();

    @BeforeEach
    void requireKustomize() throws IOException {
      Kustomize.assumeOfThisTime();
    }

    private Rendering render(String path) {
      return renderer.render(tree, tree.under(path));
    }

    @Test
    void overlaysAreRenderedAndTheirBaseIsAPartOfThem() {
      tree.with("web/base/kustomization.yaml", "resources: [deployment.yaml]")
          .with("web/base/deployment.yaml", deployment("web", "web:1"))
          .with(
              "web/overlays/staging/kustomization.yaml",
              "namespace: staging\nresources: [../../base]")
          .with(
              "web/overlays/prod/kustomization.yml",
              """
              namespace: prod
              resources: [../../base]
              images: [{name: web, newTag: "2"}]
              patches: [{path: more.yaml}]
              """)
          .with(
              "web/overlays/prod/more.yaml",
              "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 7}");

      var all = render("");
      var prod = render("web/overlays/prod");

      assertThat(problems(all)).isEmpty();
      assertThat(all.files().keySet())
          .containsExactly(
              "web/overlays/prod/kustomization.yml", "web/overlays/staging/kustomization.yaml");
      assertThat(keys(all)).containsExactly("Deployment/prod/web", "Deployment/staging/web");
      var spec = only(prod).json().path("spec");
      assertThat(spec.path("replicas").intValue()).isEqualTo(7);
      assertThat(spec.at("/template/spec/containers/0/image").textValue()).isEqualTo("web:2");
      assertThat(prod.inputs().firstEntry().getValue())
          .containsExactly(
              "web/base/deployment.yaml",
              "web/base/kustomization.yaml",
              "web/overlays/prod/kustomization.yml",
              "web/overlays/prod/more.yaml");
    }

    @Test
    void anObjectSaysWhatItWasMadeByAndFrom() {
      tree.with("app/kustomization.yaml", "resources: [../base]")
          .with("base/kustomization.yaml", "resources: [a.yaml]")
          .with("base/a.yaml", CONFIG.formatted("a"));

      var object = only(render("app"));

      assertThat(object.rendered().flatMap(Rendered::source)).contains("base/a.yaml");
      assertThat(object.rendered().orElseThrow().by()).matches("kustomize v\\d.*");
      // What asks for the origin is no part of the repository.
      assertThat(object.json().path("metadata").has("annotations")).isFalse();
    }

    @Test
    void generatedNamesCarryTheHashOfTheirContent() {
      tree.with(
              "kustomization.yaml",
              """
              secretGenerator:
              - name: login
                envs: [login.env]
              configMapGenerator:
              - name: settings
                files: [app.ini=conf/app.ini]
              """)
          .with("login.env", "password=geheim\n")
          .with("conf/app.ini", "x = 1\n");

      var before = keys(render(""));
      tree.with("login.env", "password=anders\n");
      var after = keys(render(""));

      assertThat(before).hasSize(2).allMatch(it -> it.matches(".*-[a-z0-9]{10}"));
      assertThat(after).hasSize(2).contains(before.getFirst()).doesNotContain(before.getLast());
    }

    @Test
    void aComponentThatNobodyNamesIsPassedOver() {
      tree.with("tls/kustomization.yaml", "kind: Component\nresources: [a.yaml]")
          .with("tls/a.yaml", CONFIG.formatted("a"));

      var rendering = render("");

      assertThat(keys(rendering)).isEmpty();
      assertThat(rendering.files().firstEntry().getValue().warnings())
          .extracting(Finding::message)
          .containsExactly("a component that no kustomization names is not rendered");
    }

    @Test
    void whatIsWrongWithAnObjectNamesItAndTheFileItCameFrom() {
      tree.with("app/kustomization.yaml", "resources: [a.yaml]")
          .with("app/a.yaml", deployment("web", "web:1").replace("replicas", "replica"));

      var file = render("").files().firstEntry();

      assertThat(file.getValue().problems())
          .extracting(it -> Problem.of(file.getKey(), it).toString())
          .containsExactly(
              "app/kustomization.yaml:1:1: Deployment/default/web (app/a.yaml): unknown field"
                  + " \"replica\" in spec; did you mean \"replicas\"?");
    }

    @Test
    void whatKustomizeSaysIsTold() {
      tree.with("app/kustomization.yaml", "resources: [a.yaml]\npatches: [{path: b.yaml}]")
          .with("app/a.yaml", CONFIG.formatted("a"))
          .with("app/b.yaml", CONFIG.formatted("other"));

      assertThat(problems(render("")))
          .singleElement()
          .asString()
          .startsWith("app/kustomization.yaml:1:1: ")
          .contains("no matches for Id ConfigMap.v1.[noGrp]/other")
          .doesNotContain("/tmp");
    }

    @Test
    void whatItSaysDoesNotShowAPassword() {
      tree.with(
              "app/kustomization.yaml",
              """
              resources: [a.yaml]
              patches:
              - patch: |-
                  kind: Secret
                  stringData: {password: geheim
              """)
          .with("app/a.yaml", CONFIG.formatted("a"));

      assertThat(problems(render("")))
          .singleElement()
          .asString()
          .startsWith("app/kustomization.yaml:1:1: ")
          .doesNotContain("geheim");
    }

    @Test
    void aCircleIsToldByKustomize() {
      tree.with("a/kustomization.yaml", "resources: [../b]")
          .with("b/kustomization.yaml", "resources: [../a]");

      assertThat(problems(render(""))).singleElement().asString().contains("cycle detected");
    }

    @Test
    void anEncryptedResourceIsRefused() {
      tree.with("app/kustomization.yaml", "resources: [a.yaml]")
          .with(
              "app/a.yaml",
              """
              apiVersion: v1
              kind: Secret
              metadata: {name: a}
              data: {a: 'ENC[AES256_GCM,data:x,type:str]'}
              sops: {mac: x}
              """);

      assertThat(render("").files().firstEntry().getValue().problems())
          .extracting(Finding::subject, Finding::message)
          .singleElement()
          .asString()
          .contains("Secret/default/a (app/a.yaml)", "is encrypted by sops");
    }

    @Test
    void nothingOfItIsLeft() throws IOException {
      var folder = Path.of(System.getProperty("java.io.tmpdir"));
      tree.with("kustomization.yaml", "resources: [a.yaml]").with("a.yaml", CONFIG.formatted("a"));

      only(render(""));

      try (var left = Files.list(folder)) {
        assertThat(left.map(it -> it.getFileName().toString()))
            .noneMatch(it -> it.startsWith("reeve-render-"));
      }
    }
  }

  /// What is found wrong before anything is started.
  @Nested
  class Refused {
    private List<String> refused(String kustomization) {
      tree.with("app/kustomization.yaml", kustomization)
          .with("app/here.yaml", CONFIG.formatted("here"))
          .with("outside.yaml", CONFIG.formatted("outside"))
          .with("app/link.yaml", TreeFile.Kind.SYMLINK)
          .with("plain/a.yaml", CONFIG.formatted("a"));
      var renderer = new Renderer(new Tools(List.of()), Limits.DEFAULT);
      return problems(renderer.render(tree, tree.under("app")));
    }

    @Test
    void whatLiesElsewhere() {
      assertThat(
              refused(
                  """
                  resources:
                  - https://example.com/a.yaml
                  - github.com/owner/repository//base?ref=v1
                  components: ["git@example.com:owner/repository.git"]
                  patches: [{path: "http://example.com/patch.yaml"}]
                  configMapGenerator: [{name: a, files: [x=https://example.com/x]}]
                  """))
          .containsExactly(
              "app/kustomization.yaml:2:3: resources: https://example.com/a.yaml is not in the"
                  + " repository, and nothing is fetched: commit it",
              "app/kustomization.yaml:3:3: resources: github.com/owner/repository//base?ref=v1 is"
                  + " not in the repository, and nothing is fetched: commit it",
              "app/kustomization.yaml:4:14: components: git@example.com:owner/repository.git is not"
                  + " in the repository, and nothing is fetched: commit it",
              "app/kustomization.yaml:5:18: patches.path: http://example.com/patch.yaml is not in"
                  + " the repository, and nothing is fetched: commit it",
              "app/kustomization.yaml:6:40: configMapGenerator.files: https://example.com/x is not"
                  + " in the repository, and nothing is fetched: commit it");
    }

    @Test
    void pathsThatLeaveTheFolderOrTheRepository() {
      assertThat(
              refused(
                  """
                  resources:
                  - here.yaml
                  - ../outside.yaml
                  - ../../etc
                  - /etc
                  - ../plain
                  - link.yaml
                  - gone.yaml
                  """))
          .containsExactly(
              "app/kustomization.yaml:3:3: resources: ../outside.yaml is no file in or below the"
                  + " kustomization's folder",
              "app/kustomization.yaml:4:3: resources: ../../etc leaves the repository",
              "app/kustomization.yaml:5:3: resources: /etc leaves the repository",
              "app/kustomization.yaml:6:3: resources: ../plain is a folder without a"
                  + " kustomization.yaml",
              "app/kustomization.yaml:7:3: resources: link.yaml is a link or a submodule, which is"
                  + " not followed",
              "app/kustomization.yaml:8:3: resources: gone.yaml is not in the repository");
    }

    @Test
    void chartsWithinAKustomization() {
      assertThat(refused("helmCharts: [{name: redis}]"))
          .singleElement()
          .asString()
          .startsWith("app/kustomization.yaml:1:1: helmCharts is not supported");
    }

    @Test
    void aKustomizationThatIsNone() {
      assertThat(refused("- a\n"))
          .containsExactly("app/kustomization.yaml:1:1: a kustomization is one mapping");
    }

    @Test
    void onlyTheFoldersWhoseProgramIsMissing() throws IOException {
      var fake = new FakeTools(temp);
      fake.program(
          "helm",
          "v3.18.4+gd80839c",
          "echo 'apiVersion: v1'; echo 'kind: ConfigMap'; echo 'metadata: {name: a}'");
      var renderer = new Renderer(fake.tools(), Limits.DEFAULT);
      tree.with("app/kustomization.yaml", "resources: [a.yaml]")
          .with("app/a.yaml", CONFIG.formatted("a"))
          .with("chart/Chart.yaml", "name: web")
          .with("chart/values.yaml", "");

      var rendering = renderer.render(tree, tree.under(""));

      assertThat(problems(rendering))
          .containsExactly(
              "app/kustomization.yaml:1:1: app is rendered by kustomize (or kubectl, which has it),"
                  + " and there is none on the PATH: install it where Reeve runs");
      assertThat(rendering.unable()).contains(problems(rendering).getFirst());
      assertThat(keys(rendering)).containsExactly("ConfigMap/default/a");
      assertThat(renderer.isBetterOff()).isFalse();
      fake.program("kubectl", "Kustomize Version: v5.5.0", "");
      assertThat(renderer.isBetterOff()).isTrue();
    }
  }

  /// Programs that misbehave, and how often they are called.
  @Nested
  class Bounded {
    private final Limits narrow = new Limits(Duration.ofSeconds(5), 10_000, 10, 10_000);

    private FakeTools kustomize(String does) throws IOException {
      tree.with("app/kustomization.yaml", "resources: [a.yaml]").with("app/a.yaml", "a: 1\n");
      var fake = new FakeTools(temp);
      fake.program("kustomize", "v5.4.3", does);
      return fake;
    }

    @Test
    void aSlowProgramIsEndedWithItsChildren() throws IOException, InterruptedException {
      var sleep = "3600." + ProcessHandle.current().pid();
      var fake = kustomize("sleep " + sleep + " & wait");

      var rendering = new Renderer(fake.tools(), narrow).render(tree, tree.under(""));

      assertThat(problems(rendering))
          .containsExactly(
              "app/kustomization.yaml:1:1: kustomize was stopped: it took longer than 5 s");
      assertThat(rendering.unable()).isPresent();
      for (int i = 0; i < 100 && isRunning(sleep); i++) {
        Thread.sleep(20);
      }
      assertThat(isRunning(sleep)).isFalse();
    }

    private static boolean isRunning(String argument) {
      return ProcessHandle.allProcesses()
          .anyMatch(it ->
              it.info().arguments().stream().anyMatch(all -> List.of(all).contains(argument)));
    }

    @Test
    void aProgramThatSaysTooMuchIsEnded() throws IOException {
      var fake = kustomize("yes");

      assertThat(problems(new Renderer(fake.tools(), narrow).render(tree, tree.under(""))))
          .containsExactly("app/kustomization.yaml:1:1: more than 0 MiB come out of it");
    }

    @Test
    void aFolderThatIsTooLargeIsNotCopied() throws IOException {
      var fake = kustomize("");
      tree.with("app/a.yaml", "#".repeat(20_000));

      assertThat(problems(new Renderer(fake.tools(), narrow).render(tree, tree.under(""))))
          .singleElement()
          .asString()
          .contains("too much to render");
      assertThat(fake.calledWith("kustomize")).isEmpty();
    }

    @Test
    void theProgramSeesNothingOfTheOutside() throws IOException {
      var fake =
          kustomize(
              """
              cat <<END
              apiVersion: v1
              kind: ConfigMap
              metadata: {name: seen}
              data:
                home: "$(ls -A "$HOME" | wc -l)"
                java: "${JAVA_HOME:-none}"
                links: "$(ls /sys/class/net | tr '\\n' ' ')"
                mode: "$(stat -c %a ../)"
                files: "$(find . -type f | sort | tr '\\n' ' ')"
                network: "$(grep -c : /proc/self/net/dev)"
              END
              """);

      var data = only(new Renderer(fake.tools(), narrow).render(tree, tree.under(""))).json();

      assertThat(data.at("/data/home").textValue()).isEqualTo("0");
      assertThat(data.at("/data/java").textValue()).isEqualTo("none");
      assertThat(data.at("/data/mode").textValue()).isEqualTo("700");
      assertThat(data.at("/data/files").textValue())
          .isEqualTo("./app/a.yaml ./app/kustomization.yaml ");
      // The loopback, which is down.
      assertThat(data.at("/data/network").textValue()).isEqualTo("1");
    }

    @Test
    void onlyWhatChangedIsRenderedAgain() throws IOException {
      var fake = kustomize("printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: a}\\n'");
      tree.with("other/kustomization.yaml", "resources: [b.yaml]").with("other/b.yaml", "b: 1\n");
      var renderer = new Renderer(fake.tools(), narrow);

      renderer.render(tree, tree.under(""));
      tree.with("README.md", "Nobody reads it").with("app/notes.txt", "Nor that");
      renderer.render(tree, tree.under(""));
      assertThat(fake.calledWith("kustomize")).containsExactly("build ./app", "build ./other");

      tree.with("app/a.yaml", "a: 2\n");
      renderer.render(tree, tree.under(""));
      assertThat(fake.calledWith("kustomize")).hasSize(3).last().isEqualTo("build ./app");

      fake.program(
          "kustomize",
          "v5.10.0",
          "printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: b}\\n'");
      var renewed = renderer.render(tree, tree.under("app"));
      assertThat(keys(renewed)).containsExactly("ConfigMap/default/b");
    }
  }

  /// Charts, by a program that stands for helm.
  @Nested
  class Charts {
    private Rendering render(String does) throws IOException {
      tree.with("shop/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
          .with("shop/values.yaml", "a: 1\n")
          .with("shop/templates/a.yaml", "{{ .Values.a }}");
      var fake = new FakeTools(temp);
      fake.program("helm", "v3.18.4+gd80839c", does);
      var rendering = new Renderer(fake.tools(), Limits.DEFAULT).render(tree, tree.under(""));
      assertThat(fake.calledWith("helm"))
          .isNotEmpty()
          .containsOnly("template web ./shop --namespace default --include-crds");
      return rendering;
    }

    private static String printing(String text) {
      return "cat <<'END'\n" + text + "END\n";
    }

    @Test
    void aChartWithValuesIsRendered() throws IOException {
      var object =
          only(render(printing("---\n# Source: web/templates/a.yaml\n" + CONFIG.formatted("a"))));

      assertThat(object.key()).hasToString("ConfigMap/default/a");
      assertThat(object.rendered())
          .contains(new Rendered("helm v3.18.4+gd80839c", Optional.of("shop/templates/a.yaml")));
    }

    @Test
    void testsAreLeftOutAndOtherHooksRefused() throws IOException {
      var hook =
          "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, annotations: {helm.sh/hook: '%s'}}\n";

      var file =
          render(
                  printing(
                      CONFIG.formatted("a")
                          + "---\n"
                          + hook.formatted("check", "test")
                          + "---\n"
                          + hook.formatted("migrate", "pre-install,pre-upgrade")))
              .files()
              .firstEntry()
              .getValue();

      assertThat(file.objects()).hasSize(1);
      assertThat(file.warnings())
          .extracting(Finding::subject, Finding::message)
          .containsExactly(tuple("Pod/default/check", "a test of the chart is not acted on"));
      assertThat(file.problems())
          .extracting(Finding::message)
          .containsExactly(
              "is a helm hook (pre-install,pre-upgrade), which nothing here runs: turn it off in"
                  + " values.yaml");
    }

    @Test
    void aChartThatIsNeverTheSameIsRefused() throws IOException {
      assertThat(problems(render("echo \"a: $$.$(date +%N)\"")))
          .containsExactly(
              "shop/Chart.yaml:1:1: the chart comes out otherwise each time: random values and"
                  + " times must be written in values.yaml");
    }

    @Test
    void whatHelmSaysIsTold() throws IOException {
      assertThat(
              problems(
                  render(
                      "echo 'Error: found in Chart.yaml, but missing in charts/ directory: redis' >&2; exit 1")))
          .containsExactly(
              "shop/Chart.yaml:1:1: found in Chart.yaml, but missing in charts/ directory: redis");
    }

    @Test
    void chartsWithoutValuesAndLibrariesArePassedOver() throws IOException {
      tree.with("bare/Chart.yaml", "name: bare")
          .with("library/Chart.yaml", "name: lib\ntype: library")
          .with("library/values.yaml", "");

      var files = render(printing(CONFIG.formatted("a"))).files();

      assertThat(files.keySet())
          .containsExactly("bare/Chart.yaml", "library/Chart.yaml", "shop/Chart.yaml");
      assertThat(files.firstEntry().getValue().warnings())
          .extracting(Finding::message)
          .containsExactly("a chart without values.yaml is not rendered");
    }

    @Test
    void aLinkInAChartIsRefused() throws IOException {
      tree.with("other/Chart.yaml", "name: other")
          .with("other/values.yaml", "")
          .with("other/templates/b.yaml", TreeFile.Kind.SYMLINK)
          .with("third/Chart.yaml", "name: --kubeconfig=x")
          .with("third/values.yaml", "");

      assertThat(problems(render(printing(CONFIG.formatted("a")))))
          .containsExactly(
              "other/templates/b.yaml:1:1: a symbolic link is not read as a part of a chart",
              "third/Chart.yaml:1:7: name must be lower case letters, digits and hyphens, at most"
                  + " 53: it is the release's");
    }
  }

  private static String deployment(String name, String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %s}
    spec:
      replicas: 1
      selector: {matchLabels: {app: %s}}
      template:
        metadata: {labels: {app: %s}}
        spec: {containers: [{name: web, image: "%s"}]}
    """
        .formatted(name, name, name, image);
  }
}
