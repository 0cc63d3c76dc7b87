package dev.reeve.agent.mind;

import dev.reeve.agent.mind.ContainerRun.Role;
import dev.reeve.agent.mind.ContainerRun.Stage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which container has which of the node's devices.
///
/// Laws: no device is with two pods; within a pod two containers share one only where the first is
/// an init container, which has ended before the other begins. A pod gets all it needs at once or
/// nothing, so that no two wait for what the other has. A container that starts again gets the
/// devices that it had.
final class DeviceBook {
  private final SortedMap<String, SortedMap<String, DeviceSet>> held = new TreeMap<>();
  private DeviceSet offered = DeviceSet.NONE;
  private boolean anyFreed;

  /// Why a pod does not get its devices.
  ///
  /// @param wanted how many the container asks for that does not get them
  /// @param free how many no other pod has
  /// @param all how many there are on this node
  /// @param holders uids of the pods that have some
  record Shortage(String resource, int wanted, int free, int all, List<String> holders) {}

  /// The devices that this node has.
  void offer(DeviceSet all) {
    offered = all;
  }

  /// A container was found with these devices. What runs has them; what does not run had them, and
  /// that counts unless more is known of it.
  void found(String uid, String container, DeviceSet devices, boolean isRunning) {
    var pod = held.computeIfAbsent(uid, fresh -> new TreeMap<>());
    if (isRunning) {
      pod.put(container, devices);
    } else {
      pod.putIfAbsent(container, devices);
    }
  }

  boolean isHolder(String uid) {
    return held.containsKey(uid);
  }

  DeviceSet of(String uid, String container) {
    return held.getOrDefault(uid, Collections.emptySortedMap())
        .getOrDefault(container, DeviceSet.NONE);
  }

  /// A pod needs its devices no more.
  void release(String uid) {
    anyFreed |= held.remove(uid) != null;
  }

  void retain(Collection<String> uids) {
    anyFreed |= held.keySet().retainAll(uids);
  }

  /// Whether any were released since this was last asked.
  boolean takeFreed() {
    boolean is = anyFreed;
    anyFreed = false;
    return is;
  }

  /// Gives the containers of a pod what they ask for. Those that have it keep it.
  ///
  /// @param containers in the order in which they start
  /// @return empty where each has all of it
  Optional<Shortage> assign(String uid, List<ContainerRun> containers) {
    if (containers.stream().allMatch(it -> it.program.devices().isEmpty())) {
      return Optional.empty();
    }
    var ofOthers = new TreeSet<String>();
    held.forEach((other, sets) -> {
      if (!other.equals(uid)) {
        sets.values().forEach(it -> ofOthers.addAll(it.ids()));
      }
    });
    var has = new ArrayList<DeviceSet>();
    containers.forEach(run -> has.add(kept(uid, run, ofOthers)));
    for (int i = 0; i < containers.size(); i++) {
      var gets = new TreeMap<>(has.get(i).byResource());
      for (var wanted : containers.get(i).program.devices().entrySet()) {
        var ids = chosen(i, wanted.getKey(), wanted.getValue(), containers, has, ofOthers);
        if (ids.size() < wanted.getValue()) {
          return Optional.of(shortage(uid, wanted.getKey(), wanted.getValue(), ofOthers));
        }
        gets.put(wanted.getKey(), ids);
      }
      has.set(i, new DeviceSet(gets));
    }
    var pod = new TreeMap<String, DeviceSet>();
    for (int i = 0; i < containers.size(); i++) {
      if (!has.get(i).isEmpty()) {
        pod.put(containers.get(i).program.name(), has.get(i));
      }
    }
    held.put(uid, pod);
    return Optional.empty();
  }

  /// What runs has what it was started with, whatever the node offers by now. Anything else keeps
  /// what it asks for and may still have.
  private DeviceSet kept(String uid, ContainerRun run, SortedSet<String> ofOthers) {
    var before = of(uid, run.program.name());
    if (run.stage == Stage.RUNNING || run.stage == Stage.STARTING) {
      return before;
    }
    var kept = new TreeMap<String, List<String>>();
    run.program
        .devices()
        .forEach((resource, amount) ->
            kept.put(
                resource,
                before.of(resource).stream()
                    .filter(it -> offered.of(resource).contains(it) && !ofOthers.contains(it))
                    .limit(amount)
                    .toList()));
    return new DeviceSet(kept);
  }

  /// Those it has, then those that others of the pod are done with when it starts, then free ones.
  private List<String> chosen(
      int place,
      String resource,
      int amount,
      List<ContainerRun> containers,
      List<DeviceSet> has,
      SortedSet<String> ofOthers) {
    var chosen = new LinkedHashSet<>(has.get(place).of(resource));
    var candidates = new ArrayList<String>();
    has.forEach(it -> candidates.addAll(it.of(resource)));
    candidates.addAll(offered.of(resource));
    for (String id : candidates) {
      boolean may =
          offered.of(resource).contains(id)
              && !ofOthers.contains(id)
              && isSharable(id, place, containers, has);
      if (may && chosen.size() < amount) {
        chosen.add(id);
      }
    }
    return List.copyOf(chosen);
  }

  private static boolean isSharable(
      String id, int place, List<ContainerRun> containers, List<DeviceSet> has) {
    for (int i = 0; i < containers.size(); i++) {
      boolean isWithIt = i != place && has.get(i).has(id);
      if (isWithIt && containers.get(Math.min(i, place)).role != Role.INIT) {
        return false;
      }
    }
    return true;
  }

  private Shortage shortage(String uid, String resource, int wanted, SortedSet<String> ofOthers) {
    var all = offered.of(resource);
    var holders = new ArrayList<String>();
    held.forEach((other, sets) -> {
      boolean hasSome =
          sets.values().stream().flatMap(it -> it.ids().stream()).anyMatch(all::contains);
      if (hasSome && !other.equals(uid)) {
        holders.add(other);
      }
    });
    int free = (int) all.stream().filter(it -> !ofOthers.contains(it)).count();
    return new Shortage(resource, wanted, free, all.size(), holders);
  }
}
