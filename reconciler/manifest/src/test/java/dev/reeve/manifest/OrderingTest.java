package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ObjectKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderingTest {
  private static String pod(String name, String annotations) {
    return pod("default", name, annotations);
  }

  private static String pod(String namespace, String name, String annotations) {
    return """
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: %s
      namespace: %s
      annotations: {%s}
    spec: {containers: [{name: main, image: busybox}]}
    """
        .formatted(name, namespace, annotations);
  }

  private static String dependsOn(String keys) {
    return "reeve.dev/depends-on: \"" + keys + "\"";
  }

  private static String wave(String wave) {
    return "argocd.argoproj.io/sync-wave: \"" + wave + "\"";
  }

  private static List<String> after(Repository repository, String key) {
    return repository.workload(key).after().stream().map(ObjectKey::toString).toList();
  }

  @Test
  void isThatOfTheNamesInAnAnnotation() {
    var repository =
        Repository.with(
            "a.yaml",
            pod("web", dependsOn(" Pod/shop/db,Pod/default/cache, Pod/shop/db"))
                + pod("cache", "")
                + pod("shop", "db", ""));

    assertThat(after(repository, "Pod/default/web"))
        .containsExactly("Pod/default/cache", "Pod/shop/db");
    assertThat(after(repository, "Pod/shop/db")).isEmpty();
  }

  @Test
  void isThatOfWavesWithinANamespace() {
    var repository =
        Repository.with(
            "a.yaml",
            pod("db", wave("-5"))
                + pod("queue", wave("-5"))
                + pod("plain", "")
                + pod("web", wave("10") + ", " + dependsOn("Pod/shop/late"))
                + pod("shop", "late", wave("20"))
                + pod("shop", "only", wave("20")));

    assertThat(after(repository, "Pod/default/db")).isEmpty();
    assertThat(after(repository, "Pod/default/plain"))
        .containsExactly("Pod/default/db", "Pod/default/queue");
    assertThat(after(repository, "Pod/default/web"))
        .containsExactly("Pod/default/plain", "Pod/shop/late");
    assertThat(after(repository, "Pod/shop/late")).isEmpty();
  }

  @Test
  void isRefusedWhereItCannotBeKept() {
    assertThat(problems(dependsOn("Pod/web")))
        .containsExactly(
            "a.yaml:7:39: metadata.annotations[reeve.dev/depends-on] must be a list such as"
                + " Deployment/default/db, Rollout/default/web");
    assertThat(problems(dependsOn("Pod/default/none")))
        .containsExactly("a.yaml:7:39: Pod/default/none does not exist");
    assertThat(problems(dependsOn("ConfigMap/default/config")))
        .containsExactly("a.yaml:7:39: ConfigMap/default/config has no pods to wait for");
    assertThat(problems(dependsOn("Pod/default/web")))
        .containsExactly("a.yaml:7:39: Pod/default/web waits for itself");
    assertThat(problems(wave("soon")))
        .containsExactly(
            "a.yaml:7:47: metadata.annotations[argocd.argoproj.io/sync-wave] must be an integer");
  }

  private static List<String> problems(String annotations) {
    return Repository.with("a.yaml", pod("web", annotations))
        .and(
            "b.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: config}, data: {a: b}}\n")
        .problems();
  }

  @Test
  void isRefusedWhereItGoesRound() {
    assertThat(
            Repository.with(
                    "a.yaml",
                    pod("c", dependsOn("Pod/default/a"))
                        + pod("a", dependsOn("Pod/default/b"))
                        + pod("b", dependsOn("Pod/default/c"))
                        + pod("d", dependsOn("Pod/default/a")))
                .problems())
        .containsExactly(
            "a.yaml:15:39: waits for itself: Pod/default/a -> Pod/default/b -> Pod/default/c ->"
                + " Pod/default/a");
  }

  @Test
  void isRefusedWhereWavesAndNamesGoRound() {
    assertThat(
            Repository.with(
                    "a.yaml",
                    pod("a", wave("1") + ", " + dependsOn("Pod/default/z")) + pod("z", wave("2")))
                .problems())
        .containsExactly(
            "a.yaml:7:74: waits for itself: Pod/default/a -> Pod/default/z -> Pod/default/a");
  }

  @Test
  void isNothingForObjectsWithoutPods() {
    String config =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: a, annotations: {%s}}
        """;

    assertThat(Repository.with("a.yaml", config.formatted(wave("1"))).state().warnings())
        .containsExactly(
            "a.yaml:3:65: metadata.annotations[argocd.argoproj.io/sync-wave] is not acted on: only"
                + " objects that have pods wait");
    assertThat(Repository.with("a.yaml", config.formatted(dependsOn("Pod/default/a"))).problems())
        .containsExactly(
            "a.yaml:3:57: metadata.annotations[reeve.dev/depends-on] belongs on an object that has"
                + " pods");
  }
}
