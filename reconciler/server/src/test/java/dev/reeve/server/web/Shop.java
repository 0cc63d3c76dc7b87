package dev.reeve.server.web;

/// Manifests of a small shop.
final class Shop {
  private Shop() {}

  static String web(String image, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {app: web, tier: front}
    spec:
      replicas: %d
      selector: {matchLabels: {app: web}}
      template:
        metadata:
          labels: {app: web, tier: front}
        spec:
          containers:
            - name: app
              image: %s
              ports: [{containerPort: 8080}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      selector: {app: web}
      ports: [{port: 80, targetPort: 8080}]
    """
        .formatted(replicas, image);
  }

  static final String DATABASE =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: data}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: db, namespace: data}
      spec:
        replicas: 1
        selector: {matchLabels: {app: db}}
        template:
          metadata:
            labels: {app: db}
          spec:
            containers:
              - name: postgres
                image: postgres:17
                envFrom: [{secretRef: {name: login}}]
              - name: exporter
                image: exporter:1
      ---
      apiVersion: v1
      kind: Secret
      metadata:
        name: login
        namespace: data
        annotations:
          kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"hunter2"}}'
      stringData: {password: hunter2, user: shop}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings, namespace: data}
      data: {mode: fast, colour: green}
      """;
}
