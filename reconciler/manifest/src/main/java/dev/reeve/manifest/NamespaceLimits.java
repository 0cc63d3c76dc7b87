package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.manifest.schema.LimitsSchema;
import dev.reeve.manifest.schema.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// LimitRanges and ResourceQuotas: what containers of a namespace ask for where they do not say it,
/// what each pod and claim may ask for, and all of them together. Where Kubernetes would refuse a
/// pod, the commit is refused.
///
/// Source: kubernetes.io, "Limit Ranges" and "Resource Quotas".
final class NamespaceLimits {
  private NamespaceLimits() {}

  private static List<Catalog.Entry> of(String kind, String namespace, Neighbours neighbours) {
    var found = new ArrayList<Catalog.Entry>();
    for (Catalog.Entry entry :
        neighbours.entries().valuesFrom(new ObjectKey(kind, namespace, ""))) {
      var key = entry.object().key();
      if (!key.kind().equals(kind) || !key.namespace().equals(namespace)) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  private static List<JsonNode> limits(String type, String namespace, Neighbours neighbours) {
    var items = new ArrayList<JsonNode>();
    for (Catalog.Entry entry : of("LimitRange", namespace, neighbours)) {
      for (JsonNode item : entry.object().json().path("spec").path("limits")) {
        if (item.path("type").asText().equals(type)) {
          items.add(item);
        }
      }
    }
    return items;
  }

  // --- what is not said

  /// A workload whose containers ask for what their namespace has them ask for. Its text stays as
  /// it is; its pods are of another release.
  static WorkloadDraft filled(Catalog.Entry entry, WorkloadDraft draft, Neighbours neighbours) {
    var items = limits("Container", draft.key().namespace(), neighbours);
    if (items.isEmpty() || draft.pods().owner().isPresent()) {
      return draft;
    }
    var pointer = draft.pods().template().pointer();
    var json = entry.object().json();
    var spec = (ObjectNode) json.at(pointer).deepCopy();
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : spec.path(list)) {
        items.forEach(item -> fill((ObjectNode) container, item));
      }
    }
    var metadata = json.at(pointer.substring(0, pointer.lastIndexOf("/spec")) + "/metadata");
    return draft.with(WorkloadDraft.Pods.of(draft.key().namespace(), metadata, spec, pointer));
  }

  /// As Kubernetes: a default limit is the maximum, where it is not said; a default request is the
  /// default limit, or else the minimum.
  private static void fill(ObjectNode container, JsonNode item) {
    var byDefault = amounts(item.path("default"));
    amounts(item.path("max")).forEach(byDefault::putIfAbsent);
    var requested = amounts(item.path("defaultRequest"));
    byDefault.forEach(requested::putIfAbsent);
    amounts(item.path("min")).forEach(requested::putIfAbsent);
    put(container, "limits", byDefault);
    put(container, "requests", requested);
  }

  private static SortedMap<String, String> amounts(JsonNode written) {
    var amounts = new TreeMap<String, String>();
    written.properties().forEach(it -> amounts.put(it.getKey(), it.getValue().asText()));
    return amounts;
  }

  private static void put(ObjectNode container, String field, Map<String, String> amounts) {
    if (amounts.isEmpty()) {
      return;
    }
    var resources = container.withObjectProperty("resources").withObjectProperty(field);
    amounts.forEach((name, amount) -> {
      if (!resources.has(name)) {
        resources.put(name, amount);
      }
    });
  }

  // --- what each may ask for

  static void checkPods(Catalog.Entry entry, WorkloadDraft draft, Neighbours neighbours) {
    var namespace = draft.key().namespace();
    if (draft.pods().owner().isPresent() || of("LimitRange", namespace, neighbours).isEmpty()) {
      return;
    }
    var pointer = draft.pods().template().pointer();
    var spec = spec(draft);
    for (String list : List.of("initContainers", "containers")) {
      for (int i = 0; i < spec.path(list).size(); i++) {
        var resources = spec.path(list).path(i).path("resources");
        for (JsonNode item : limits("Container", namespace, neighbours)) {
          check(
              entry,
              pointer + "/" + list + "/" + i,
              "Container",
              item,
              values(resources.path("requests")),
              values(resources.path("limits")),
              neighbours);
        }
      }
    }
    for (JsonNode item : limits("Pod", namespace, neighbours)) {
      check(
          entry,
          pointer,
          "Pod",
          item,
          together(spec, "requests"),
          together(spec, "limits"),
          neighbours);
    }
  }

  private static JsonNode spec(WorkloadDraft draft) {
    return PodTemplates.spec(draft.pods().template().template());
  }

  private static void checkClaim(Catalog.Entry entry, Neighbours neighbours) {
    var requests = entry.object().json().path("spec").path("resources").path("requests");
    for (JsonNode item :
        limits("PersistentVolumeClaim", entry.object().key().namespace(), neighbours)) {
      check(
          entry,
          "/spec/resources/requests",
          "PersistentVolumeClaim",
          item,
          values(requests),
          values(requests),
          neighbours);
    }
  }

