package dev.reeve.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.lab.LabNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// The containers of Reeve's that run, as the engines know them.
final class Containers {
  static final String CONTAINER_LABEL = "io.kubernetes.container.name";
  static final String POD_LABEL = "io.kubernetes.pod.uid";
  static final String RELEASE_LABEL = "dev.reeve.release";
  static final String PAUSE = "POD";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Containers() {}

  /// @param life when it was started, and how often again
  /// @param ip of the pause container, by which its pod is reached; else empty
  record Running(
      LabNode node,
      String id,
      String pod,
      String name,
      String life,
      String ip,
      String release,
      List<String> environment) {
    @Override
    public String toString() {
      return node.folder().getFileName() + " " + pod + " " + name + " " + id + " " + life;
    }
  }

  static List<Running> running(List<LabNode> nodes) throws IOException {
    var found = new ArrayList<Running>();
    for (LabNode node : nodes) {
      var ours = "/containers/json?filters=" + filter(Map.of("label", "dev.reeve.cluster"));
      for (JsonNode each : JSON.readTree(node.ask(ours).orElseThrow())) {
        // One that ended in this moment is not there to be asked.
        node.ask("/containers/" + each.path("Id").asText() + "/json")
            .map(Containers::read)
            .filter(it -> it.at("/State/Running").asBoolean())
            .ifPresent(it -> found.add(running(node, it)));
      }
    }
    return found;
  }

  private static Running running(LabNode node, JsonNode inspected) {
    var labels = inspected.at("/Config/Labels");
    return new Running(
        node,
        inspected.path("Id").asText(),
        labels.path(POD_LABEL).asText(),
        labels.path(CONTAINER_LABEL).asText(),
        inspected.at("/State/StartedAt").asText() + " " + inspected.path("RestartCount").asInt(),
        address(inspected),
        labels.path(RELEASE_LABEL).asText(),
        inspected.at("/Config/Env").valueStream().map(JsonNode::asText).toList());
  }

  static String address(JsonNode inspected) {
    var given = inspected.at("/Config/Labels").path("dev.reeve.pod-ip").asText();
    if (!given.isEmpty()) {
      return given;
    }
    for (JsonNode network : inspected.at("/NetworkSettings/Networks")) {
      return network.path("IPAddress").asText();
    }
    return "";
  }

  /// The containers of those pods that answer their port.
  static List<Running> healthy(List<LabNode> nodes) throws IOException, InterruptedException {
    var all = running(nodes);
    var answering = new HashSet<String>();
    for (Running each : all) {
      if (each.name().equals(PAUSE) && answers(each)) {
        answering.add(each.pod());
      }
    }
    return all.stream().filter(it -> answering.contains(it.pod())).toList();
  }

  private static boolean answers(Running pause) throws InterruptedException {
    var answered = new AtomicBoolean();
    pause.node().startInside("ask", () -> answered.set(ReadinessLog.answers(pause.ip()))).join();
    return answered.get();
  }

  /// What a restart would change, by container id.
  static SortedMap<String, String> lives(List<LabNode> nodes) throws IOException {
    return livesOf(running(nodes));
  }

  static SortedMap<String, String> livesOf(List<Running> containers) {
    var lives = new TreeMap<String, String>();
    containers.forEach(it -> lives.put(it.id(), it.life()));
    return lives;
  }

  static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException("no JSON: " + text, e);
    }
  }

  /// The engine's `filters`, as they stand in an address.
  static String filter(Map<String, String> filters) {
    var all = JSON.createObjectNode();
    new TreeMap<>(filters).forEach((key, value) -> all.putArray(key).add(value));
    return URLEncoder.encode(all.toString(), StandardCharsets.UTF_8);
  }
}
