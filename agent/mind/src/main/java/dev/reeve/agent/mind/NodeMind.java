package dev.reeve.agent.mind;

import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodRemoval;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The node's mind. Events in, effects out: it owns what the node was told, where each pod stands,
/// restarts, back-off, probes and fencing, and it needs no control plane to keep its pods running.
///
/// Laws: an order of a lower epoch is never obeyed; a container found running is taken over as it
/// is; what no order names is stopped only after an order was taken over; a device is given to one
/// container at a time; what is not this cluster's is never seen here at all.
///
/// Confined to one thread.
public final class NodeMind {
  /// Taken-over pods are reported once their first probe has answered, but no later than this.
  private static final Duration SETTLING = Duration.ofSeconds(3);

  private final String boot;
  private final SortedMap<String, PodRun> pods = new TreeMap<>();
  private final SortedMap<String, PodProgram> programs = new TreeMap<>();
  private final SortedMap<String, List<FoundContainer>> strays = new TreeMap<>();
  private final SortedSet<String> dirty = new TreeSet<>();
  private final SortedSet<String> gone = new TreeSet<>();
  private final DeviceBook devices = new DeviceBook();
  private final SortedMap<String, PodReport> said = new TreeMap<>();
  private final TreeMap<Instant, SortedSet<String>> wakes = new TreeMap<>();
  private final List<NodeEffect> effects = new ArrayList<>();
  private NodeInfo info =
      new NodeInfo(
          Resources.NONE, 0, Collections.emptySortedMap(), "", Collections.emptySortedMap());
  private long epoch;
  private long generation;
  private boolean engineIsUp;
  private boolean linked;
  private boolean fullReportIsDue;
  private boolean acknowledgementIsDue;
  private boolean infoIsDue;
  private RouteTable routes = RouteTable.NONE;

  /// Of the routes that are in force, under the present epoch, and were told in this life: what is
  /// not on disk, the certificates, may be missing of earlier ones.
  private long routed;

  private boolean isTold;

  /// Volumes that the leader wants deleted, and whether they are.
  private final TreeMap<String, Boolean> unclaimed = new TreeMap<>();

  private Optional<Instant> settledBy = Optional.empty();
  private long sequence;

  /// @param boot names this process among all that ever ran for the node
  public NodeMind(String boot) {
    this.boot = boot;
  }

  /// Takes one event in and says what is to be done.
  public List<NodeEffect> step(NodeEvent event, Instant now) {
    fold(event, now);
    ring(now);
    if (engineIsUp) {
      for (String uid : new ArrayList<>(dirty)) {
        decide(uid, now);
      }
      if (devices.takeFreed()) {
        for (String uid : waitingForDevices()) {
          dirty.add(uid);
          decide(uid, now);
        }
      }
    }
    report(now);
    dirty.clear();
    arm(now);
    var out = List.copyOf(effects);
    effects.clear();
    return out;
  }

  private void decide(String uid, Instant now) {
    var pod = pods.get(uid);
    if (pod == null) {
      return;
    }
    clearWake(uid, pod);
    pod.decide(now, devices, effects::add);
    setWake(uid, pod);
    pod.lacks(pod.shortage().map(this::words).orElse(""));
    if (pod.isGone()) {
      pods.remove(uid);
      gone.add(uid);
    }
    if (pod.isGone() || pod.hasEnded()) {
      devices.release(uid);
    }
  }

  private List<String> waitingForDevices() {
    return pods.entrySet().stream()
        .filter(it -> it.getValue().shortage().isPresent())
        .map(Map.Entry::getKey)
        .toList();
  }

  private String words(DeviceBook.Shortage it) {
    if (it.all() == 0) {
      return "this node has no " + it.resource();
    }
    var words =
        "it asks for %d of %s, and %d of the %d of this node are free"
            .formatted(it.wanted(), it.resource(), it.free(), it.all());
    var stopping =
        it.holders().stream()
            .flatMap(uid -> Optional.ofNullable(pods.get(uid)).stream())
            .filter(PodRun::isRemoving)
            .map(pod -> pod.order.name())
            .toList();
    return stopping.isEmpty()
        ? words
        : words + "; still stopping with some: " + String.join(", ", stopping);
  }

