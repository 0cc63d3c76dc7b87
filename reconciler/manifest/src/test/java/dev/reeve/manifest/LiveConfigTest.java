package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// `reeve.dev/config`: whether config belongs to a release, or reaches pods that run.
class LiveConfigTest {
  private static final ObjectKey FLAGS = new ObjectKey("ConfigMap", "default", "flags");
  private static final ObjectKey LOGIN = new ObjectKey("Secret", "default", "login");

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
              - name: web
                image: nginx
                volumeMounts: [{name: flags, mountPath: /flags}]
                env:
                  - name: PASSWORD
                    valueFrom: {secretKeyRef: {name: login, key: password}}
            volumes: [{name: flags, configMap: {name: flags}}]
      """;

  private static final String CONFIG =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: flags
      data: {color: red}
      ---
      apiVersion: v1
      kind: Secret
      metadata:
        name: login
      stringData: {password: hunter2}
      """;

  private static String live(String text, String name) {
    var changed =
        text.replace(
            "  name: " + name + "\n",
            "  name: " + name + "\n  annotations: {reeve.dev/config: live}\n");
    assertThat(changed).isNotEqualTo(text);
    return changed;
  }

  private static Release release(String web, String config) {
    return Repository.with("web.yaml", web)
        .and("config.yaml", config)
        .workload("Deployment/default/web")
        .release();
  }

  private static List<ObjectKey> keys(List<ConfigUse> uses) {
    return uses.stream().map(ConfigUse::key).toList();
  }

  @Nested
  class OfAnObject {
    private final String config = live(CONFIG, "flags");

    @Test
    void itsContentIsNoPartOfARelease() {
      var before = release(WEB, config);
      var after = release(WEB, config.replace("red", "blue"));

      assertThat(after.hash()).isEqualTo(before.hash());
      assertThat(after.live()).isNotEqualTo(before.live());
      assertThat(keys(before.live())).containsExactly(FLAGS);
    }

    @Test
    void otherConfigStaysPartOfIt() {
      var before = release(WEB, config);
      var after = release(WEB, config.replace("hunter2", "hunter3"));

      assertThat(after.hash()).isNotEqualTo(before.hash());
      assertThat(keys(before.config())).containsExactly(LOGIN);
    }

    @Test
    void thatItIsLiveIsPartOfARelease() {
      assertThat(release(WEB, config).hash()).isNotEqualTo(release(WEB, CONFIG).hash());
    }

    @Test
    void anEditOfItMakesTheSameReleaseAnew() {
      var first = file(config);
      var read = Repository.with("web.yaml", WEB).and("config.yaml", config).accepted();

      var edited =
          Manifests.edited(
                  read,
                  new CommitText("c1", "Blue", "Ann <ann@example.com>"),
                  List.of(new Edit("config.yaml", first, file(config.replace("red", "blue")))),
                  Repository.KEY)
              .orElseThrow()
              .state();

      var web = ObjectKey.parse("Deployment/default/web");
      var before = Repository.object(read.state(), web).workload().orElseThrow().release();
      var after = Repository.object(edited, web).workload().orElseThrow().release();
      assertThat(after.hash()).isEqualTo(before.hash());
      assertThat(after.live())
          .containsExactly(new ConfigUse(FLAGS, Repository.object(edited, FLAGS).contentHash()))
          .isNotEqualTo(before.live());
    }

    private static ManifestFile file(String text) {
      return ManifestFile.parse(text.getBytes(StandardCharsets.UTF_8), Format.YAML);
    }
  }

  @Nested
  class OfAWorkload {
    private final String web = live(WEB, "web");

    @Test
    void allItUsesIsLive() {
      var before = release(web, CONFIG);
      var after = release(web, CONFIG.replace("red", "blue").replace("hunter2", "hunter3"));

      assertThat(after.hash()).isEqualTo(before.hash());
      assertThat(keys(before.live())).containsExactly(FLAGS, LOGIN);
      assertThat(before.config()).isEmpty();
    }

    @Test
    void whatItMayDoWithoutComesAndGoesWithoutANewRelease() {
      var optional =
          web.replace("configMap: {name: flags}", "configMap: {name: flags, optional: true}");
      var login = CONFIG.substring(CONFIG.indexOf("---\n") + 4);

      assertThat(release(optional, login).hash()).isEqualTo(release(optional, CONFIG).hash());
      assertThat(release(optional, login).live()).contains(new ConfigUse(FLAGS, ""));
    }

    @Test
    void whatItNeedsMustBeThere() {
      assertThat(
              Repository.with("web.yaml", web)
                  .and("config.yaml", CONFIG.replace("password:", "word:"))
                  .problems())
          .containsExactly("web.yaml:17:60: Secret/default/login has no key \"password\"");
    }

    @Test
    void jobsOfACronJobAreAsTheirs() {
      var cron =
          """
          apiVersion: batch/v1
          kind: CronJob
          metadata:
            name: tidy
            annotations: {reeve.dev/config: live}
          spec:
            schedule: "0 3 * * *"
            jobTemplate:
              spec:
                template:
                  spec:
                    restartPolicy: Never
                    containers:
                      - {name: tidy, image: a, envFrom: [{configMapRef: {name: flags}}]}
          """;

      var release =
          Repository.with("cron.yaml", cron)
              .and("config.yaml", CONFIG)
              .workload("CronJob/default/tidy")
              .release();

      assertThat(keys(release.live())).containsExactly(FLAGS);
    }

    @Test
    void aRolloutMayHaveItToo() {
      var rollout =
          live(WEB, "web")
              .replace("apps/v1", "argoproj.io/v1alpha1")
              .replace("kind: Deployment", "kind: Rollout")
              .replace("spec:\n  selector", "spec:\n  strategy: {canary: {}}\n  selector");

      var release =
          Repository.with("web.yaml", rollout)
              .and("config.yaml", CONFIG)
              .workload("Rollout/default/web")
              .release();

      assertThat(keys(release.live())).containsExactly(FLAGS, LOGIN);
    }
  }

  @Nested
  class Elsewhere {
    @Test
    void isRefused() {
      assertThat(
              Repository.with(
                      "service.yaml",
                      """
                      apiVersion: v1
                      kind: Service
                      metadata: {name: web, annotations: {reeve.dev/config: live}}
                      spec: {ports: [{port: 80}]}
                      """)
                  .problems())
          .containsExactly(
              "service.yaml:3:55: metadata.annotations[reeve.dev/config] belongs on a ConfigMap, a"
                  + " Secret or an object that has pods");
    }

    @Test
    void onAPodTemplateIsRefused() {
      assertThat(
              Repository.with(
                      "web.yaml",
                      WEB.replace(
                          "metadata: {labels: {app: web}}",
                          "metadata: {labels: {app: web}, annotations: {reeve.dev/config: live}}"))
                  .and("config.yaml", CONFIG)
                  .problems())
          .singleElement()
          .asString()
          .endsWith("[reeve.dev/config] belongs on the workload itself");
    }
  }
}
