package dev.reeve.core.state;

import dev.reeve.core.model.Release;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.PodReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a node said of a pod, in little memory: without what the pod knows itself, and with one
/// string for all pods that say the same. Most pods have one container, and it has a field of its
/// own.
///
/// @param address of version 4; any other text is `otherAddress`
record Said(
    int address,
    @Nullable String otherAddress,
    PodReport.Phase phase,
    boolean ready,
    boolean stopping,
    @Nullable Instant startedAt,
    String commit,
    String reason,
    String message,
    @Nullable SaidContainer first,
    List<SaidContainer> others) {

  static Said of(PodReport report, Release release) {
    var started = report.startedAt().orElse(null);
    var containers = new ArrayList<SaidContainer>(report.containers().size());
    for (ContainerReport container : report.containers()) {
      containers.add(SaidContainer.of(container, release.template(), started));
    }
    long address = Address.parse(report.ip());
    return new Said(
        (int) address,
        address < 0 ? shared(report.ip()) : null,
        report.phase(),
        report.ready(),
        report.stopping(),
        started,
        report.commit().equals(release.commit()) ? release.commit() : shared(report.commit()),
        shared(report.reason()),
        report.message(),
        containers.isEmpty() ? null : containers.getFirst(),
        containers.size() < 2 ? List.of() : List.copyOf(containers.subList(1, containers.size())));
  }

  /// Of words that many pods say: a decoder makes a string of its own for each. The machine's table
  /// holds none longer than it is used.
  static String shared(String text) {
    return text.isEmpty() ? "" : text.intern();
  }

  PodReport report(Pod pod) {
    var containers = new ArrayList<ContainerReport>(1 + others.size());
    if (first != null) {
      containers.add(first.report());
    }
    others.forEach(it -> containers.add(it.report()));
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release().hash(),
        commit,
        phase,
        ready,
        stopping,
        ip(),
        Optional.ofNullable(startedAt),
        containers,
        reason,
        message);
  }

  String ip() {
    return otherAddress != null ? otherAddress : Address.text(address);
  }

  boolean hasAddress() {
    return address != 0 || otherAddress != null && !otherAddress.isEmpty();
  }

  int restarts() {
    int all = first == null ? 0 : first.restarts();
    for (SaidContainer other : others) {
      all += other.restarts();
    }
    return all;
  }

  int mostRestarts() {
    int most = first == null ? 0 : first.restarts();
    for (SaidContainer other : others) {
      most = Math.max(most, other.restarts());
    }
    return most;
  }

  boolean differsFrom(ReleaseImages images, String release) {
    if (first != null && images.differs(release, first.image(), first.imageId())) {
      return true;
    }
    for (SaidContainer other : others) {
      if (images.differs(release, other.image(), other.imageId())) {
        return true;
      }
    }
    return false;
  }

  /// Addresses of version 4 as numbers.
  private static final class Address {
    /// Negative for what [#text] would not write so.
    static long parse(String text) {
      long all = 0;
      int part = -1;
      int parts = 0;
      for (int i = 0; i <= text.length(); i++) {
        char c = i == text.length() ? '.' : text.charAt(i);
        if (c == '.') {
          if (part < 0) {
            return -1;
          }
          all = all << 8 | part;
          part = -1;
          parts++;
        } else if (c < '0' || c > '9' || part == 0) {
          return -1;
        } else {
          part = Math.max(part, 0) * 10 + c - '0';
          if (part > 255) {
            return -1;
          }
        }
      }
      return parts == 4 ? all : -1;
    }

    static String text(int address) {
      return (address >>> 24)
          + "."
          + (address >>> 16 & 0xff)
          + "."
          + (address >>> 8 & 0xff)
          + "."
          + (address & 0xff);
    }
  }
}