  private void fold(NodeEvent event, Instant now) {
    switch (event) {
      case NodeEvent.Restored restored -> restore(restored);
      case NodeEvent.Found found -> found(found.containers(), now);
      case NodeEvent.EngineLost _ -> engineIsUp = false;
      case NodeEvent.Ordered ordered -> ordered(ordered);
      case NodeEvent.Routed(var routing) -> routed(routing);
      case NodeEvent.RoutesSet(var of, var version) -> {
        if (isTold && of == epoch && version > routed) {
          routed = version;
          acknowledgementIsDue = true;
        }
      }
      case NodeEvent.Linked _ -> {
        linked = true;
        fullReportIsDue = true;
      }
      case NodeEvent.Unlinked _ -> linked = false;
      case NodeEvent.ReportAsked _ -> fullReportIsDue = true;
      case NodeEvent.Pulled(var uid, var name, var imageId) ->
          container(uid, name).filter(it -> it.pulling).ifPresent(it -> it.pulled(imageId));
      case NodeEvent.PullFailed(var uid, var name, var reason, var message) ->
          container(uid, name)
              .filter(it -> it.pulling)
              .ifPresent(it -> it.pullFailed(reason, message, now));
      case NodeEvent.SandboxStarted(var uid, var id, var ip) ->
          pod(uid).ifPresent(it -> it.sandboxStarted(id, ip, now));
      case NodeEvent.SandboxFailed(var uid, var message) ->
          pod(uid).ifPresent(it -> it.sandboxFailed(message, now));
      case NodeEvent.ContainerStarted(var uid, var name, var attempt, var id, var at) ->
          pod(uid)
              .ifPresent(run ->
                  run.container(name).ifPresent(it -> run.containerStarted(it, attempt, id, at)));
      case NodeEvent.StartFailed(var uid, var name, var attempt, var reason, var message) ->
          pod(uid)
              .ifPresent(run ->
                  run.container(name)
                      .ifPresent(it -> run.startFailed(it, attempt, reason, message, now)));
      case NodeEvent.Died died -> died(died, now);
      case NodeEvent.PodCleared(var uid) -> cleared(uid);
      case NodeEvent.Probed(var uid, var name, var attempt, var kind, var outcome, var message) ->
          pod(uid)
              .ifPresent(run ->
                  run.container(name)
                      .ifPresent(it -> run.probed(it, attempt, kind, outcome, message, now)));
      case NodeEvent.VolumeDeleted(var volume) -> {
        if (unclaimed.containsKey(volume)) {
          unclaimed.put(volume, true);
          acknowledgementIsDue = true;
        }
      }
      case NodeEvent.ImagesFound(var images) -> {
        if (!images.equals(info.images())) {
          info = info.withImages(images);
          infoIsDue = true;
        }
      }
      case NodeEvent.Woken _ -> {}
    }
  }

  private Optional<PodRun> pod(String uid) {
    dirty.add(uid);
    return Optional.ofNullable(pods.get(uid));
  }

  private Optional<ContainerRun> container(String uid, String name) {
    return pod(uid).flatMap(it -> it.container(name));
  }

  private void restore(NodeEvent.Restored restored) {
    info = restored.info();
    devices.offer(restored.devices());
    epoch = restored.epoch();
    generation = restored.generation();
    programs.putAll(restored.programs());
    routes = restored.routes();
    if (routes.version() > 0) {
      effects.add(new NodeEffect.SetRoutes(routes));
    }
    restored.pods().forEach(it -> add(it));
  }

  private PodRun add(PodOrder order) {
    var pod = new PodRun(order, Optional.ofNullable(programs.get(order.release())));
    pods.put(order.uid(), pod);
    dirty.add(order.uid());
    return pod;
  }

  /// The engine is there: what it lists is the truth, whatever was under way.
  private void found(List<FoundContainer> containers, Instant now) {
    boolean isStart = !engineIsUp;
    engineIsUp = true;
    var byPod = new TreeMap<String, List<FoundContainer>>();
    containers.forEach(it -> byPod.computeIfAbsent(it.uid(), uid -> new ArrayList<>()).add(it));
    strays.clear();
    byPod.forEach((uid, listed) -> {
      if (!pods.containsKey(uid)) {
        strays.put(uid, listed);
        dirty.add(uid);
      }
    });
    pods.forEach((uid, pod) -> {
      pod.found(byPod.getOrDefault(uid, List.of()), now);
      dirty.add(uid);
    });
    hold(byPod);
    if (isStart) {
      settledBy = Optional.of(now.plus(SETTLING));
      fullReportIsDue = true;
    }
  }

  /// Devices are with the containers that have them. What a pod has not been given yet of what it
  /// needs beside that is set aside before any other pod is decided.
  private void hold(SortedMap<String, List<FoundContainer>> byPod) {
    byPod.forEach((uid, listed) -> {
      var pod = pods.get(uid);
      if (pod == null || !pod.hasEnded()) {
        listed.stream()
            .filter(it -> !it.devices().isEmpty())
            .sorted((a, b) -> Integer.compare(b.attempt(), a.attempt()))
            .forEach(it ->
                devices.found(
                    uid, it.container(), it.devices(), it.state() == FoundContainer.State.RUNNING));
      }
    });
    var all = new TreeSet<>(pods.keySet());
    all.addAll(strays.keySet());
    devices.retain(all);
    pods.forEach((uid, pod) -> {
      if (devices.isHolder(uid) && !pod.isRemoving()) {
        devices.assign(uid, pod.containers);
      }
    });
  }

