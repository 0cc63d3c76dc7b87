package dev.reeve.agent.node;

import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.agent.node.Releases.Release;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How containers and pods end: with their hooks, within their grace, and without a trace.
final class PodEnding {
  private static final Logger LOG = LoggerFactory.getLogger(PodEnding.class);

  /// What is left for a container to end, however long its hook took.
  private static final Duration LEAST_GRACE = Duration.ofSeconds(2);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Settings settings;
  private final Engine engine;
  private final Turns turns;
  private final Releases releases;
  private final Volumes volumes;
  private final Checks checks;

  PodEnding(
      Settings settings,
      Engine engine,
      Turns turns,
      Releases releases,
      Volumes volumes,
      Checks checks) {
    this.settings = settings;
    this.engine = engine;
    this.turns = turns;
    this.releases = releases;
    this.volumes = volumes;
    this.checks = checks;
  }

  /// With its preStop hook, whose time is part of the grace.
  void stop(EngineContainer found, Duration grace) {
    stop(found, grace, List.of());
  }

  /// @param before what is waited for after the hook, as long as the grace allows
  private void stop(EngineContainer found, Duration grace, List<Thread> before) {
    if (!found.isRunning()) {
      return;
    }
    long begin = System.nanoTime();
    if (!grace.isZero()) {
      preStop(found)
          .ifPresent(hook -> {
            var wrong = checks.hook(hook.handler(), hook.container(), found.id(), hook.ip(), grace);
            wrong.ifPresent(it -> LOG.warn("preStop hook of {}: {}", found.name(), it));
          });
    }
    await(before, begin + grace.toNanos());
    var left = grace.minusNanos(System.nanoTime() - begin);
    try {
      engine.stop(
          found.id(), grace.isZero() || left.compareTo(LEAST_GRACE) > 0 ? max(left) : least(grace));
    } catch (EngineException e) {
      LOG.warn("{} is not stopped: {}", found.name(), e.summary());
    }
  }

  private static void await(List<Thread> threads, long until) {
    try {
      for (Thread thread : threads) {
        thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration max(Duration left) {
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static Duration least(Duration grace) {
    return grace.compareTo(LEAST_GRACE) < 0 ? grace : LEAST_GRACE;
  }

  private record PreStop(LifecycleHandler handler, Container container, String ip) {}

  private Optional<PreStop> preStop(EngineContainer found) {
    var container =
        Labels.release(found)
            .flatMap(releases::get)
            .flatMap(Release::template)
            .flatMap(it -> it.container(Labels.container(found)));
    if (container.isEmpty() || container.get().getLifecycle() == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(container.get().getLifecycle().getPreStop())
        .map(it -> new PreStop(it, container.get(), sandboxAddress(found)));
  }

  private String sandboxAddress(EngineContainer found) {
    try {
      var uid = found.labels().getOrDefault(Labels.POD_UID, "");
      return engine.containers(Labels.ofPod(settings.cluster(), uid)).stream()
          .filter(Labels::isSandbox)
          .findFirst()
          .map(settings::address)
          .orElse(settings.hostAddress());
    } catch (EngineException e) {
      return settings.hostAddress();
    }
  }

  /// Stops all containers of a pod but the one that holds its network, and keeps them.
  void stopAll(NodeEffect.StopPod it) {
    try {
      var all = engine.containers(Labels.ofPod(settings.cluster(), it.uid()));
      stopAll(all, it.grace(), it.last());
    } catch (EngineException | IOException e) {
      LOG.warn("pod {} is not stopped: {}", it.uid(), OneLine.of(e));
    }
  }

  /// All at once, but for the last, each of which waits for all before it. Hooks wait for nobody.
  private void stopAll(List<EngineContainer> all, Duration grace, List<String> last)
      throws IOException {
    var stops = new ArrayList<Thread>();
    var running =
        all.stream()
            .filter(it -> it.isRunning() && !Labels.isSandbox(it))
            .sorted(Comparator.comparingInt(it -> last.indexOf(Labels.container(it))))
            .toList();
    for (var each : running) {
      boolean waits = last.contains(Labels.container(each));
      var before = waits ? List.copyOf(stops) : List.<Thread>of();
      stops.add(Thread.ofVirtual().name("stop").start(() -> stop(each, grace, before)));
    }
    try {
      for (var thread : stops) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// Removes a pod with all that was made for it, however often that takes.
  ///
  /// @return whether it is gone; otherwise the engine is, and when it is back all is listed and
  ///   decided anew
  boolean clear(NodeEffect.ClearPod it) {
    for (var pause = FIRST_PAUSE; ; pause = longer(pause)) {
      try {
        clearOnce(it);
        return true;
      } catch (EngineException e) {
        LOG.warn("pod {} is not cleared yet: {}", it.uid(), e.summary());
        if (e.kind() == EngineException.Kind.AWAY) {
          return false;
        }
      } catch (IOException | RuntimeException e) {
        LOG.warn("pod {} is not cleared yet: {}", it.uid(), OneLine.of(e));
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  private static Duration longer(Duration pause) {
    var doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  private void clearOnce(NodeEffect.ClearPod it) throws EngineException, IOException {
    var all = engine.containers(Labels.ofPod(settings.cluster(), it.uid()));
    var apps = all.stream().filter(each -> !Labels.isSandbox(each)).toList();
    if (!it.grace().isZero()) {
      stopAll(apps, it.grace(), it.last());
    }
    for (var app : apps) {
      remove(app.id());
    }
    for (var each : all) {
      if (Labels.isSandbox(each)) {
        remove(each.id());
      }
    }
    if (it.volumes() == NodeEffect.ClearPod.Volumes.REMOVE) {
      volumes.remove(it.uid());
    }
  }

  private void remove(String id) throws EngineException {
    turns.take(() -> {
      engine.remove(id);
      return id;
    });
  }
}