  private static void check(
      Catalog.Entry entry,
      String pointer,
      String type,
      JsonNode item,
      SortedMap<String, BigDecimal> requests,
      SortedMap<String, BigDecimal> limits,
      Neighbours neighbours) {
    values(item.path("min"))
        .forEach((name, least) -> {
          var asked = requests.get(name);
          if (asked == null || asked.compareTo(least) < 0) {
            neighbours.refuse(
                entry,
                pointer,
                "minimum %s usage per %s is %s%s"
                    .formatted(
                        name,
                        type,
                        item.path("min").path(name).asText(),
                        asked == null
                            ? ". No request is specified"
                            : ", but request is " + told(asked)));
          }
        });
    values(item.path("max"))
        .forEach((name, most) -> {
          var limit = limits.get(name);
          if (limit == null || limit.compareTo(most) > 0) {
            neighbours.refuse(
                entry,
                pointer,
                "maximum %s usage per %s is %s%s"
                    .formatted(
                        name,
                        type,
                        item.path("max").path(name).asText(),
                        limit == null
                            ? ". No limit is specified"
                            : ", but limit is " + told(limit)));
          }
        });
    values(item.path("maxLimitRequestRatio"))
        .forEach((name, most) -> {
          var asked = requests.get(name);
          var limit = limits.get(name);
          boolean isTooMuch =
              asked == null
                  || limit == null
                  || asked.signum() == 0
                  || limit.divide(asked, 3, RoundingMode.HALF_UP).compareTo(most) > 0;
          if (isTooMuch) {
            neighbours.refuse(
                entry,
                pointer,
                "%s max limit to request ratio per %s is %s"
                    .formatted(name, type, item.path("maxLimitRequestRatio").path(name).asText()));
          }
        });
  }

  private static SortedMap<String, BigDecimal> values(JsonNode amounts) {
    var values = new TreeMap<String, BigDecimal>();
    amounts
        .properties()
        .forEach(it ->
            Quantity.parse(it.getValue().asText())
                .ifPresent(amount -> values.put(it.getKey(), amount.value())));
    return values;
  }

  /// What a pod asks for: its containers together, or the init container that asks for more.
  private static SortedMap<String, BigDecimal> together(JsonNode spec, String field) {
    var sum = new TreeMap<String, BigDecimal>();
    for (JsonNode container : spec.path("containers")) {
      values(container.path("resources").path(field))
          .forEach((name, amount) -> sum.merge(name, amount, BigDecimal::add));
    }
    for (JsonNode container : spec.path("initContainers")) {
      boolean isSidecar = container.path("restartPolicy").asText().equals("Always");
      values(container.path("resources").path(field))
          .forEach((name, amount) ->
              sum.merge(name, amount, isSidecar ? BigDecimal::add : BigDecimal::max));
    }
    return sum;
  }

  private static String told(BigDecimal amount) {
    return amount.stripTrailingZeros().toPlainString();
  }

  // --- what all may ask for together

  /// Whether edits of this namespace must be held against what is there already.
  static boolean hasQuota(String namespace, Neighbours neighbours) {
    return !of("ResourceQuota", namespace, neighbours).isEmpty();
  }

  /// Claims by themselves, and all that a namespace has.
  static void check(Neighbours neighbours, Workloads workloads) {
    for (Catalog.Entry entry : neighbours.entries().values()) {
      switch (entry.object().key().kind()) {
        case "PersistentVolumeClaim" -> checkClaim(entry, neighbours);
        case "ResourceQuota" -> checkQuota(entry, neighbours, workloads);
        default -> {}
      }
    }
  }

  private static void checkQuota(Catalog.Entry quota, Neighbours neighbours, Workloads workloads) {
    var namespace = quota.object().key().namespace();
    var hard = quota.object().json().path("spec").path("hard");
    values(hard)
        .forEach((name, most) -> {
          var used =
              LimitsSchema.kind(name)
                  .map(kind -> BigDecimal.valueOf(of(kind, namespace, neighbours).size()))
                  .or(() -> used(name, namespace, neighbours, workloads));
          if (used.isPresent() && used.get().compareTo(most) > 0) {
            neighbours.refuse(
                quota,
                "/spec/hard/" + name.replace("~", "~0").replace("/", "~1"),
                "exceeded quota: %s, requested: %s, limited: %s"
                    .formatted(name, told(used.get()), hard.path(name).asText()));
          }
        });
  }

  private static Optional<BigDecimal> used(
      String name, String namespace, Neighbours neighbours, Workloads workloads) {
    if (!LimitsSchema.QUOTAS.contains(name)) {
      return Optional.empty();
    }
    if (name.equals("requests.storage")) {
      long bytes = 0;
      for (Catalog.Entry claim : of("PersistentVolumeClaim", namespace, neighbours)) {
        bytes +=
            StorageReader.bytes(
                claim.object().json().path("spec").path("resources").path("requests"));
      }
      return Optional.of(BigDecimal.valueOf(bytes));
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (WorkloadDraft draft : workloads.drafts().values()) {
      var key = draft.key();
      boolean counts =
          key.namespace().equals(namespace)
              && draft.pods().owner().isEmpty()
              && !(draft.strategy() instanceof Strategy.Scheduled);
      if (counts) {
        sum = sum.add(ofPods(name, draft, neighbours));
      }
    }
    return Optional.of(sum);
  }

  private static BigDecimal ofPods(String name, WorkloadDraft draft, Neighbours neighbours) {
    var pods = BigDecimal.valueOf(draft.replicas());
    if (name.equals("pods")) {
      return pods;
    }
    boolean isLimit = name.startsWith("limits.");
    var resource = name.substring(name.indexOf('.') + 1);
    var each = together(spec(draft), isLimit ? "limits" : "requests").get(resource);
    if (each == null) {
      neighbours
          .entries()
          .get(draft.key())
          .ifPresent(entry ->
              neighbours.refuse(
                  entry,
                  draft.pods().template().pointer(),
                  "failed quota: must specify " + (isLimit ? "limits." : "requests.") + resource));
      return BigDecimal.ZERO;
    }
    return each.multiply(pods);
  }
}
