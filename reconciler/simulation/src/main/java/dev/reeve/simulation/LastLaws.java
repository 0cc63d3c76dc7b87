package dev.reeve.simulation;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.simulation.Manifests.Flavour;
import dev.reeve.simulation.Manifests.Text;
import dev.reeve.simulation.SimulatedNode.Container;
import java.time.Instant;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;

/// The oracles of the end: what must be so once faults have stopped and everything is quiet.
final class LastLaws {
  private final Laws laws;

  LastLaws(Laws laws) {
    this.laws = laws;
  }

  /// Whether every workload stands where its text puts it, or has failed for good.
  boolean isSettled(Root root) {
    for (WorkloadState workload : root.workloads().values()) {
      boolean isFinal =
          switch (workload.phase()) {
            case HEALTHY, FAILED, DEGRADED -> true;
            case PROGRESSING, PAUSED, ROLLING_BACK -> false;
          };
      if (!isFinal || workload.desired().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  void atTheEnd(Root root, Instant now) {
    checkNodes();
    checkImages();
    checkFlags();
    checkRecordedReasons();
    checkLeaks(root, now);
    checkVerdict();
    laws.accepted().ifPresent(laws.routes::atTheEnd);
  }

  /// L5: what the newest accepted commit came to is said on it, once and for all.
  private void checkVerdict() {
    var commit = laws.accepted().map(Manifests::commit).orElse("");
    var note = laws.git.notes.get(commit);
    if (note == null || !note.outcome().isFinal()) {
      throw new Violation("L5", "the verdict on " + commit + " is " + note);
    }
    boolean isRecorded =
        laws.git.record.stream()
            .anyMatch(it ->
                it.reason() == Reason.COMMIT_SETTLED
                    && it.configCommit().equals(commit)
                    && it.subject().endsWith(note.outcome().word()));
    if (!isRecorded) {
      throw new Violation("L5", "no record tells what " + commit + " came to: " + note);
    }
  }

  /// L1: what runs is what the newest accepted commit says, or what its recorded failure left.
  private void checkNodes() {
    var manifests = laws.accepted().orElseThrow(() -> new Violation("L1", "nothing was accepted"));
    var running = new TreeMap<ObjectKey, SortedMap<String, Integer>>();
    for (SimulatedNode node : laws.nodes.values()) {
      for (Container container : node.running()) {
        running
            .computeIfAbsent(container.workload, key -> new TreeMap<>())
            .merge(container.release, 1, Integer::sum);
      }
    }
    for (SimulatedNode node : laws.nodes.values()) {
      if (laws.evictions.isDrained(node.name) && !node.running().isEmpty()) {
        throw new Violation(
            "L1",
            node.name + " is not emptied of " + node.running().stream().map(it -> it.pod).toList());
      }
    }
    for (ObjectKey key : running.keySet()) {
      if (manifests.text(key).isEmpty()) {
        throw new Violation("L1", key + " runs without a text: " + running.get(key));
      }
    }
    for (Text text : manifests.texts().values()) {
      if (waits(manifests, text)) {
        continue;
      }
      checkRunning(text, running.getOrDefault(text.key(), new TreeMap<>()));
    }
  }

  /// S16: all pods of a release have one image, wherever its tag has gone since. One that failed is
  /// not started again, and what is left of it stays as it is.
  private void checkImages() {
    var images = new TreeMap<String, String>();
    for (SimulatedNode node : laws.nodes.values()) {
      for (Container container : node.running()) {
        var other = images.putIfAbsent(container.release, container.image);
        boolean hasFailed =
            laws.git
                .recorded(container.workload)
                .map(it -> it.failed().contains(container.release))
                .orElse(false);
        if (other != null && !other.equals(container.image) && !hasFailed) {
          throw new Violation(
              "S16",
              container.pod + " on " + node.name + " has " + container.image + ", others " + other);
        }
      }
    }
  }

  /// S5: once all is quiet, every pod sees live config as the newest accepted commit has it,
  /// whichever release it is of.
  private void checkFlags() {
    var live = laws.accepted().map(Manifests::live).orElse("");
    for (SimulatedNode node : laws.nodes.values()) {
      for (Container container : node.running()) {
        boolean usesIt = Manifests.number(container.workload).isPresent();
        if (usesIt && !node.flags(container.release).equals(live)) {
          throw new Violation(
              "S5",
              container.pod + " sees flags " + node.flags(container.release) + ", not " + live);
        }
      }
    }
  }

  /// Whether it may not begin, because what it depends on is not well.
  private boolean waits(Manifests manifests, Text text) {
    var first = manifests.text(Manifests.key(Manifests.FIRST));
    if (text.form() != Manifests.Form.LACKING || first.isEmpty()) {
      return false;
    }
    var recorded = laws.git.recorded(first.get().key());
    return recorded.isEmpty()
        || recorded.get().phase() != Phase.HEALTHY
        || !recorded.get().release().hash().equals(first.get().release());
  }

  private void checkRunning(Text text, SortedMap<String, Integer> running) {
    var file = laws.git.files.get(text.key().recordPath());
    if (!(file instanceof RecordFile.WorkloadFile recorded)) {
      throw new Violation("L1", text.key() + " is not recorded");
    }
    if (text.isGood() && !recorded.failed().contains(text.release())) {
      var expected = new TreeMap<String, Integer>();
      if (text.replicas() > 0) {
        expected.put(text.release(), text.replicas());
      }
      if (!running.equals(expected)) {
        throw new Violation("L1", text.key() + " should run " + expected + ", runs " + running);
      }
      if (recorded.desired() != text.replicas()
          || !recorded.release().hash().equals(text.release())) {
        throw new Violation("L1", "the record does not say what runs: " + recorded);
      }
    } else if (recorded.stable().isPresent() && recorded.failed().contains(text.release())) {
      var expected = new TreeMap<String, Integer>();
      if (text.replicas() > 0) {
        expected.put(recorded.stable().get().hash(), text.replicas());
      }
      if (!running.equals(expected)) {
        throw new Violation(
            "L1", text.key() + " should be back on " + expected + ", runs " + running);
      }
    }
    if (text.isGood()
        && text.replicas() > 0
        && recorded.failed().contains(text.release())
        && !laws.firstOrdered.containsKey(text.release())
        && !laws.steps.mayHaveFailed(text.key(), text.release())) {
      throw new Violation("L1", text.key() + " has failed, and never had a pod: " + recorded);
    }
    boolean isLeft =
        recorded.failed().contains(text.release())
            && recorded.stable().isPresent()
            && recorded.rollback().isEmpty()
            && laws.accepted().map(it -> it.commit().equals(laws.git.tip().id())).orElse(false);
    if (isLeft) {
      throw new Violation("L1", "the text of a failed release stays: " + recorded);
    }
    boolean isThrough =
        text.flavour() == Flavour.MEASURED_BAD
            && recorded.stable().map(it -> it.hash().equals(text.release())).orElse(false);
    if (!text.isGood()
        && !isThrough
        && text.replicas() > 0
        && !recorded.failed().contains(text.release())
        && recorded.phase() != Phase.DEGRADED) {
      throw new Violation("L1", "a release that cannot work has not failed: " + recorded);
    }
  }

  /// S12: each start and stop stands in the record once. What a control plane had not recorded when
  /// it was killed may be missing, and nothing else.
  private void checkRecordedReasons() {
    var bearers = new TreeMap<String, Integer>();
    laws.names.values().forEach(name -> bearers.merge(name, 1, Integer::sum));
    laws.names.forEach((uid, name) -> {
      int starts = laws.startLines.getOrDefault(name, 0);
      // Of names that are borne again: as often as there was one, or one was taken back untold.
      int borne = bearers.getOrDefault(name, 1);
      int again = borne > 1 || isNumber(name) ? laws.stopLines.getOrDefault(name, 0) : 0;
      boolean isTooOften = starts > Math.max(1, borne + again);
      if (isTooOften || starts == 0 && !laws.excused.contains(uid)) {
        throw new Violation("S12", "the start of " + name + " is recorded " + starts + " times");
      }
    });
    for (String uid : laws.everStopped) {
      var name = laws.names.get(uid);
      if (name == null) {
        continue;
      }
      int stops = laws.stopLines.getOrDefault(name, 0);
      if (stops == 0 && !laws.excused.contains(uid)) {
        throw new Violation("S12", "the end of " + name + " is not recorded");
      }
    }
  }

  /// `w7-0`.
  private static boolean isNumber(String pod) {
    return pod.matches("w[0-9]+-[0-9]+");
  }

  /// L4: nothing waits for ever, and nothing is counted that is not there.
  private void checkLeaks(Root root, Instant now) {
    if (!root.records().isIdle() || !root.notes().isIdle()) {
      throw new Violation("L4", "a request has no answer");
    }
    root.measuring()
        .forEach((request, key) -> {
          boolean isAwaited =
              root.workloads()
                  .get(key)
                  .flatMap(WorkloadState::stepping)
                  .map(it -> it.asked().containsKey(request))
                  .orElse(false);
          if (!isAwaited) {
            throw new Violation("L4", "nobody waits for the measurement of " + key);
          }
        });
    laws.onTime(root, now);
    var counted = new ArrayList<Long>();
    root.workloads().values().forEach(it -> counted.addAll(it.pods().keys()));
    int onNodes = 0;
    for (NodeState node : root.nodes().values()) {
      onNodes += node.pods().size();
      if (!node.orphans().isEmpty()) {
        throw new Violation("L4", node.name() + " still has orphans: " + node.orphans());
      }
    }
    if (counted.size() != onNodes) {
      throw new Violation("L4", counted.size() + " pods of workloads, " + onNodes + " of nodes");
    }
  }

  /// L3: the record of a control plane that started anew says the same.
  void sameRecord(SortedMap<String, RecordFile> before, SortedMap<String, RecordFile> after) {
    if (!before.keySet().equals(after.keySet())) {
      throw new Violation("L3", "files differ: " + before.keySet() + " and " + after.keySet());
    }
    before.forEach((path, file) -> {
      var other = after.get(path);
      boolean isSame =
          file instanceof RecordFile.Cluster a && other instanceof RecordFile.Cluster b
              ? a.commit().equals(b.commit())
                  && a.verdict().equals(b.verdict())
                  && a.workloads() == b.workloads()
              : file.equals(other);
      if (!isSame) {
        throw new Violation("L3", "the record changes: " + file + " becomes " + other);
      }
    });
  }
}
