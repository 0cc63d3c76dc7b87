package dev.reeve.simulation;

import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.agent.mind.NodeEvent.Probed.Outcome;
import dev.reeve.core.Event;
import dev.reeve.simulation.Manifests.Flavour;
import dev.reeve.simulation.SimulatedNode.Container;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/// The hands of the agents' minds: carries out what they want on simulated engines, after the time
/// that it takes, and tells them what came of it.
final class SimulatedEngines {
  private static final int TAG_SECONDS = 5;

  private final World world;
  final SortedMap<String, Instant> nodeWakes = new TreeMap<>();

  SimulatedEngines(World world) {
    this.world = world;
  }

  void die(SimulatedNode node, Container container, int exitCode) {
    if (!container.running) {
      return;
    }
    world.tell("  " + node.name + ": " + label(container) + " dies with " + exitCode);
    node.stop(container, exitCode, world.now);
    if (node.engineUp) {
      var at = world.now;
      world.toMind(
          node,
          world.between(1, 20),
          () -> new NodeEvent.Died(container.id, exitCode, false, "", at));
    }
  }

  /// Somebody gives the tag to another image all the time.
  private String image(SimulatedNode node, NodeEffect.Pull pull) {
    var now = "registry/" + pull.image() + "@sha256:" + world.now.getEpochSecond() / TAG_SECONDS;
    var image =
        node.pin(pull.uid(), pull.image()).orElse(pull.known().isEmpty() ? now : pull.known());
    node.ordered(pull.uid()).ifPresent(it -> world.laws.pulls(it.release(), image));
    return image;
  }

  private static String label(Container container) {
    return container.pod + (container.isSandbox() ? " (pause)" : "");
  }

  void carryOut(SimulatedNode node, NodeEffect effect) {
    if (World.DETAILED) {
      world.tell("      " + node.name + " " + effect);
    }
    switch (effect) {
      case NodeEffect.Save save -> node.save(save);
      case NodeEffect.Send(var report) -> world.send(node, report);
      case NodeEffect.SetRoutes(var table) -> {
        node.save(table);
        world.toMind(
            node,
            world.between(1, 80),
            () -> {
              boolean isNewer =
                  table.epoch() > node.routes.epoch()
                      || table.epoch() == node.routes.epoch()
                          && table.version() >= node.routes.version();
              if (isNewer) {
                node.routes = table;
              }
              return new NodeEvent.RoutesSet(table.epoch(), table.version());
            });
      }
      case NodeEffect.AskFullOrder _ ->
          world.toServer(node, () -> world.server.step(new Event.FullOrderAsked(node.name)));
      case NodeEffect.Notice _ -> {}
      case NodeEffect.WakeAt(var at) -> wakeNode(node, at);
      case NodeEffect.Pull pull ->
          world.toMind(
              node,
              world.between(10, 400),
              () ->
                  pull.image().equals(Flavour.UNPULLABLE.name())
                      ? new NodeEvent.PullFailed(
                          pull.uid(), pull.container(), "ErrImagePull", "manifest unknown")
                      : new NodeEvent.Pulled(pull.uid(), pull.container(), image(node, pull)));
      case NodeEffect.StartSandbox(var pod) ->
          onEngine(node, pod.uid(), world.between(50, 400), () -> startSandbox(node, pod));
      case NodeEffect.StartContainer start ->
          onEngine(
              node, start.pod().uid(), world.between(50, 300), () -> startContainer(node, start));
      case NodeEffect.StopContainer stop -> {
        world.laws.stopsContainer(node, stop);
        onEngine(
            node,
            stop.uid(),
            world.between(20, 200),
            () -> {
              var container = node.containers.get(stop.id());
              if (container != null) {
                die(node, container, 143);
              }
            });
      }
      case NodeEffect.StopPod stop ->
          onEngine(
              node,
              stop.uid(),
              world.between(20, 200),
              () ->
                  node.of(stop.uid()).stream()
                      .filter(it -> !it.isSandbox())
                      .forEach(it -> die(node, it, 143)));
      case NodeEffect.RemoveContainer(var id) ->
          onEngine(node, id, 5, () -> node.containers.remove(id));
      case NodeEffect.ClearPod clear -> {
        world.laws.clearsPod(node, clear);
        onEngine(node, clear.uid(), world.between(20, 300), () -> clear(node, clear));
      }
      case NodeEffect.DeleteVolume(var volume) -> {
        world.laws.deletes(volume);
        world.toMind(node, world.between(20, 200), () -> new NodeEvent.VolumeDeleted(volume));
      }
      case NodeEffect.Probe probe ->
          world.toMind(node, world.between(1, 20), () -> probe(node, probe));
    }
  }

