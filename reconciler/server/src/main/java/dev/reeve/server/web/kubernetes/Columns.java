package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.schema.StorageSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What `kubectl get` prints of each kind: the columns of Kubernetes' own printers.
final class Columns {
  private static final String NONE = "<none>";

  static final List<Column> PLAIN = List.of(Column.ofName(), Column.ofAge());

  static final List<Column> CREATED =
      List.of(
          Column.ofName(),
          Column.text("Created At", it -> said(it.path("metadata").path("creationTimestamp"))));

  static final List<Column> NAMESPACE =
      List.of(Column.ofName(), at("Status", "status", "phase"), Column.ofAge());

  static final List<Column> DEPLOYMENT =
      List.of(
          Column.ofName(),
          Column.text(
              "Ready",
              it -> count(it, "status", "readyReplicas") + "/" + count(it, "spec", "replicas")),
          Column.number("Up-to-date", it -> count(it, "status", "updatedReplicas")),
          Column.number("Available", it -> count(it, "status", "availableReplicas")),
          Column.ofAge(),
          containers("Containers", "name"),
          containers("Images", "image"),
          matchLabels());

  static final List<Column> ROLLOUT =
      List.of(
          Column.ofName(),
          Column.number("Desired", it -> count(it, "spec", "replicas")),
          Column.number("Current", it -> count(it, "status", "replicas")),
          Column.number("Up-to-date", it -> count(it, "status", "updatedReplicas")),
          Column.number("Available", it -> count(it, "status", "availableReplicas")),
          Column.ofAge(),
          at("Status", "status", "phase").asWide(),
          annotation("Step", "dev.reeve/step"),
          annotation("Weight", "dev.reeve/weight"));

  static final List<Column> ANALYSIS_RUN =
      List.of(Column.ofName(), at("Status", "status", "phase"), Column.ofAge());

  static final List<Column> REPLICA_SET =
      List.of(
          Column.ofName(),
          Column.number("Desired", it -> count(it, "spec", "replicas")),
          Column.number("Current", it -> count(it, "status", "replicas")),
          Column.number("Ready", it -> count(it, "status", "readyReplicas")),
          Column.ofAge(),
          containers("Containers", "name"),
          containers("Images", "image"),
          matchLabels());

  static final List<Column> STATEFUL_SET =
      List.of(
          Column.ofName(),
          Column.text(
              "Ready",
              it -> count(it, "status", "readyReplicas") + "/" + count(it, "spec", "replicas")),
          Column.ofAge(),
          containers("Containers", "name"),
          containers("Images", "image"));

  static final List<Column> DAEMON_SET =
      List.of(
          Column.ofName(),
          Column.number("Desired", it -> count(it, "status", "desiredNumberScheduled")),
          Column.number("Current", it -> count(it, "status", "currentNumberScheduled")),
          Column.number("Ready", it -> count(it, "status", "numberReady")),
          Column.number("Up-to-date", it -> count(it, "status", "updatedNumberScheduled")),
          Column.number("Available", it -> count(it, "status", "numberAvailable")),
          Column.text(
              "Node Selector",
              it -> labels(it.path("spec").path("template").path("spec").path("nodeSelector"))),
          Column.ofAge(),
          containers("Containers", "name"),
          containers("Images", "image"),
          matchLabels());

  static final List<Column> JOB =
      List.of(
          Column.ofName(),
          Column.text("Status", Columns::jobStatus),
          Column.text(
              "Completions",
              it ->
                  count(it, "status", "succeeded")
                      + "/"
                      + (it.path("spec").has("completions")
                          ? it.path("spec").path("completions").asText()
                          : "1 of " + count(it, "spec", "parallelism"))),
          new Column("Duration", "string", false, Columns::jobDuration),
          Column.ofAge(),
          containers("Containers", "name"),
          containers("Images", "image"));

  static final List<Column> CRON_JOB =
      List.of(
          Column.ofName(),
          Column.text("Schedule", it -> it.path("spec").path("schedule").asText()),
          Column.text("Timezone", it -> said(it.path("spec").path("timeZone"))),
          Column.text(
              "Suspend", it -> it.path("spec").path("suspend").asBoolean() ? "True" : "False"),
          Column.number("Active", it -> (long) it.path("status").path("active").size()),
          new Column(
              "Last Schedule",
              "string",
              false,
              (cron, now) -> {
                var last = cron.path("status").path("lastScheduleTime").asText();
                return Trees.text(last.isEmpty() ? NONE : Ages.since(last, now));
              }),
          Column.ofAge());

