package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ObjectKey;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What people get wrong, and what they are told.
class MistakesTest {
  static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 1
        selector:
          matchLabels: {app: web}
        template:
          metadata:
            labels: {app: web}
          spec:
            containers:
              - name: web
                image: nginx
      """;
  static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        type: NodePort
        selector: {app: web}
        ports:
          - port: 80
            nodePort: 30080
      """;
  static final String FULL_POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: full, labels: {app: full}, annotations: {reeve.dev/ulimits: "nofile=1024:2048, core=-1"}}
      spec:
        volumes:
          - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
          - {name: host, hostPath: {path: /var/log, type: Directory}}
          - name: info
            downwardAPI:
              items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]
          - {name: bare}
        securityContext:
          runAsUser: 1000
          fsGroup: 1000
          supplementalGroups: [1, 2]
          sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]
          seccompProfile: {type: Localhost, localhostProfile: profiles/web.json}
        hostAliases: [{ip: 10.0.0.1, hostnames: [a.example]}]
        dnsConfig: {nameservers: [10.0.0.2], options: [{name: ndots, value: "2"}]}
        initContainers:
          - {name: first, image: busybox, command: [sh, -c, "echo hi"]}
          - name: proxy
            image: proxy
            restartPolicy: Always
            startupProbe: {grpc: {port: 8080, service: proxy}, terminationGracePeriodSeconds: 3}
            lifecycle: {postStart: {exec: {command: [warm]}}, preStop: {sleep: {seconds: 3}}, stopSignal: SIGINT}
        containers:
          - name: main
            image: registry.example.com:5000/team/app:v1.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            ports: [{name: http, containerPort: 8080}]
            env:
              - {name: A, value: b}
              - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
              - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
            resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {cpu: 1, memory: 1.5Gi}}
            readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 2}
            livenessProbe: {exec: {command: [true-ish]}, timeoutSeconds: 0}
            startupProbe: {tcpSocket: {port: 8080}}
            lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
            volumeMounts: [{name: tmp, mountPath: /tmp}, {name: info, mountPath: /info, readOnly: yes}]
            securityContext: {capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
      """;

  @Test
  void areNoneInGoodManifests() {
    assertThat(
            Repository.with("a.yaml", DEPLOYMENT)
                .and("b.yaml", SERVICE)
                .and("c.yaml", FULL_POD)
                .problems())
        .isEmpty();
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "replicas: 1",
            "replicas: \"3\"",
            "6:13: spec.replicas must be an integer, but is a string \"3\""),
        mistake("replicas: 1", "replicas: -1", "6:13: spec.replicas must be 0 or more, but is -1"),
        mistake(
            "replicas: 1",
            "replicas: 1.5",
            "6:13: spec.replicas must be an integer, but is a number 1.5"),
        mistake(
            "replicas: 1",
            "replicas: yes",
            "6:13: spec.replicas must be an integer, but is a boolean yes"),
        mistake(
            "replicas: 1",
            "replica: 1",
            "6:3: unknown field \"replica\" in spec; did you mean \"replicas\"?"),
        mistake(
            "replicas: 1",
            "paused: maybe",
            "6:11: spec.paused must be true or false, but is a string \"maybe\""),
        mistake(
            "image: nginx",
            "imagee: nginx",
            "14:11: spec.template.spec.containers[0].image is required",
            "15:11: unknown field \"imagee\" in spec.template.spec.containers[0]; did you mean \"image\"?"),
        mistake(
            "image: nginx",
            "image: Nginx",
            "15:18: spec.template.spec.containers[0].image \"Nginx\" must be an image such as"
                + " registry.example.com/team/app:1.0"),
        mistake(
            "image: nginx",
            "image: \"a b\"",
            "15:18: spec.template.spec.containers[0].image \"a b\" must be an image such as"
                + " registry.example.com/team/app:1.0"),
        mistake(
            "name: web\nspec",
            "name: Web\nspec",
            "4:9: metadata.name \"Web\" must be a DNS name (lower-case letters, digits, \"-\" and \".\", at"
                + " most 253)"),
        mistake(
            "labels: {app: web}",
            "labels: {app: shop}",
            "8:5: spec.selector must match spec.template.metadata.labels"),
        mistake(
            "labels: {app: web}",
            "labels: {app: web, v: 1.0}",
            "11:29: spec.template.metadata.labels.v must be a string, but is a number 1.0"),
        mistake(
            "    spec:\n",
            "    spec:\n      runtimeClassName: gvisor\n",
            "13:7: spec.template.spec.runtimeClassName is not supported"),
        mistake(
            "    spec:\n",
            "    spec:\n      securityContext: {sysctls: [{name: kernel.panic, value: \"1\"}]}\n",
            "13:42: spec.template.spec.securityContext.sysctls[0].name \"kernel.panic\" must be one of"
                + " the sysctls that Kubernetes calls safe, such as net.ipv4.tcp_syncookies"),
        mistake(
            "    spec:\n",
            "    spec:\n      hostNetwork: true\n      securityContext: {sysctls: [{name:"
                + " net.ipv4.tcp_syncookies, value: \"1\"}]}\n",
            "14:42: spec.template.spec.securityContext.sysctls[0].name must not be set with"
                + " hostNetwork: true"),
        mistake(
            "image: nginx",
            "image: nginx\n          securityContext: {seccompProfile: {type: Localhost}}",
            "16:45: spec.template.spec.containers[0].securityContext.seccompProfile.localhostProfile"
                + " is required with type: Localhost"),
        mistake(
            "image: nginx",
            "image: nginx\n          securityContext: {capabilities: {add: [NET_ADMON]}}",
            "16:50: spec.template.spec.containers[0].securityContext.capabilities.add[0]"
                + " \"NET_ADMON\" must be a capability such as NET_ADMIN"),
        mistake(
            "image: nginx",
            "image: nginx\n          lifecycle: {preStop: {sleep: {seconds: 5}, exec: {command: [a]}}}",
            "16:32: spec.template.spec.containers[0].lifecycle.preStop must have exactly one of exec,"
                + " httpGet or sleep"),
        mistake(
            "labels: {app: web}",
            "labels: {app: web}\n      annotations: {reeve.dev/ulimits: \"nofile=20:10\"}",
            "12:40: spec.template.metadata.annotations[reeve.dev/ulimits] \"nofile=20:10\" has a soft"
                + " bound above the hard one"),
        mistake(
            "labels: {app: web}",
            "labels: {app: web}\n      annotations: {reeve.dev/ulimits: \"nofiles=20\"}",
            "12:40: spec.template.metadata.annotations[reeve.dev/ulimits] \"nofiles\" is none of core,"
                + " cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio,"
                + " rttime, sigpending, stack; did you mean \"nofile\"?"),
        mistake(
            "name: web\nspec",
            "name: web\n  annotations: {reeve.dev/ulimits: nofile=20}\nspec",
            "5:36: metadata.annotations[reeve.dev/ulimits] belongs on the pod template"),
        mistake(
            "    spec:\n",
            "    spec:\n      activeDeadlineSeconds: 5\n",
            "13:30: spec.template.spec.activeDeadlineSeconds needs restartPolicy: Never or OnFailure"
                + " in a template"),
        mistake(
            "    spec:\n",
            "    spec:\n      hostPID: true\n      shareProcessNamespace: true\n",
            "14:30: spec.template.spec.shareProcessNamespace must not stand beside hostPID: true"),
        mistake(
            "    spec:\n",
            "    spec:\n      initContainers: [{name: a, image: a, startupProbe: {exec: {command: [a]}}}]\n",
            "13:58: spec.template.spec.initContainers[0].startupProbe must not be set for an init"
                + " container without restartPolicy: Always"),
        mistake(
            "    spec:\n",
            "    spec:\n      initContainers: [{name: a, image: a, restartPolicy: Never}]\n",
            "13:59: spec.template.spec.initContainers[0].restartPolicy Never is not supported yet"),
        mistake(
            "    spec:\n",
            "    spec:\n      restartPolicy: Never\n",
            "13:22: spec.template.spec.restartPolicy must be Always in a Deployment"),
        mistake(
            "      containers:\n",
            "      containers:\n        - {name: web, image: a}\n",
            "15:17: spec.template.spec.containers[1].name \"web\" is used twice, first by"
                + " spec.template.spec.containers[0].name"),
        mistake(
            "image: nginx",
            "image: nginx\n          resources: {requests: {cpu: lots}}",
            "16:39: spec.template.spec.containers[0].resources.requests.cpu \"lots\" must be a quantity such"
                + " as 250m or 1Gi"),
        mistake(
            "image: nginx",
            "image: nginx\n          resources: {requests: {cpu: 2}, limits: {cpu: 1}}",
            "16:39: spec.template.spec.containers[0].resources.requests.cpu must not be more than the"
                + " limit, 1"),
        mistake(
            "image: nginx",
            "image: nginx\n          ports: [{containerPort: 70000}]",
            "16:35: spec.template.spec.containers[0].ports[0].containerPort must be from 1 to 65535, but is"
                + " 70000"),
        mistake(
            "image: nginx",
            "image: nginx\n          livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}",
            "16:26: spec.template.spec.containers[0].livenessProbe must have exactly one of exec, httpGet,"
                + " tcpSocket or grpc"),
        mistake(
            "image: nginx",
            "image: nginx\n          volumeMounts: [{name: data, mountPath: /data}]",
            "16:33: spec.template.spec.containers[0].volumeMounts[0].name \"data\" is not one of the pod's"
                + " volumes"),
        mistake(
            "replicas: 1",
            "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}",
            "6:29: spec.strategy.rollingUpdate must not have both bounds at 0: no pod could ever be"
                + " replaced"),
        mistake(
            "replicas: 1",
            "strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}",
            "6:45: spec.strategy.rollingUpdate may not stand beside type: Recreate"),
        mistake(
            "replicas: 1",
            "strategy: {type: Canary}",
            "6:20: spec.strategy.type \"Canary\" must be RollingUpdate or Recreate"),
        mistake(
            "apps/v1",
            "extensions/v1beta1",
            "2:7: there is no Deployment in extensions/v1beta1: use apps/v1"),
        mistake(
            "kind: Deployment",
            "kind: CompositeController",
            "2:7: kind CompositeController is not supported yet"),
        mistake(
            "kind: Deployment",
            "kind: Deploymnet",
            "2:7: unknown kind Deploymnet in apps/v1; did you mean Deployment?"),
        mistake("kind: Deployment\n", "", "1:1: kind is required"),
        mistake(
            "  name: web\nspec",
            "  name: web\n  annotations: {reeve.dev/prone: \"false\"}\nspec",
            "5:34: metadata.annotations[reeve.dev/prone] is not an annotation of Reeve; did you mean"
                + " \"reeve.dev/prune\"?"),
        mistake(
            "  name: web\nspec",
            "  name: web\n  annotations: {reeve.dev/config: alive}\nspec",
            "5:35: metadata.annotations[reeve.dev/config] must be \"release\" or \"live\""),
        mistake(
            "  replicas: 1",
            "  replicas: 1\n  replicas: 2",
            "7:3: duplicate key \"replicas\": it stands at 6:3 already"),
        mistake(
            "kind: Deployment",
            "kind: Deployment\n\tx: 1",
            "3:1: found a tab where YAML takes only spaces"),
        mistake(
            "replicas: 1",
            "replicas: !!java.lang.Runtime 1",
            "6:13: the tag !!java.lang.Runtime is not allowed"),
        mistake("replicas: 1", "replicas: !mine 1", "6:13: the tag !mine is not allowed"),
        mistake(
            "replicas: 1", "replicas: *one", "6:13: the alias *one has no anchor in front of it"));
  }

  private static Arguments mistake(String good, String bad, String... told) {
    return Arguments.of(good, bad, told);
  }

  @ParameterizedTest(name = "{index}: {0} -> {1}")
  @MethodSource("mistakes")
  void areToldWithTheirPlace(String good, String bad, String[] told) {
    assertThat(DEPLOYMENT).contains(good);

    var problems = Repository.with("web.yaml", DEPLOYMENT.replace(good, bad)).problems();

    assertThat(problems)
        .containsExactly(Stream.of(told).map("web.yaml:"::concat).toArray(String[]::new));
  }

  @Nested
  class OfTheFile {
    @Test
    void areToldForEachDocument() {
      var problems =
          Repository.with("a.yaml", "a: [1\n---\n# nothing\n---\nkind: Pod\n---\n" + DEPLOYMENT)
              .problems();

      assertThat(problems)
          .hasSize(2)
          .anySatisfy(line -> assertThat(line).startsWith("a.yaml:2:1: is not valid YAML: "))
          .contains("a.yaml:5:1: apiVersion is required");
    }

    @Test
    void areToldOfWhatIsNoText() {
      assertThat(
              ManifestFile.parse(new byte[] {'a', ':', ' ', 0x01}, Format.YAML)
                  .problems()
                  .toString())
          .contains("1:4", "is not text");
      assertThat(
              ManifestFile.parse(new byte[] {'a', '\n', (byte) 0xff}, Format.YAML)
                  .problems()
                  .toString())
          .contains("2:1", "is not valid UTF-8");
      assertThat(ManifestFile.parse(new byte[(1 << 20) + 1], Format.YAML).problems().toString())
          .contains("1:1", "larger than 1 MiB");
    }

    @Test
    void areNotMadeByMarksAndLineEnds() {
      assertThat(Repository.with("a.yaml", "\uFEFF" + DEPLOYMENT.replace("\n", "\r\n")).problems())
          .isEmpty();
      assertThat(
              Repository.with("a.yaml", "")
                  .and("b.yaml", "---\n# c\n---\n")
                  .state()
                  .objects()
                  .keys())
          .isEmpty();
    }

    @Test
    void areToldOfDepthAndSize() {
      assertThat(Repository.with("a.yaml", "a: " + "[".repeat(100)).problems())
          .containsExactly("a.yaml:1:67: nested deeper than 64 levels");
      assertThat(
              Repository.with(
                      "a.yaml", "a: &a [" + "x,".repeat(9999) + "x]\nb: [" + "*a,".repeat(40) + "]")
                  .problems())
          .containsExactly("a.yaml:2:29: more than 100,000 values, aliases followed");
      assertThat(Repository.with("a.yaml", "a: &a x\nb: [" + "*a,".repeat(60) + "]").problems())
          .containsExactly("a.yaml:2:155: more than 50 aliases");
    }

    @Test
    void doNotRepeatASecret() {
      assertThat(
              Repository.with("a.yaml", "kind: Secret\ndata:\n  a: 'hunter2\n")
                  .problems()
                  .toString())
          .doesNotContain("hunter2");
      assertThat(Repository.with("a.json", "{\"kind\": \"Secret\", \"data\": hunter2}").problems())
          .containsExactly("a.json:1:28: is not valid JSON: unexpected word");
    }
  }

  @Nested
  class InJson {
    @Test
    void areToldWithTheirPlace() {
      assertThat(
              Repository.with(
                      "a.json",
                      "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"ConfigMap\",\n\t\"metadata\": {\"name\": \"a\"},\n\t\"data\": {\"a\": 1}\n}")
                  .problems())
          .containsExactly("a.json:5:16: data.a must be a string, but is an integer 1");
    }

    @Test
    void areNotLookedForInOtherJson() {
      assertThat(
              Repository.with("package.json", "{\"name\": \"x\"}")
                  .and("t.json", "{ // comment\n}")
                  .state()
                  .objects()
                  .keys())
          .isEmpty();
    }
  }

  @Test
  void areNoneInMergedAndRepeatedPieces() {
    var state =
        Repository.with(
                "a.yaml",
                """
                apiVersion: v1
                kind: List
                items:
                  - &first
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: a}
                    data: &data {x: "1", z: "2"}
                  - <<: *first
                    metadata: {name: b}
                    data: {<<: *data, x: "3"}
                """)
            .accepted();

    assertThat(state.catalog().entries().keys())
        .hasToString("[ConfigMap/default/a, ConfigMap/default/b]");
    assertThat(
            state.catalog().json(ObjectKey.parse("ConfigMap/default/b")).orElseThrow().get("data"))
        .hasToString("{\"x\":\"3\",\"z\":\"2\"}");
  }

  @Test
  void ofAServiceAreTold() {
    assertThat(Repository.with("s.yaml", SERVICE.replace("NodePort", "ClusterIP")).problems())
        .containsExactly(
            "s.yaml:10:17: spec.ports[0].nodePort needs type: NodePort or LoadBalancer");
    assertThat(
            Repository.with("s.yaml", SERVICE.replace("type: NodePort", "type: ExternalName"))
                .problems())
        .contains("s.yaml:6:3: spec.externalName is required with type: ExternalName");
    assertThat(
            Repository.with(
                    "s.yaml", SERVICE + "---\n" + SERVICE.replace("name: web", "name: other"))
                .problems())
        .anyMatch(it -> it.contains("is asked for by Service/default/"));
    assertThat(Repository.with("s.yaml", SERVICE + "    - port: 81\n").problems())
        .containsExactly(
            "s.yaml:9:7: spec.ports[0] must have a name, as there are several ports",
            "s.yaml:11:7: spec.ports[1] must have a name, as there are several ports");
  }

  @Test
  void ofKustomizationsAreTold() {
    assertThat(Repository.with("a/kustomization.yaml", "resources: [b.yaml]").problems())
        .containsExactly(
            "a/kustomization.yaml:1:1: a kustomization is read with its folder: name the folder");
  }

  @Test
  void areSecuritySettingsThatWouldBeWeakerThanWritten() {
    var pod =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: a}
        spec:
          securityContext: {supplementalGroupsPolicy: Strict}
          containers:
            - name: a
              image: nginx
              securityContext:
                procMount: Unmasked
                seccompProfile: {type: Localhost, localhostProfile: ../p.json}
        """;

    assertThat(Repository.with("a.yaml", pod).problems())
        .containsExactly(
            "a.yaml:5:47: spec.securityContext.supplementalGroupsPolicy Strict is not supported yet",
            "a.yaml:10:20: spec.containers[0].securityContext.procMount Unmasked is not supported yet",
            "a.yaml:11:61: spec.containers[0].securityContext.seccompProfile.localhostProfile"
                + " \"../p.json\" must be a relative path without \"..\"");
  }

  @Test
  void thatHarmNobodyAreWarnedOfOnceForAllItems() {
    var pod =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]
          containers:
            - {name: a, image: nginx, securityContext: {seLinuxOptions: {}}}
            - {name: b, image: nginx, securityContext: {seLinuxOptions: {}}}
        """;

    var state =
        Repository.with("a.yaml", pod.formatted("a")).and("b.yaml", pod.formatted("b")).state();

    assertThat(state.warnings())
        .containsExactly(
            "a.yaml:5:45: spec.volumes[].emptyDir.sizeLimit is not acted on without medium: Memory (and 1"
                + " more)",
            "a.yaml:7:49: spec.containers[].securityContext.seLinuxOptions is not acted on: nodes are"
                + " taken to have no SELinux (and 3 more)");
  }

  @Test
  void thatHarmNobodyAreWarnings() {
    var state =
        Repository.with(
                "web.yaml",
                DEPLOYMENT
                    .replace("name: web\nspec", "name: web\n  uid: abc\nspec")
                    .replace("    spec:\n", "    spec:\n      schedulerName: mine\n"))
            .state();

    assertThat(state.warnings())
        .containsExactly(
            "web.yaml:5:3: metadata.uid is not acted on",
            "web.yaml:14:7: spec.template.spec.schedulerName is not acted on");
  }
}
