package dev.reeve.agent.node.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Event;
import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.agent.node.Engine.EngineEvent;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the engine says of containers and of what happens to them, in our words.
final class Descriptions {
  /// What the engine says of a time that has not come.
  private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  private Descriptions() {}

  static EngineContainer container(InspectContainerResponse it) {
    var state = it.getState();
    var config = it.getConfig();
    var labels = new TreeMap<String, String>();
    Optional.ofNullable(config.getLabels()).ifPresent(labels::putAll);
    boolean runs = Boolean.TRUE.equals(state.getRunning());
    var startedAt = time(state.getStartedAt());
    var name = DockerCalls.or(it.getName(), "");
    return new EngineContainer(
        it.getId(),
        name.startsWith("/") ? name.substring(1) : name,
        labels,
        runs
            ? EngineContainer.State.RUNNING
            : startedAt.isPresent() || "exited".equals(state.getStatus())
                ? EngineContainer.State.EXITED
                : EngineContainer.State.CREATED,
        DockerCalls.or(config.getImage(), ""),
        DockerCalls.or(it.getImageId(), ""),
        addresses(it),
        runs ? DockerCalls.or(state.getPidLong(), 0L).intValue() : 0,
        startedAt,
        runs ? Optional.empty() : time(state.getFinishedAt()),
        DockerCalls.or(state.getExitCodeLong(), 0L).intValue(),
        Boolean.TRUE.equals(state.getOOMKilled()));
  }

  private static List<String> addresses(InspectContainerResponse it) {
    var ips = new ArrayList<String>();
    if (it.getNetworkSettings() != null && it.getNetworkSettings().getNetworks() != null) {
      for (ContainerNetwork network : it.getNetworkSettings().getNetworks().values()) {
        if (network.getIpAddress() != null && !network.getIpAddress().isEmpty()) {
          ips.add(network.getIpAddress());
        }
      }
    }
    return List.copyOf(ips);
  }

  private static Optional<Instant> time(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    try {
      var at = Instant.parse(text);
      return at.equals(NEVER) ? Optional.empty() : Optional.of(at);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /// Empty for what nobody asked for.
  static Optional<EngineEvent> event(Event event) {
    var action = DockerCalls.or(event.getAction(), "");
    var actor = event.getActor();
    if (actor == null || actor.getId() == null) {
      return Optional.empty();
    }
    long nanos = DockerCalls.or(event.getTimeNano(), 0L);
    var at = Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    return switch (action) {
      case "start" -> Optional.of(new EngineEvent(EngineEvent.Kind.STARTED, actor.getId(), 0, at));
      case "die" -> {
        var attributes = Optional.ofNullable(actor.getAttributes()).orElse(Map.of());
        var code = DockerCalls.or(attributes.get("exitCode"), "0");
        yield Optional.of(
            new EngineEvent(EngineEvent.Kind.DIED, actor.getId(), Integer.parseInt(code), at));
      }
      default -> Optional.empty();
    };
  }
}