  static final List<Column> SERVICE =
      List.of(
          Column.ofName(),
          Column.text("Type", it -> otherwise(it.path("spec").path("type"), "ClusterIP")),
          Column.text("Cluster-IP", it -> said(it.path("spec").path("clusterIP"))),
          Column.text("External-IP", Columns::externalIp),
          Column.text("Port(s)", Columns::ports),
          Column.ofAge(),
          Column.text("Selector", it -> labels(it.path("spec").path("selector"))).asWide());

  static final List<Column> ENDPOINTS =
      List.of(
          Column.ofName(),
          Column.text("Endpoints", it -> addresses(it.path("subsets"))),
          Column.ofAge());

  static final List<Column> ENDPOINT_SLICE =
      List.of(
          Column.ofName(),
          Column.text("AddressType", it -> it.path("addressType").asText()),
          Column.text("Ports", it -> joined(it.path("ports"), "port")),
          Column.text("Endpoints", Columns::sliceAddresses),
          Column.ofAge());

  static final List<Column> CONFIG_MAP =
      List.of(
          Column.ofName(),
          Column.number("Data", it -> (long) it.path("data").size() + it.path("binaryData").size()),
          Column.ofAge());

  static final List<Column> SECRET =
      List.of(
          Column.ofName(),
          Column.text("Type", it -> otherwise(it.path("type"), "Opaque")),
          Column.number("Data", it -> (long) it.path("data").size()),
          Column.ofAge());

  static final List<Column> SERVICE_ACCOUNT =
      List.of(
          Column.ofName(),
          Column.number("Secrets", it -> (long) it.path("secrets").size()),
          Column.ofAge());

  static final List<Column> NODE =
      List.of(
          Column.ofName(),
          Column.text("Status", Columns::nodeStatus),
          Column.text("Roles", Columns::roles),
          Column.ofAge(),
          Column.text(
              "Version", it -> it.path("status").path("nodeInfo").path("kubeletVersion").asText()),
          Column.text("Internal-IP", it -> address(it, "InternalIP")).asWide(),
          Column.text("External-IP", it -> address(it, "ExternalIP")).asWide(),
          nodeInfo("OS-Image", "osImage"),
          nodeInfo("Kernel-Version", "kernelVersion"),
          nodeInfo("Container-Runtime", "containerRuntimeVersion"));

  static final List<Column> EVENT =
      List.of(
          new Column(
              "Last Seen",
              "string",
              false,
              (event, now) -> Trees.text(Ages.since(event.path("lastTimestamp").asText(), now))),
          Column.text("Type", it -> it.path("type").asText()),
          Column.text("Reason", it -> it.path("reason").asText()),
          Column.text(
              "Object",
              it ->
                  it.path("involvedObject").path("kind").asText().toLowerCase(java.util.Locale.ROOT)
                      + "/"
                      + it.path("involvedObject").path("name").asText()),
          Column.text("Subobject", it -> it.path("involvedObject").path("fieldPath").asText())
              .asWide(),
          Column.text("Source", it -> it.path("source").path("component").asText()).asWide(),
          Column.text("Message", it -> it.path("message").asText().strip()),
          new Column(
              "First Seen",
              "string",
              true,
              (event, now) -> Trees.text(Ages.since(event.path("firstTimestamp").asText(), now))),
          new Column(
              "Count", "integer", true, (event, now) -> Trees.number(event.path("count").asLong())),
          Column.ofName().asWide());

  static final List<Column> INGRESS =
      List.of(
          Column.ofName(),
          Column.text("Class", it -> said(it.path("spec").path("ingressClassName"))),
          Column.text("Hosts", Columns::hosts),
          Column.text("Address", it -> ""),
          Column.text("Ports", it -> it.path("spec").path("tls").isEmpty() ? "80" : "80, 443"),
          Column.ofAge());

  static final List<Column> AUTOSCALER =
      List.of(
          Column.ofName(),
          Column.text(
              "Reference",
              it ->
                  it.path("spec").path("scaleTargetRef").path("kind").asText()
                      + "/"
                      + it.path("spec").path("scaleTargetRef").path("name").asText()),
          Column.text("Targets", ScalingTargets::told),
          Column.text("MinPods", it -> said(it.path("spec").path("minReplicas"))),
          Column.number("MaxPods", it -> count(it, "spec", "maxReplicas")),
          Column.number("Replicas", it -> count(it, "status", "currentReplicas")),
          Column.ofAge());