  /// Whether an order is followed when it comes next. What comes with any other is not for use: it
  /// may be older than what is here.
  public boolean obeys(Order order) {
    return isNews(order) && !hasGap(order);
  }

  private boolean isNews(Order order) {
    return order.epoch() > epoch || order.epoch() == epoch && order.generation() > generation;
  }

  private boolean hasGap(Order order) {
    boolean followsOn = order.epoch() == epoch && order.base() == generation;
    return order.scope() == Order.Scope.DELTA && (!followsOn || !isComplete(order));
  }

  private void ordered(NodeEvent.Ordered event) {
    var order = event.order();
    if (!isNews(order)) {
      // An older leader, or an order that came twice. The sender learns where this node is.
      acknowledgementIsDue = true;
      return;
    }
    if (hasGap(order)) {
      effects.add(new NodeEffect.AskFullOrder());
      return;
    }
    programs.putAll(event.programs());
    under(order.epoch());
    generation = order.generation();
    acknowledgementIsDue = true;
    var reasons = new TreeMap<String, String>();
    order.remove().forEach(it -> reasons.put(it.uid(), it.reason()));
    if (order.scope() == Order.Scope.FULL) {
      var wanted = new TreeSet<String>();
      order.pods().forEach(it -> wanted.add(it.uid()));
      for (String uid : new ArrayList<>(pods.keySet())) {
        if (!wanted.contains(uid)) {
          remove(uid, reasons.getOrDefault(uid, "Orphaned"));
        }
      }
      for (String uid : new ArrayList<>(strays.keySet())) {
        if (!wanted.contains(uid)) {
          removeStray(uid, reasons.getOrDefault(uid, "Orphaned"));
        }
      }
    }
    order.pods().stream().filter(it -> !pods.containsKey(it.uid())).forEach(this::take);
    for (PodRemoval removal : order.remove()) {
      if (pods.containsKey(removal.uid())) {
        remove(removal.uid(), removal.reason());
      } else if (strays.containsKey(removal.uid())) {
        removeStray(removal.uid(), removal.reason());
      } else {
        gone.add(removal.uid());
      }
    }
    delete(order.unclaimed());
    forgetUnusedPrograms();
    save();
  }

  /// What a pod of this node has is not deleted, whoever says so.
  private void delete(List<String> volumes) {
    unclaimed.keySet().retainAll(volumes);
    for (String volume : volumes) {
      boolean isUsed =
          pods.values().stream()
              .flatMap(it -> it.order.volumes().stream())
              .anyMatch(it -> it.source().handle().equals(volume));
      if (!isUsed && unclaimed.putIfAbsent(volume, false) == null) {
        effects.add(new NodeEffect.DeleteVolume(volume));
      }
    }
  }

