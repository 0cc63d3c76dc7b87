package dev.reeve.server.web;

import dev.reeve.core.Event;
import dev.reeve.core.record.Measurement.Outcome;
import java.time.Duration;
import java.util.stream.Stream;

/// A shop whose front comes by steps.
final class Canary {
  private Canary() {}

  static String web(String image) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: front
      namespace: shop
    spec:
      replicas: 4
      selector: {matchLabels: {app: front}}
      template:
        metadata:
          labels: {app: front}
        spec:
          containers:
            - name: app
              image: %s
              envFrom: [{configMapRef: {name: front}}]
      strategy:
        canary:
          canaryMetadata: {labels: {role: canary}, annotations: {seen: new}}
          stableMetadata: {labels: {role: stable}}
          steps:
            - setWeight: 25
            - analysis: {templates: [{templateName: errors}]}
            - pause: {}
            - setWeight: 50
            - pause: {duration: 10m}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: {name: errors, namespace: shop}
    spec:
      metrics:
        - name: error-rate
          interval: 5s
          count: 4
          failureLimit: 1
          successCondition: result < 0.05
          provider:
            web: {url: "http://metrics.example/errors", jsonPath: "{$.rate}"}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: front, namespace: shop}
    data: {colour: green}
    """
        .formatted(image);
  }

  /// What leads to the pods of the front, of whichever release.
  static final String ENTRANCE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: front, namespace: shop}
      spec: {selector: {app: front}, ports: [{name: http, port: 80, targetPort: 8080}]}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: door, namespace: shop}
      spec:
        tls: [{hosts: [shop.example], secretName: door}]
        rules:
          - host: shop.example
            http:
              paths:
                - {path: /buy, pathType: Prefix, backend: {service: {name: front, port: {name: http}}}}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: door, namespace: shop}
      type: kubernetes.io/tls
      stringData: {tls.crt: "", tls.key: ""}
      """;

  static String blueGreen(String image) {
    return """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: front, namespace: shop}
    spec:
      replicas: 2
      selector: {matchLabels: {app: front}}
      template:
        metadata: {labels: {app: front}}
        spec: {containers: [{name: app, image: %s}]}
      strategy:
        blueGreen:
          activeService: front
          autoPromotionEnabled: false
          activeMetadata: {labels: {role: active}}
          previewMetadata: {labels: {role: preview}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: front, namespace: shop}
    spec: {selector: {app: front}, ports: [{port: 80}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: front, namespace: shop}
    data: {colour: green}
    """
        .formatted(image);
  }

  static final String NAMESPACE =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      """;

  static String[] with(String image, String... others) {
    return Stream.concat(Stream.of(web(image), NAMESPACE), Stream.of(others))
        .toArray(String[]::new);
  }

  /// In the middle: 25% is reached, it was measured, and it waits for a person.
  static FakeCluster paused() {
    var cluster = FakeCluster.leading("n1", "n2");
    begin(cluster);
    return cluster;
  }

  /// @param others what is in the repository besides
  static void begin(FakeCluster cluster, String... others) {
    cluster.push("Open the shop", with("shop/front:1", others));
    for (String value : new String[] {"0.01", "0.09", "no answer", "0.02"}) {
      cluster.measurements.add(
          new Event.Answer.Measured(
              value.equals("0.09") ? Outcome.FAILED : Outcome.SUCCESSFUL, value, ""));
    }
    cluster.push("Paint the front", with("shop/front:2", others));
    cluster.pass(Duration.ofSeconds(60));
  }
}
