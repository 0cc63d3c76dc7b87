package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What `kubectl get pods` prints: the rules of Kubernetes' own printer.
final class PodColumns {
  private static final String NONE = "<none>";

  static final List<Column> ALL =
      List.of(
          Column.ofName(),
          Column.text("Ready", PodColumns::ready),
          Column.text("Status", PodColumns::status),
          new Column("Restarts", "string", false, (pod, now) -> Trees.text(restarts(pod, now))),
          Column.ofAge(),
          Column.text("IP", pod -> orNone(pod.path("status").path("podIP"))).asWide(),
          Column.text("Node", pod -> orNone(pod.path("spec").path("nodeName"))).asWide(),
          Column.text("Nominated Node", pod -> NONE).asWide(),
          Column.text("Readiness Gates", pod -> NONE).asWide());

  private PodColumns() {}

  private static String orNone(JsonNode node) {
    return node.asText().isEmpty() ? NONE : node.asText();
  }

  private static String ready(JsonNode pod) {
    List<JsonNode> lasting = lasting(pod);
    long ready =
        lasting.stream()
            .filter(it -> it.path("ready").asBoolean() && it.path("state").has("running"))
            .count();
    int all = pod.path("spec").path("containers").size();
    for (JsonNode init : pod.path("spec").path("initContainers")) {
      all += isSidecar(init) ? 1 : 0;
    }
    return ready + "/" + all;
  }

  /// The statuses of the apps and of the sidecars.
  private static List<JsonNode> lasting(JsonNode pod) {
    var lasting = new ArrayList<JsonNode>();
    pod.path("status").path("containerStatuses").forEach(lasting::add);
    JsonNode inits = pod.path("status").path("initContainerStatuses");
    for (int i = 0; i < inits.size(); i++) {
      if (isSidecar(pod.path("spec").path("initContainers").path(i))) {
        lasting.add(inits.path(i));
      }
    }
    return lasting;
  }

  private static boolean isSidecar(JsonNode init) {
    return init.path("restartPolicy").asText().equals("Always");
  }

  static String status(JsonNode pod) {
    JsonNode status = pod.path("status");
    String phase = status.path("phase").asText();
    String reason =
        status.path("reason").asText().isEmpty() ? phase : status.path("reason").asText();
    String initializing = initializing(pod);
    if (!initializing.isEmpty()) {
      reason = initializing;
    } else {
      boolean hasRunning = false;
      for (JsonNode container : Trees.reversed(status.path("containerStatuses"))) {
        JsonNode state = container.path("state");
        JsonNode ended = state.path("terminated");
        String waiting = state.path("waiting").path("reason").asText();
        if (!waiting.isEmpty()) {
          reason = waiting;
        } else if (!ended.isMissingNode()) {
          reason = endedReason(ended);
        } else if (container.path("ready").asBoolean() && state.has("running")) {
          hasRunning = true;
        }
      }
      if (reason.equals("Completed") && hasRunning) {
        reason = isReady(status) ? "Running" : "NotReady";
      }
    }
    boolean isOver = phase.equals("Succeeded") || phase.equals("Failed");
    return pod.path("metadata").has("deletionTimestamp") && !isOver ? "Terminating" : reason;
  }

  private static boolean isReady(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        return condition.path("status").asText().equals("True");
      }
    }
    return false;
  }

  private static String endedReason(JsonNode terminated) {
    String reason = terminated.path("reason").asText();
    return reason.isEmpty() ? "ExitCode:" + terminated.path("exitCode").asInt() : reason;
  }

  /// Which init container is being waited for; empty when all are done.
  private static String initializing(JsonNode pod) {
    JsonNode statuses = pod.path("status").path("initContainerStatuses");
    for (int i = 0; i < statuses.size(); i++) {
      JsonNode state = statuses.path(i).path("state");
      JsonNode ended = state.path("terminated");
      String waiting = state.path("waiting").path("reason").asText();
      boolean isSidecar = isSidecar(pod.path("spec").path("initContainers").path(i));
      boolean hasBegun = !pod.path("status").path("phase").asText().equals("Pending");
      if (isSidecar && (hasBegun || state.has("running"))) {
        continue;
      }
      if (!ended.isMissingNode()) {
        if (ended.path("exitCode").asInt() == 0) {
          continue;
        }
        return "Init:" + endedReason(ended);
      }
      if (!waiting.isEmpty()
          && !waiting.equals("PodInitializing")
          && !waiting.equals("ContainerCreating")) {
        return "Init:" + waiting;
      }
      return "Init:" + i + "/" + pod.path("spec").path("initContainers").size();
    }
    return "";
  }

  private static String restarts(JsonNode pod, Instant now) {
    int restarts = 0;
    String last = "";
    for (JsonNode container : lasting(pod)) {
      restarts += container.path("restartCount").asInt();
      String ended = container.path("lastState").path("terminated").path("finishedAt").asText();
      last = ended.compareTo(last) > 0 ? ended : last;
    }
    return restarts == 0 || last.isEmpty()
        ? Integer.toString(restarts)
        : restarts + " (" + Ages.since(last, now) + " ago)";
  }
}
