package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.protocol.PodReport;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// One pod that was ordered and is not yet known to be gone. Immutable.
///
/// There may be millions of these: what follows from something else is not kept (the uid from the
/// id, the name from its workload, release and id), and what its node says is kept as [Said].
public final class Pod {
  private final long id;
  private final long minter;
  private final @Nullable String ownName;
  private final ObjectKey workload;
  private final Release release;
  private final String node;
  private final Instant orderedAt;
  private final Reason because;
  private final @Nullable Removal removal;
  private final @Nullable Said said;
  private final @Nullable Instant readySince;

  /// @param generation the node's order that first left the pod out; zero until that order is made
  public record Removal(Reason because, long generation) {}

  /// @param id names it for good; later pods have higher ids
  /// @param uid as [PodIds] mints it from the id
  /// @param because why it was started
  /// @param removal present once it was ordered to stop
  /// @param report what its node last said of it
  /// @param readySince since when the node has said without a break that it is ready
  public Pod(
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
    this.id = id;
    this.workload = workload;
    this.release = release;
    this.node = node;
    this.orderedAt = orderedAt;
    this.because = because;
    this.removal = removal.orElse(null);
    this.readySince = readySince.orElse(null);
    minter = PodIds.minter(uid, id);
    ownName = name.equals(mintedName(minter, id, workload, release)) ? null : name;
    said = report.map(it -> Said.of(it, release)).orElse(null);
  }

  private Pod(
      Pod from, @Nullable Removal removal, @Nullable Said said, @Nullable Instant readySince) {
    id = from.id;
    minter = from.minter;
    ownName = from.ownName;
    workload = from.workload;
    release = from.release;
    node = from.node;
    orderedAt = from.orderedAt;
    because = from.because;
    this.removal = removal;
    this.said = said;
    this.readySince = readySince;
  }

  private static String mintedName(long minter, long id, ObjectKey workload, Release release) {
    return workload.name() + "-" + release.hash() + "-" + PodIds.suffix(minter, id);
  }

  public long id() {
    return id;
  }

  public String uid() {
    return PodIds.uid(minter, id);
  }

  public String name() {
    return ownName != null ? ownName : mintedName(minter, id, workload, release);
  }

  public ObjectKey workload() {
    return workload;
  }

  public Release release() {
    return release;
  }

  public String node() {
    return node;
  }

  /// Those of its template, and those that it alone has.
  public SortedMap<String, String> labels() {
    var shared = release.template().constraints().labels();
    var own = PodIdentity.labels(workload, name());
    if (own.isEmpty()) {
      return shared;
    }
    own.putAll(shared);
    return own;
  }

  public Instant orderedAt() {
    return orderedAt;
  }

  public Reason because() {
    return because;
  }

  public Optional<Removal> removal() {
    return Optional.ofNullable(removal);
  }

  /// What its node last said of it, put together anew: not for whoever looks at many pods.
  public Optional<PodReport> report() {
    return Optional.ofNullable(said).map(it -> it.report(this));
  }

  public Optional<Instant> readySince() {
    return Optional.ofNullable(readySince);
  }

  public boolean isStopping() {
    return removal != null;
  }

  public boolean saysReady() {
    return said != null && said.ready();
  }

  /// The phase that its node has told; PENDING before it told any.
  public PodReport.Phase phase() {
    return said == null ? PodReport.Phase.PENDING : said.phase();
  }

  /// All its containers have ended for good: it needs nothing of its node any more.
  public boolean hasEnded() {
    var phase = phase();
    return phase == PodReport.Phase.SUCCEEDED || phase == PodReport.Phase.FAILED;
  }

  /// Where it is reached; empty while it is not known.
  public String ip() {
    return said == null ? "" : said.ip();
  }

  public boolean hasAddress() {
    return said != null && said.hasAddress();
  }

  /// How often the container that was restarted most was.
  public int mostRestarts() {
    return said == null ? 0 : said.mostRestarts();
  }

  /// Of all its containers together.
  public int restarts() {
    return said == null ? 0 : said.restarts();
  }

  /// Whether one of its containers has another image than the one that its release was resolved to.
  public boolean differsFrom(ReleaseImages images) {
    return said != null && said.differsFrom(images, release.hash());
  }

  /// This pod as its node describes it now; the same object where nothing is new.
  public Pod withReport(PodReport newer, Instant now) {
    var says = Said.of(newer, release);
    if (says.equals(said)) {
      return this;
    }
    return new Pod(
        this, removal, says, !newer.ready() ? null : readySince != null ? readySince : now);
  }

  public Pod withRemoval(Removal stop) {
    return new Pod(this, stop, said, readySince);
  }

  /// It was to be stopped, and nobody was told.
  public Pod withoutRemoval() {
    return new Pod(this, null, said, readySince);
  }
}
