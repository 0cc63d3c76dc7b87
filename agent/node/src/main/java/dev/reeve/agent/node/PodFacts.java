package dev.reeve.agent.node;

import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.PodOrder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectFieldSelector;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a pod may ask about itself (the downward API).
///
/// @param allocatable what stands for a limit that is not set
record PodFacts(
    PodOrder order,
    PodTemplates.Template template,
    String node,
    String hostIp,
    String podIp,
    Resources allocatable) {

  String field(ObjectFieldSelector selector) throws Trouble {
    var path = PodTemplates.or(selector.getFieldPath(), "");
    return switch (path) {
      case "metadata.name" -> order.name();
      case "metadata.namespace" -> order.namespace();
      case "metadata.uid" -> order.uid();
      case "metadata.labels" -> lines(labels());
      case "metadata.annotations" -> lines(annotations());
      case "spec.nodeName" -> node;
      case "spec.serviceAccountName" ->
          PodTemplates.or(template.spec().getServiceAccountName(), "default");
      case "status.hostIP", "status.hostIPs" -> hostIp;
      case "status.podIP", "status.podIPs" -> podIp;
      default -> {
        if (path.startsWith("metadata.labels['") && path.endsWith("']")) {
          yield labels().getOrDefault(subscript(path), "");
        }
        if (path.startsWith("metadata.annotations['") && path.endsWith("']")) {
          yield annotations().getOrDefault(subscript(path), "");
        }
        throw new Trouble(Trouble.CONFIG, "fieldPath " + path + " is not known");
      }
    };
  }

  /// The template's, and those that tell this pod from others of it.
  private Map<String, String> labels() {
    var labels = new TreeMap<>(template.labels());
    labels.putAll(PodIdentity.labels(order.workload(), order.name()));
    return labels;
  }

  private Map<String, String> annotations() {
    var annotations = new TreeMap<>(template.annotations());
    annotations.putAll(PodIdentity.annotations(order.workload(), order.name()));
    return annotations;
  }

  private static String subscript(String path) {
    return path.substring(path.indexOf('\'') + 1, path.lastIndexOf('\''));
  }

  private static String lines(Map<String, String> map) {
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(it -> it.getKey() + "=\"" + escaped(it.getValue()) + "\"")
            .collect(Collectors.joining("\n"));
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  String resource(ResourceFieldSelector selector, Container container) throws Trouble {
    var resource = PodTemplates.or(selector.getResource(), "");
    var resources = container.getResources();
    var limits =
        resources == null ? Map.<String, Quantity>of() : PodTemplates.orNone(resources.getLimits());
    var requests =
        resources == null
            ? Map.<String, Quantity>of()
            : PodTemplates.orNone(resources.getRequests());
    var quantity =
        switch (resource) {
          case "limits.cpu" -> limits.getOrDefault("cpu", allocatableCpu());
          case "limits.memory" -> limits.getOrDefault("memory", allocatableMemory());
          case "requests.cpu" -> requests.getOrDefault("cpu", new Quantity("0"));
          case "requests.memory" -> requests.getOrDefault("memory", new Quantity("0"));
          case "limits.ephemeral-storage" ->
              limits.getOrDefault("ephemeral-storage", new Quantity("0"));
          case "requests.ephemeral-storage" ->
              requests.getOrDefault("ephemeral-storage", new Quantity("0"));
          default -> throw new Trouble(Trouble.CONFIG, "resource " + resource + " is not known");
        };
    var divisor = selector.getDivisor() == null ? BigDecimal.ONE : amount(selector.getDivisor());
    return amount(quantity)
        .divide(divisor.signum() == 0 ? BigDecimal.ONE : divisor, 0, RoundingMode.CEILING)
        .toPlainString();
  }

  private Quantity allocatableCpu() {
    return new Quantity(Long.toString(allocatable.cpuMillis()), "m");
  }

  private Quantity allocatableMemory() {
    return new Quantity(Long.toString(allocatable.memoryBytes()));
  }

  static BigDecimal amount(Quantity quantity) {
    return Quantity.getAmountInBytes(quantity);
  }
}