  static final List<Column> DISRUPTION_BUDGET =
      List.of(
          Column.ofName(),
          Column.text(
              "Min Available", it -> otherwise(it.path("spec").path("minAvailable"), "N/A")),
          Column.text(
              "Max Unavailable", it -> otherwise(it.path("spec").path("maxUnavailable"), "N/A")),
          Column.number("Allowed Disruptions", it -> count(it, "status", "disruptionsAllowed")),
          Column.ofAge());

  static final List<Column> VOLUME_CLAIM =
      List.of(
          Column.ofName(),
          Column.text("Status", it -> otherwise(it.path("status").path("phase"), "Pending")),
          Column.text("Volume", it -> it.path("spec").path("volumeName").asText()),
          Column.text(
              "Capacity", it -> it.path("status").path("capacity").path("storage").asText()),
          Column.text("Access Modes", it -> accessModes(it.path("spec").path("accessModes"))),
          Column.text("StorageClass", it -> it.path("spec").path("storageClassName").asText()),
          Column.ofAge());

  static final List<Column> VOLUME =
      List.of(
          Column.ofName(),
          Column.text("Capacity", it -> it.path("spec").path("capacity").path("storage").asText()),
          Column.text("Access Modes", it -> accessModes(it.path("spec").path("accessModes"))),
          at("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
          at("Status", "status", "phase"),
          Column.text(
              "Claim",
              it -> {
                var claim = it.path("spec").path("claimRef");
                return claim.isMissingNode()
                    ? ""
                    : claim.path("namespace").asText() + "/" + claim.path("name").asText();
              }),
          at("StorageClass", "spec", "storageClassName"),
          Column.ofAge());

  static final List<Column> STORAGE_CLASS =
      List.of(
          Column.text("Name", Columns::className),
          Column.text("Provisioner", it -> it.path("provisioner").asText()),
          Column.text("ReclaimPolicy", it -> it.path("reclaimPolicy").asText()),
          Column.text(
              "VolumeBindingMode", it -> otherwise(it.path("volumeBindingMode"), "Immediate")),
          Column.text(
              "AllowVolumeExpansion", it -> otherwise(it.path("allowVolumeExpansion"), "false")),
          Column.ofAge());

  private static String className(JsonNode it) {
    var metadata = it.path("metadata");
    var isDefault = metadata.path("annotations").path(StorageSchema.DEFAULT_CLASS).asText();
    return metadata.path("name").asText() + (isDefault.equals("true") ? " (default)" : "");
  }

  static final List<Column> IMAGE_REPOSITORY =
      List.of(Column.ofName(), at("Image", "spec", "image"), Column.ofAge());

  static final List<Column> IMAGE_POLICY =
      List.of(
          Column.ofName(),
          Column.text("Image", it -> said(it.path("status").path("latestRef").path("name"))),
          Column.text("Tag", it -> said(it.path("status").path("latestRef").path("tag"))),
          Column.ofAge());

  static final List<Column> PRIORITY_CLASS =
      List.of(
          Column.ofName(),
          Column.number("Value", it -> it.path("value").asLong()),
          Column.text("Global-Default", it -> otherwise(it.path("globalDefault"), "false")),
          Column.ofAge());

  private Columns() {}

  private static String jobStatus(JsonNode job) {
    for (JsonNode condition : job.path("status").path("conditions")) {
      if (condition.path("status").asText().equals("True")) {
        return condition.path("type").asText();
      }
    }
    return "Running";
  }

  private static JsonNode jobDuration(JsonNode job, Instant now) {
    JsonNode status = job.path("status");
    var start = status.path("startTime").asText();
    if (start.isEmpty()) {
      return Trees.text("");
    }
    var end = status.path("completionTime").asText();
    return Trees.text(Ages.since(start, end.isEmpty() ? now : Instant.parse(end)));
  }

  private static long count(JsonNode object, String part, String field) {
    return object.path(part).path(field).asLong();
  }

  private static String said(JsonNode node) {
    return otherwise(node, NONE);
  }

  private static String otherwise(JsonNode node, String otherwise) {
    return node.asText().isEmpty() ? otherwise : node.asText();
  }

  private static Column at(String name, String part, String field) {
    return Column.text(name, it -> it.path(part).path(field).asText());
  }

  private static Column annotation(String name, String key) {
    return Column.text(name, it -> said(it.path("metadata").path("annotations").path(key)))
        .asWide();
  }

  private static Column nodeInfo(String name, String field) {
    Function<JsonNode, String> cell =
        it -> otherwise(it.path("status").path("nodeInfo").path(field), "<unknown>");
    return Column.text(name, cell).asWide();
  }

  private static Column containers(String name, String field) {
    return Column.text(
            name,
            it -> {
              var values = new ArrayList<String>();
              it.path("spec")
                  .path("template")
                  .path("spec")
                  .path("containers")
                  .forEach(container -> values.add(container.path(field).asText()));
              return String.join(",", values);
            })
        .asWide();
  }

  private static Column matchLabels() {
    return Column.text(
            "Selector", it -> labels(it.path("spec").path("selector").path("matchLabels")))
        .asWide();
  }

  private static String labels(JsonNode labels) {
    var pairs = new ArrayList<String>();
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      pairs.add(label.getKey() + "=" + label.getValue().asText());
    }
    return pairs.isEmpty() ? NONE : String.join(",", pairs);
  }