  /// A request to the engine arrives even if the agent that made it is gone by then; with the
  /// engine down it does not.
  private void onEngine(SimulatedNode node, String uid, long millis, Runnable what) {
    int boot = node.boots;
    // The hands do one thing at a time for a pod.
    var channel = node.name + "/" + boot + "/" + uid;
    var at = world.now.plusMillis(millis);
    var busy = world.lastDelivery.getOrDefault(channel, World.START);
    if (at.isBefore(busy)) {
      at = busy;
    }
    world.lastDelivery.put(channel, at);
    world.at(
        at,
        () -> {
          if (node.powered && node.engineUp && (node.boots == boot || world.timing.nextBoolean())) {
            what.run();
          }
        });
  }

  private void startSandbox(SimulatedNode node, dev.reeve.core.protocol.PodOrder pod) {
    var existing =
        node.of(pod.uid()).stream().filter(it -> it.isSandbox() && it.running).findFirst();
    var sandbox = existing.orElseGet(() -> node.run(pod, "", 0, "", world.now));
    world.laws.lives(sandbox);
    world.toMind(
        node,
        1,
        () -> new NodeEvent.SandboxStarted(pod.uid(), sandbox.id, "10.0.0." + sandbox.id.length()));
  }

  private void startContainer(SimulatedNode node, NodeEffect.StartContainer start) {
    var pod = start.pod();
    var pause = node.containers.get(start.sandbox());
    if (pause == null || !pause.running) {
      world.toMind(
          node,
          1,
          () ->
              new NodeEvent.StartFailed(
                  pod.uid(),
                  start.container(),
                  start.attempt(),
                  "RunContainerError",
                  "no sandbox"));
      return;
    }
    var existing =
        node.of(pod.uid()).stream()
            .filter(it -> it.name.equals(start.container()) && it.running)
            .findFirst();
    var container =
        existing.orElseGet(
            () -> node.run(pod, start.container(), start.attempt(), start.image(), world.now));
    world.tell("  " + node.name + ": " + label(container) + " runs, attempt " + container.attempt);
    world.laws.runs(container);
    var startedAt = container.startedAt;
    world.toMind(
        node,
        1,
        () ->
            new NodeEvent.ContainerStarted(
                pod.uid(), start.container(), start.attempt(), container.id, startedAt));
    if (container.flavour == Flavour.ENDING) {
      world.in(world.between(100, 2_000), () -> die(node, container, 0));
    }
    if (container.flavour == Flavour.CRASHING) {
      world.in(world.between(20, 100), () -> die(node, container, 1));
    }
  }

  private void clear(SimulatedNode node, NodeEffect.ClearPod clear) {
    for (Container container : node.of(clear.uid())) {
      if (container.running) {
        world.tell("  " + node.name + ": " + label(container) + " is stopped: " + clear.reason());
      }
      node.containers.remove(container.id);
    }
    world.toMind(node, 1, () -> new NodeEvent.PodCleared(clear.uid()));
  }

  private NodeEvent probe(SimulatedNode node, NodeEffect.Probe probe) {
    var container = node.containers.get(probe.id());
    boolean passes = container != null && container.running && container.flavour != Flavour.UNREADY;
    return new NodeEvent.Probed(
        probe.uid(),
        probe.container(),
        probe.attempt(),
        probe.kind(),
        passes ? Outcome.SUCCESS : Outcome.FAILURE,
        passes ? "" : "503");
  }

  private void wakeNode(SimulatedNode node, Instant when) {
    var known = nodeWakes.get(node.name);
    if (known != null && !known.isAfter(when) && known.isAfter(world.now)) {
      return;
    }
    nodeWakes.put(node.name, when);
    int life = node.boots;
    world.at(
        when,
        () -> {
          if (node.boots == life && node.powered && when.equals(nodeWakes.get(node.name))) {
            nodeWakes.remove(node.name);
            world.stepNode(node, new NodeEvent.Woken());
          }
        });
  }
}
