package dev.reeve.bench.scale;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A pod on a simulated node, in as little memory as it takes to tell of it as an agent does.
///
/// @param kind what it shares with the others of its release
@SuppressWarnings("ArrayRecordComponent") // never compared, and there are millions
record SimulatedPod(long uidHigh, long uidLow, byte[] name, Kind kind, int number) {
  private static final String IMAGE = "registry.example/team/app:1.0.0";
  private static final String IMAGE_ID = "sha256:" + "0123456789abcdef".repeat(4);
  private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00.123456789Z");

  record Kind(ObjectKey workload, String release, String commit) {}

  static SimulatedPod of(PodOrder order, Kind kind, int number) {
    var uid = UUID.fromString(order.uid());
    return new SimulatedPod(
        uid.getMostSignificantBits(),
        uid.getLeastSignificantBits(),
        order.name().getBytes(StandardCharsets.ISO_8859_1),
        kind,
        number);
  }

  String uid() {
    return new UUID(uidHigh, uidLow).toString();
  }

  PodReport starting() {
    return report(
        PodReport.Phase.PENDING, false, "", Optional.empty(), ContainerReport.State.WAITING);
  }

  PodReport running() {
    // Pods start at different times, to the nanosecond.
    var started = STARTED.plusNanos(uidLow >>> 24);
    return report(
        PodReport.Phase.RUNNING,
        true,
        "10." + (number >> 16 & 0xff) + "." + (number >> 8 & 0xff) + "." + (number & 0xff),
        Optional.of(started),
        ContainerReport.State.RUNNING);
  }

  private PodReport report(
      PodReport.Phase phase,
      boolean ready,
      String ip,
      Optional<Instant> started,
      ContainerReport.State state) {
    boolean runs = state == ContainerReport.State.RUNNING;
    var container =
        new ContainerReport(
            "app",
            false,
            IMAGE,
            runs ? IMAGE_ID : "",
            runs ? containerId() : "",
            state,
            ready,
            0,
            started,
            Optional.empty(),
            0,
            runs ? "" : "ContainerCreating",
            "");
    return new PodReport(
        uid(),
        new String(name, StandardCharsets.ISO_8859_1),
        kind.workload(),
        kind.release(),
        kind.commit(),
        phase,
        ready,
        false,
        ip,
        started,
        List.of(container),
        ready ? "" : "ContainersNotReady",
        "");
  }

  /// As long as an engine's, and of no pattern that could be stored shorter.
  private String containerId() {
    var text = new StringBuilder(64);
    long x = uidLow;
    for (int i = 0; i < 4; i++) {
      x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
      x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
      var part = Long.toHexString(x);
      text.repeat('0', 16 - part.length()).append(part);
    }
    return text.toString();
  }
}