  private static String externalIp(JsonNode service) {
    JsonNode spec = service.path("spec");
    return switch (spec.path("type").asText()) {
      case "LoadBalancer" -> "<pending>";
      case "ExternalName" -> spec.path("externalName").asText();
      default -> {
        var addresses = new ArrayList<String>();
        spec.path("externalIPs").forEach(it -> addresses.add(it.asText()));
        yield addresses.isEmpty() ? NONE : String.join(",", addresses);
      }
    };
  }

  private static String ports(JsonNode service) {
    var ports = new ArrayList<String>();
    for (JsonNode port : service.path("spec").path("ports")) {
      String nodePort = port.path("nodePort").asText();
      ports.add(
          port.path("port").asText()
              + (nodePort.isEmpty() || nodePort.equals("0") ? "" : ":" + nodePort)
              + "/"
              + otherwise(port.path("protocol"), "TCP"));
    }
    return ports.isEmpty() ? NONE : String.join(",", ports);
  }

  private static String nodeStatus(JsonNode node) {
    String status = "Unknown";
    for (JsonNode condition : node.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        status = condition.path("status").asText().equals("True") ? "Ready" : "NotReady";
      }
    }
    return node.path("spec").path("unschedulable").asBoolean()
        ? status + ",SchedulingDisabled"
        : status;
  }

  private static String roles(JsonNode node) {
    String prefix = "node-role.kubernetes.io/";
    var roles = new ArrayList<String>();
    node.path("metadata")
        .path("labels")
        .fieldNames()
        .forEachRemaining(label -> {
          if (label.startsWith(prefix)) {
            roles.add(label.substring(prefix.length()));
          }
        });
    return roles.isEmpty() ? NONE : String.join(",", roles);
  }

  private static String address(JsonNode node, String type) {
    for (JsonNode address : node.path("status").path("addresses")) {
      if (address.path("type").asText().equals(type)) {
        return address.path("address").asText();
      }
    }
    return NONE;
  }

  private static String hosts(JsonNode ingress) {
    var hosts = new ArrayList<String>();
    for (JsonNode rule : ingress.path("spec").path("rules")) {
      if (!rule.path("host").asText().isEmpty()) {
        hosts.add(rule.path("host").asText());
      }
    }
    return hosts.isEmpty() ? "*" : String.join(",", hosts);
  }

  private static String accessModes(JsonNode modes) {
    var brief = new ArrayList<String>();
    for (JsonNode mode : modes) {
      brief.add(
          switch (mode.asText()) {
            case "ReadWriteOnce" -> "RWO";
            case "ReadOnlyMany" -> "ROX";
            case "ReadWriteMany" -> "RWX";
            case "ReadWriteOncePod" -> "RWOP";
            default -> mode.asText();
          });
    }
    return String.join(",", brief);
  }

  private static String addresses(JsonNode subsets) {
    var all = new ArrayList<String>();
    for (JsonNode subset : subsets) {
      for (JsonNode address : subset.path("addresses")) {
        for (JsonNode port : subset.path("ports")) {
          all.add(address.path("ip").asText() + ":" + port.path("port").asText());
        }
      }
    }
    return shortened(all);
  }

  private static String sliceAddresses(JsonNode slice) {
    var all = new ArrayList<String>();
    slice.path("endpoints").forEach(it -> all.add(it.path("addresses").path(0).asText()));
    return shortened(all);
  }

  private static String joined(JsonNode list, String field) {
    var all = new ArrayList<String>();
    list.forEach(it -> all.add(it.path(field).asText()));
    return all.isEmpty() ? NONE : String.join(",", all);
  }

  private static String shortened(List<String> all) {
    if (all.isEmpty()) {
      return NONE;
    }
    int shown = Math.min(3, all.size());
    var text = String.join(",", all.subList(0, shown));
    return all.size() > shown ? text + " + " + (all.size() - shown) + " more..." : text;
  }
}