  private List<String> deleted() {
    return unclaimed.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void routed(Routing routing) {
    if (routing.epoch() < epoch) {
      acknowledgementIsDue = true;
      return;
    }
    var table = routes.with(routing);
    if (table.isEmpty()) {
      effects.add(new NodeEffect.AskFullOrder());
      return;
    }
    if (routing.epoch() > epoch) {
      under(routing.epoch());
      generation = 0;
      save();
    }
    isTold = true;
    routes = table.get();
    effects.add(new NodeEffect.SetRoutes(routes));
  }

  private void under(long leader) {
    if (leader > epoch) {
      epoch = leader;
      routed = 0;
    }
  }

  /// Whether every pod's text is here. A full order is all there is to be had: what is not in it is
  /// not asked for again, nor is a text that came and could not be read.
  private boolean isComplete(Order order) {
    var came = new TreeSet<String>();
    order.releases().forEach(it -> came.add(it.hash()));
    return order.pods().stream()
        .allMatch(it ->
            pods.containsKey(it.uid())
                || programs.containsKey(it.release())
                || came.contains(it.release()));
  }

  /// A pod that is new here, or one that was found running before any order named it.
  private void take(PodOrder order) {
    var pod = add(order);
    var running = strays.remove(order.uid());
    if (running != null) {
      pod.found(running, Instant.EPOCH);
    }
  }

  private void remove(String uid, String reason) {
    var pod = pods.get(uid);
    if (pod != null) {
      pod.remove(reason);
      dirty.add(uid);
    }
  }

  private void removeStray(String uid, String reason) {
    var listed = strays.getOrDefault(uid, List.of());
    var first = listed.getFirst();
    var order = new PodOrder(uid, first.pod(), first.workload(), first.release(), first.commit());
    var run = new PodRun(order, Optional.ofNullable(programs.get(first.release())));
    run.found(listed, Instant.EPOCH);
    run.remove(reason);
    pods.put(uid, run);
    strays.remove(uid);
    dirty.add(uid);
  }

  private void forgetUnusedPrograms() {
    var used = new TreeSet<String>();
    pods.values().forEach(it -> used.add(it.order.release()));
    programs.keySet().retainAll(used);
  }

  private void save() {
    var kept = new ArrayList<PodOrder>();
    pods.values().stream().filter(it -> !it.isRemoving()).forEach(it -> kept.add(it.order));
    effects.add(new NodeEffect.Save(epoch, generation, kept));
  }

  private void died(NodeEvent.Died died, Instant now) {
    for (PodRun pod : pods.values()) {
      if (pod.died(died, now)) {
        dirty.add(pod.order.uid());
        return;
      }
    }
  }

  private void cleared(String uid) {
    pod(uid).ifPresent(PodRun::cleared);
  }

  // --- time

  private void ring(Instant now) {
    while (!wakes.isEmpty() && !wakes.firstKey().isAfter(now)) {
      for (String uid : wakes.pollFirstEntry().getValue()) {
        dirty.add(uid);
        var pod = pods.get(uid);
        if (pod != null) {
          pod.wakeAt = Optional.empty();
        }
      }
    }
  }

  private void clearWake(String uid, PodRun pod) {
    pod.wakeAt.ifPresent(at -> {
      var uids = wakes.get(at);
      if (uids != null) {
        uids.remove(uid);
        if (uids.isEmpty()) {
          wakes.remove(at);
        }
      }
    });
  }

  private void setWake(String uid, PodRun pod) {
    pod.wakeAt.ifPresent(at -> wakes.computeIfAbsent(at, key -> new TreeSet<>()).add(uid));
  }

  private void arm(Instant now) {
    Optional<Instant> earliest =
        wakes.isEmpty() || !engineIsUp ? Optional.empty() : Optional.of(wakes.firstKey());
    if (settledBy.isPresent() && (earliest.isEmpty() || settledBy.get().isBefore(earliest.get()))) {
      earliest = settledBy;
    }
    earliest.ifPresent(
        at -> effects.add(new NodeEffect.WakeAt(at.isAfter(now) ? at : now.plusMillis(1))));
  }

  // --- what is said

  private void report(Instant now) {
    if (settledBy.isPresent()
        && (!now.isBefore(settledBy.get()) || pods.values().stream().noneMatch(PodRun::isUnsure))) {
      settledBy = Optional.empty();
    }
    if (!linked || settledBy.isPresent()) {
      return;
    }
    if (fullReportIsDue) {
      if (everHadEngine()) {
        sendFull(now);
      }
      return;
    }
    var changed = new ArrayList<PodReport>();
    for (String uid : dirty) {
      var pod = pods.get(uid);
      if (pod != null) {
        var report = pod.report();
        if (!report.equals(said.put(uid, report))) {
          changed.add(report);
        }
      }
    }
    if (changed.isEmpty() && gone.isEmpty() && !acknowledgementIsDue && !infoIsDue) {
      return;
    }
    var about = infoIsDue ? Optional.of(info) : Optional.<NodeInfo>empty();
    send(Report.Scope.DELTA, about, changed, new ArrayList<>(gone));
  }

  /// Before the engine was listed once, nothing is known of what runs, and nothing is said.
  private boolean everHadEngine() {
    return engineIsUp || sequence > 0;
  }

  private void sendFull(Instant now) {
    fullReportIsDue = false;
    said.clear();
    var all = new ArrayList<PodReport>();
    pods.forEach((uid, pod) -> {
      var report = pod.report();
      said.put(uid, report);
      all.add(report);
    });
    strays.forEach((uid, listed) -> {
      var first = listed.getFirst();
      var order = new PodOrder(uid, first.pod(), first.workload(), first.release(), first.commit());
      var run = new PodRun(order, Optional.empty());
      run.found(listed, now);
      all.add(run.report());
    });
    send(Report.Scope.FULL, Optional.of(info), all, List.of());
  }

  private void send(
      Report.Scope scope, Optional<NodeInfo> about, List<PodReport> reports, List<String> left) {
    long base = sequence;
    sequence++;
    acknowledgementIsDue = false;
    infoIsDue = false;
    left.forEach(uid -> said.remove(uid));
    gone.clear();
    effects.add(
        new NodeEffect.Send(
            new Report(
                boot,
                base,
                sequence,
                scope,
                epoch,
                generation,
                routed,
                about,
                reports,
                left,
                deleted())));
  }
}
