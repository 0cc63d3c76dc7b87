package dev.reeve.agent.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Carries out probes and hooks: a command in the container, a request, or a connection. Answers
/// with what is wrong, or nothing.
final class Checks {
  private final Engine engine;

  Checks(Engine engine) {
    this.engine = engine;
  }

  Optional<String> probe(
      Probe probe, Container container, String id, String podIp, Duration limit) {
    if (probe.getExec() != null) {
      return exec(probe.getExec(), id, limit);
    }
    if (probe.getHttpGet() != null) {
      return http(probe.getHttpGet(), container, podIp, limit);
    }
    if (probe.getTcpSocket() != null) {
      var action = probe.getTcpSocket();
      var port = port(action.getPort(), container);
      return port.isEmpty()
          ? Optional.of("no port is named " + action.getPort().getStrVal())
          : Knock.tcp(PodTemplates.or(action.getHost(), podIp), port.get(), limit);
    }
    if (probe.getGrpc() != null) {
      var action = probe.getGrpc();
      var service = PodTemplates.or(action.getService(), "");
      return GrpcKnock.check(podIp, action.getPort(), service, limit);
    }
    return Optional.of("a probe of this kind is not known");
  }

  Optional<String> hook(
      LifecycleHandler hook, Container container, String id, String podIp, Duration limit) {
    if (hook.getExec() != null) {
      return exec(hook.getExec(), id, limit);
    }
    if (hook.getHttpGet() != null) {
      return http(hook.getHttpGet(), container, podIp, limit);
    }
    if (hook.getSleep() != null) {
      try {
        var asked = Duration.ofSeconds(PodTemplates.or(hook.getSleep().getSeconds(), 0L));
        Thread.sleep(asked.compareTo(limit) < 0 ? asked : limit);
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of("interrupted");
      }
    }
    return Optional.of("a hook of this kind is not known");
  }

  private Optional<String> exec(ExecAction action, String id, Duration limit) {
    try {
      var result = engine.exec(id, PodTemplates.orNone(action.getCommand()), limit);
      return result.exitCode() == 0
          ? Optional.empty()
          : Optional.of(
              OneLine.of("command exited with " + result.exitCode() + ": " + result.output()));
    } catch (EngineException e) {
      return Optional.of(e.summary());
    }
  }

  private static Optional<String> http(
      HTTPGetAction action, Container container, String podIp, Duration limit) {
    var port = port(action.getPort(), container);
    if (port.isEmpty()) {
      return Optional.of("no port is named " + action.getPort().getStrVal());
    }
    var path = PodTemplates.or(action.getPath(), "/");
    var headers =
        PodTemplates.<HTTPHeader>orNone(action.getHttpHeaders()).stream()
            .map(it -> Map.entry(it.getName(), PodTemplates.or(it.getValue(), "")))
            .toList();
    var host = PodTemplates.or(action.getHost(), "");
    return Knock.http(
        new Knock.Request(
            PodTemplates.or(action.getScheme(), "HTTP"),
            host.isEmpty() ? podIp : host,
            port.get(),
            path.startsWith("/") ? path : "/" + path,
            headers),
        limit);
  }

  private static Optional<Integer> port(IntOrString port, Container container) {
    if (port.getIntVal() != null) {
      return Optional.of(port.getIntVal());
    }
    var name = PodTemplates.or(port.getStrVal(), "");
    if (name.matches("[0-9]+")) {
      return Optional.of(Integer.parseInt(name));
    }
    return PodTemplates.orNone(container.getPorts()).stream()
        .filter(it -> name.equals(it.getName()))
        .map(it -> it.getContainerPort())
        .findFirst();
  }
}
