package dev.reeve.bench.apps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The manifests of one app: ServiceAccount, Service, Deployment and Ingress.
///
/// @param template with `${INDEX}`, `${PODS:=0}` and `${MCPU}` where an app's own values stand
record AppText(String template) {
  /// Names a file whose text is taken instead of the own one, such as that of Flux's benchmark.
  static final String PROPERTY = "reeve.bench.app";

  private static final String OWN =
      """
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: "app-${INDEX}"
        labels:
          app.kubernetes.io/name: "app-${INDEX}"
          app.kubernetes.io/version: "1.0.0"
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: "app-${INDEX}"
        labels:
          app.kubernetes.io/name: "app-${INDEX}"
          app.kubernetes.io/version: "1.0.0"
      spec:
        type: ClusterIP
        ports:
          - port: 8080
            targetPort: http
            protocol: TCP
            name: http
          - port: 8081
            targetPort: admin
            protocol: TCP
            name: admin
        selector:
          app.kubernetes.io/name: "app-${INDEX}"
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: "app-${INDEX}"
        labels:
          app.kubernetes.io/name: "app-${INDEX}"
          app.kubernetes.io/version: "1.0.0"
      spec:
        replicas: ${PODS:=0}
        strategy:
          type: RollingUpdate
          rollingUpdate:
            maxUnavailable: 1
        selector:
          matchLabels:
            app.kubernetes.io/name: "app-${INDEX}"
        template:
          metadata:
            labels:
              app.kubernetes.io/name: "app-${INDEX}"
            annotations:
              prometheus.io/scrape: "true"
              prometheus.io/port: "8081"
          spec:
            terminationGracePeriodSeconds: 30
            serviceAccountName: "app-${INDEX}"
            containers:
              - name: app
                image: "registry.example/team/app:1.0.0"
                imagePullPolicy: IfNotPresent
                command:
                  - ./app
                  - --port=8080
                  - --admin-port=8081
                  - --log=info
                env:
                  - name: COLOR
                    value: "#34577c"
                ports:
                  - name: http
                    containerPort: 8080
                    protocol: TCP
                  - name: admin
                    containerPort: 8081
                    protocol: TCP
                livenessProbe:
                  exec:
                    command:
                      - ./check
                      - localhost:8080/healthz
                  initialDelaySeconds: 1
                  timeoutSeconds: 5
                  periodSeconds: 10
                readinessProbe:
                  exec:
                    command:
                      - ./check
                      - localhost:8080/readyz
                  initialDelaySeconds: 1
                  timeoutSeconds: 5
                  periodSeconds: 10
                volumeMounts:
                  - name: data
                    mountPath: /data
                resources:
                  requests:
                    cpu: "${MCPU}"
                    memory: 16Mi
            volumes:
              - name: data
                emptyDir: {}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: "app-${INDEX}"
        labels:
          app.kubernetes.io/name: "app-${INDEX}"
          app.kubernetes.io/version: "1.0.0"
      spec:
        ingressClassName: "web"
        rules:
          - host: "app-${INDEX}.example.com"
            http:
              paths:
                - path: /
                  pathType: ImplementationSpecific
                  backend:
                    service:
                      name: "app-${INDEX}"
                      port:
                        number: 8080
      """;

  static AppText chosen() throws IOException {
    var file = Optional.ofNullable(System.getProperty(PROPERTY)).filter(it -> !it.isBlank());
    return new AppText(file.isPresent() ? Files.readString(Path.of(file.get())) : OWN);
  }

  String of(int index, int pods) {
    return template
        .replace("${INDEX}", Integer.toString(index))
        .replace("${PODS:=0}", Integer.toString(pods))
        .replace("${MCPU}", "1m");
  }
}
