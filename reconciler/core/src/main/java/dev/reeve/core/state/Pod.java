package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.protocol.PodReport;
import java.time.Instant;
import java.util.Optional;

/// One pod that was ordered and is not yet known to be gone.
///
/// @param id names it for good; later pods have higher ids
/// @param because why it was started
/// @param removal present once it was ordered to stop
/// @param report what its node last said of it
/// @param readySince since when the node has said without a break that it is ready
public record Pod(
    long id,
    String uid,
    String name,
    ObjectKey workload,
    Release release,
    String node,
    Instant orderedAt,
    Reason because,
    Optional<Removal> removal,
    Optional<PodReport> report,
    Optional<Instant> readySince) {

  /// @param generation the node's order that first left the pod out; zero until that order is made
  public record Removal(Reason because, long generation) {}

  public boolean isStopping() {
    return removal.isPresent();
  }

  public boolean saysReady() {
    return report.isPresent() && report.get().ready();
  }

  public Pod withReport(PodReport newer, Instant now) {
    Optional<Instant> since =
        newer.ready() ? readySince.or(() -> Optional.of(now)) : Optional.empty();
    return new Pod(
        id,
        uid,
        name,
        workload,
        release,
        node,
        orderedAt,
        because,
        removal,
        Optional.of(newer),
        since);
  }

  public Pod withRemoval(Removal stop) {
    return new Pod(
        id,
        uid,
        name,
        workload,
        release,
        node,
        orderedAt,
        because,
        Optional.of(stop),
        report,
        readySince);
  }
}
