package dev.reeve.core.scheduling;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Spread;
import dev.reeve.core.model.Constraints.Weighted;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Taint;
import dev.reeve.core.scheduling.Ledger.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Chooses nodes for the pods of one release of one workload.
///
/// Of the nodes that every rule allows, the one wins that the pod's own preferences like best; then
/// the one that has the workload spread best; then the one that fits best by the cluster's
/// strategy: the fullest (Pack), or the emptiest (Spread), where images that a node has already
/// count as a little of its room; then the first by name. Nodes are met in an order in which good
/// ones come first, so that a few are looked at where no preference asks for all.
public final class Search {
  static final long FULL_SHARE = 1_000_000;

  /// So many good nodes are compared before the best of them is taken.
  private static final int ENOUGH = 16;

  /// The same where it matters which images a node has (Kubernetes looks at a hundred at least).
  private static final int ENOUGH_WITH_IMAGES = 100;

  /// Images of so many bytes, and of more, are worth a tenth of a node. (Kubernetes' ImageLocality
  /// stops at 1,000 MB, too.)
  private static final long MOST_BYTES = 1_000_000_000;

  private static final int NOT_FOUND = -1;
  private static final int STRANDED = 44;

  private final Ledger ledger;
  private final PodTemplate template;
  private final Constraints constraints;
  private final PodKind kind;
  private final NodeFilter filter;
  private final int replicas;
  private final boolean packs;
  private final boolean hasPreferences;
  private final boolean spreadsByDefault;
  private final List<Ledger.ImagePlaces> images;
  private final Topology zones;

  /// How many nodes of each zone the pod may go to, whatever runs there; the last are in no zone.
  private final int[] inZones;

  /// Zones where no node can be taken that is as little crowded as the best ones, but for its zone.
  private final boolean[] exhausted;

  // What must hold.
  private final List<PodCounter> near;
  private final boolean isNearItself;
  private final List<PodCounter> apart;
  private final List<PodCounter> keptAwayBy;
  private final List<SpreadRule> spread;

  // What had better hold.
  private final List<Weighted<PodCounter>> preferredNear;
  private final List<Weighted<PodCounter>> preferredApart;
  private final List<SpreadRule> preferredSpread;

  /// Pods that had rather be near to these, or apart from them.
  private final List<Weighted<PodCounter>> regardedBy;

  /// No node that may be taken is less crowded, its zone not counted. Pods that are placed add to
  /// the crowd, so this stays true.
  private long leastButForZone;

  /// A spread constraint as it stands.
  private static final class SpreadRule {
    private final Spread spread;
    private final PodCounter counter;
    private final int[] eligible;
    private final int self;

    /// Pods in the emptiest domain that counts.
    private int least;

    SpreadRule(Spread spread, PodCounter counter, int[] eligible, int self) {
      this.spread = spread;
      this.counter = counter;
      this.eligible = eligible;
      this.self = self;
    }

    /// Returns whether other nodes may be taken than before.
    boolean measure() {
      int before = least;
      int domains = 0;
      int fewest = Integer.MAX_VALUE;
      for (int domain = 0; domain < eligible.length - 1; domain++) {
        if (eligible[domain] > 0) {
          domains++;
          fewest = Math.min(fewest, counter.byDomain.get(domain));
        }
      }
      least = domains < spread.minDomains() || domains == 0 ? 0 : fewest;
      return least != before;
    }

    Misfit at(int slot) {
      if (counter.topology().of(slot) == Topology.NONE) {
        return Misfit.SPREAD_LABEL;
      }
      return counter.at(slot) + self - least > spread.maxSkew() ? Misfit.SPREAD : Misfit.NONE;
    }
  }

  Search(
      Ledger ledger,
      ObjectKey workload,
      String release,
      PodTemplate template,
      List<Ledger.ImagePlaces> images,
      int replicas) {
    this.ledger = ledger;
    this.images = images;
    this.template = template;
    this.replicas = replicas;
    constraints = template.constraints();
    kind = ledger.kind(workload, release, template);
    filter = ledger.filter(NodeFilter.Key.of(constraints));
    packs = ledger.scheduling() == Scheduling.PACK;
    zones = ledger.zones();
    inZones = filter.eligible(zones, ledger.size());
    exhausted = new boolean[inZones.length];
    near = new ArrayList<>();
    for (PodTerm term : constraints.near()) {
      // Kubernetes counts pods that match all of the terms, in the domain of each.
      near.add(counter(constraints.near(), term.topologyKey()));
    }
    isNearItself =
        constraints.near().stream()
            .allMatch(it -> it.matches(workload.namespace(), constraints.labels()));
    apart = new ArrayList<>();
    for (PodTerm term : constraints.apart()) {
      apart.add(counter(List.of(term), term.topologyKey()));
    }
    keptAwayBy = new ArrayList<>();
    regardedBy = new ArrayList<>();
    for (PodCounter counter : ledger.counters().wanting(kind)) {
      var wish = counter.key().owners().orElseThrow();
      if (wish.keepsAway()) {
        keptAwayBy.add(counter);
      } else {
        regardedBy.add(new Weighted<>(wish.weight(), counter));
      }
    }
    spread = spreads(true);
    preferredSpread = spreads(false);
    preferredNear = weighted(constraints.preferredNear());
    preferredApart = weighted(constraints.preferredApart());
    hasPreferences =
        !preferredNear.isEmpty()
            || !preferredApart.isEmpty()
            || !regardedBy.isEmpty()
            || !preferredSpread.isEmpty()
            || !constraints.preferredNodes().isEmpty();
    spreadsByDefault = constraints.spread().isEmpty();
  }

  private PodCounter counter(List<PodTerm> terms, String topologyKey) {
    return ledger.counters().of(kind, PodCounter.Key.of(terms, topologyKey));
  }

  private List<Weighted<PodCounter>> weighted(List<Weighted<PodTerm>> terms) {
    var counters = new ArrayList<Weighted<PodCounter>>();
    for (Weighted<PodTerm> term : terms) {
      counters.add(
          new Weighted<>(term.weight(), counter(List.of(term.term()), term.term().topologyKey())));
    }
    return counters;
  }

  private List<SpreadRule> spreads(boolean required) {
    var rules = new ArrayList<SpreadRule>();
    for (Spread each : constraints.spread()) {
      if (each.required() == required) {
        var pods =
            new PodTerm(
                each.pods(), new TreeSet<>(List.of(kind.namespace())), false, each.topologyKey());
        var among = NodeFilter.Key.of(constraints, each);
        var counter =
            ledger
                .counters()
                .of(
                    kind,
                    new PodCounter.Key(
                        List.of(pods),
                        each.topologyKey(),
                        each.ofRelease() ? kind.release() : "",
                        Optional.of(among),
                        Optional.empty()));
        int[] eligible = ledger.filter(among).eligible(counter.topology(), ledger.size());
        int self = each.pods().matches(constraints.labels()) ? 1 : 0;
        rules.add(new SpreadRule(each, counter, eligible, self));
      }
    }
    return rules;
  }

  /// Names of nodes that are heard: for trying what other choices would come to.
  public List<String> readyNodes() {
    var names = new ArrayList<String>();
    for (int slot = 0; slot < ledger.size(); slot++) {
      if (ledger.facts(slot).isReady()) {
        names.add(ledger.facts(slot).name());
      }
    }
    return names;
  }

  /// Nodes that a pod might go to if there were less on them, by name; so many at most.
  public List<String> tight(int most) {
    spread.forEach(SpreadRule::measure);
    var names = new ArrayList<String>();
    ledger.order(template.requests());
    for (int rank = 0; rank < ledger.size() && names.size() < most; rank++) {
      int slot = ledger.slotAt(rank);
      if (filter.takes(slot)
          && ledger.room(slot, template) != Misfit.NONE
          && rules(slot) == Misfit.NONE) {
        names.add(ledger.facts(slot).name());
      }
    }
    ledger.forgetIfUnused(kind);
    return names;
  }

  /// Names of nodes that take the pod by what they are, whatever runs there; in their order.
  public List<String> takers() {
    ledger.order(template.requests());
    var names = new ArrayList<String>();
    for (int rank = 0; rank < ledger.size(); rank++) {
      int slot = ledger.slotAt(rank);
      if (filter.takes(slot)) {
        names.add(ledger.facts(slot).name());
      }
    }
    return names;
  }

  /// The next pod is to go to one node and to no other.
  public Choice at(String node) {
    var slot = ledger.slot(node);
    if (slot == null) {
      return new Choice.Nowhere("node " + node + " is not known");
    }
    spread.forEach(SpreadRule::measure);
    boolean fits =
        filter.takes(slot)
            && ledger.room(slot, template) == Misfit.NONE
            && rules(slot) == Misfit.NONE;
    return fits
        ? new Choice.Node(node)
        : new Choice.Nowhere("node " + node + " is not available: " + reason(slot));
  }

  /// Nothing more is asked.
  public void end() {
    ledger.forgetIfUnused(kind);
  }

  /// The node of the next pod. Where there is none, the search is over.
  public Choice next() {
    for (SpreadRule rule : spread) {
      if (rule.measure()) {
        leastButForZone = 0;
      }
    }
    preferredSpread.forEach(SpreadRule::measure);
    int found = find(leastCrowd());
    if (found != NOT_FOUND) {
      return new Choice.Node(ledger.facts(found).name());
    }
    var why = why();
    ledger.forgetIfUnused(kind);
    return new Choice.Nowhere(why);
  }

  /// As little as a node can have of the workload around it, as far as is known.
  private long leastCrowd() {
    if (!spreadsByDefault) {
      return leastButForZone;
    }
    int fewest = Integer.MAX_VALUE;
    for (int zone = 0; zone < inZones.length; zone++) {
      if (inZones[zone] > 0 && !exhausted[zone]) {
        fewest = Math.min(fewest, podsIn(zone));
      }
    }
    return leastButForZone + (fewest == Integer.MAX_VALUE ? 0 : crowd(0, 0, fewest, false));
  }

  private int podsIn(int zone) {
    return zone == inZones.length - 1 ? 0 : ledger.inZone(kind.workload(), zone);
  }

  /// Nothing that was looked at is better than this, and what follows only adds to the crowd.
  private void remember(int slot) {
    long butForZone = crowd(stranded(slot), spreadsByDefault ? here(slot) : 0, 0, false);
    if (butForZone > leastButForZone) {
      leastButForZone = butForZone;
      Arrays.fill(exhausted, false);
    }
    int best = inZone(slot);
    for (int zone = 0; zone < inZones.length; zone++) {
      exhausted[zone] |= podsIn(zone) < best;
    }
  }

  private int find(long leastCrowd) {
    var order = ledger.order(template.requests());
    int best = NOT_FOUND;
    long bestWish = 0;
    long bestCrowd = 0;
    long bestFit = 0;
    int enough = images.isEmpty() ? ENOUGH : ENOUGH_WITH_IMAGES;
    int bucket = packs ? ledger.firstBucket(template.requests()) : CandidateOrder.BUCKETS - 1;
    int last = packs ? CandidateOrder.BUCKETS : -1;
    int step = packs ? 1 : -1;
    for (; bucket != last; bucket += step) {
      for (int rank = order.next(bucket, 0); rank >= 0; rank = order.next(bucket, rank + 1)) {
        int slot = ledger.slotAt(rank);
        if (!filter.takes(slot)
            || ledger.room(slot, template) != Misfit.NONE
            || rules(slot) != Misfit.NONE) {
          continue;
        }
        long wish = wish(slot);
        long crowd = crowd(slot);
        long fit = fit(slot);
        if (best == NOT_FOUND
            || wish < bestWish
            || wish == bestWish && (crowd < bestCrowd || crowd == bestCrowd && fit < bestFit)) {
          best = slot;
          bestWish = wish;
          bestCrowd = crowd;
          bestFit = fit;
        }
        if (!hasPreferences && wish == 0 && crowd <= leastCrowd) {
          enough--;
          if (enough == 0) {
            return best;
          }
        }
      }
    }
    if (best != NOT_FOUND && !hasPreferences && bestWish == 0) {
      remember(best);
    }
    return best;
  }

  // --- what must hold

  private Misfit rules(int slot) {
    if (!ledger.hasFreePorts(slot, template)) {
      return Misfit.PORTS;
    }
    for (SpreadRule rule : spread) {
      Misfit misfit = rule.at(slot);
      if (misfit != Misfit.NONE) {
        return misfit;
      }
    }
    if (!near.isEmpty() && !isNear(slot)) {
      return Misfit.NEAR;
    }
    for (PodCounter counter : apart) {
      if (counter.at(slot) > 0) {
        return Misfit.APART;
      }
    }
    for (PodCounter counter : keptAwayBy) {
      if (counter.at(slot) > 0) {
        return Misfit.KEPT_AWAY;
      }
    }
    return Misfit.NONE;
  }

  private boolean isNear(int slot) {
    boolean areThere = true;
    boolean anywhere = false;
    for (PodCounter counter : near) {
      if (counter.topology().of(slot) == Topology.NONE) {
        return false;
      }
      areThere &= counter.at(slot) > 0;
      anywhere |= counter.total() > 0;
    }
    // The first of pods that want to be together may go anywhere.
    return areThere || !anywhere && isNearItself;
  }

  // --- what had better hold: less is better

  /// One that the pod had better avoid, or that it tolerates for a while only.
  private boolean isUnwelcome(Taint taint) {
    return switch (taint.effect()) {
      case NO_SCHEDULE -> false;
      case PREFER_NO_SCHEDULE ->
          constraints.tolerations().stream().noneMatch(it -> it.tolerates(taint));
      case NO_EXECUTE ->
          constraints.tolerations().stream()
              .noneMatch(it -> it.seconds().isEmpty() && it.tolerates(taint));
    };
  }

  private long wish(int slot) {
    long untolerated = 0;
    var facts = ledger.facts(slot);
    for (Taint taint : facts.taints()) {
      if (isUnwelcome(taint)) {
        untolerated++;
      }
    }
    if (!hasPreferences) {
      return untolerated << 50;
    }
    long liked = 0;
    for (Weighted<NodeTerm> term : constraints.preferredNodes()) {
      if (NodeFilter.matches(term.term(), facts)) {
        liked += term.weight();
      }
    }
    for (Weighted<PodCounter> term : preferredNear) {
      liked += (long) term.weight() * term.term().at(slot);
    }
    for (Weighted<PodCounter> term : preferredApart) {
      liked -= (long) term.weight() * term.term().at(slot);
    }
    for (Weighted<PodCounter> term : regardedBy) {
      liked += (long) term.weight() * term.term().at(slot);
    }
    long skew = 0;
    for (SpreadRule rule : preferredSpread) {
      boolean isCounted = rule.counter.topology().of(slot) != Topology.NONE;
      skew += isCounted ? rule.counter.at(slot) - rule.least : replicas;
    }
    return (untolerated << 50)
        - (Math.clamp(liked, -(1L << 28), 1L << 28) << 20)
        + Math.clamp(skew, 0, (1 << 20) - 1);
  }

  /// How much of the workload is around a node already. Where a pod says itself how it wants to be
  /// spread, nothing is added to that.
  private long crowd(int slot) {
    if (!spreadsByDefault) {
      return stranded(slot) << STRANDED;
    }
    int here = here(slot);
    // A workload that is packed is not all in one place.
    boolean isTooMuch = packs && replicas > 1 && 2 * here >= replicas;
    return crowd(stranded(slot), here, inZone(slot), isTooMuch);
  }

  private long crowd(long stranded, long here, long zone, boolean isTooMuch) {
    return stranded << STRANDED | (packs ? zone << 1 | (isTooMuch ? 1 : 0) : here << 22 | zone);
  }

  private long stranded(int slot) {
    return ledger.hasExtended() ? ledger.strands(slot, template.requests()) : 0;
  }

  private int here(int slot) {
    int here = 0;
    for (PodKind each : ledger.kindsOf(kind.workload())) {
      here += each.byNode.get(slot);
    }
    return here;
  }

  private int inZone(int slot) {
    int zone = zones.of(slot);
    return zone == Topology.NONE ? 0 : ledger.inZone(kind.workload(), zone);
  }

  /// In millionths of the node, as room is.
  private long atHand(int slot) {
    long bytes = 0;
    for (Ledger.ImagePlaces image : images) {
      if (image.slots().get(slot)) {
        bytes += image.bytes();
      }
    }
    return Math.min(bytes, MOST_BYTES) * (FULL_SHARE / 10) / MOST_BYTES;
  }

  private long fit(int slot) {
    return room(slot) - atHand(slot);
  }

  private long room(int slot) {
    var requests = template.requests();
    if (!packs) {
      return -ledger.shareLeft(slot, requests, 1);
    }
    var all = ledger.facts(slot).allocatable();
    long cpu = Ledger.share(ledger.cpuLeft(slot) - requests.cpuMillis(), all.cpuMillis());
    long memory =
        Ledger.share(
            ledger.memoryLeft(slot) - requests.memoryBytes() >> 20,
            Math.max(1, all.memoryBytes() >> 20));
    // What is left over, and how lopsided: CPU without memory is of no use to anyone.
    return cpu + memory + Math.abs(cpu - memory);
  }

  // --- why nowhere

  private String why() {
    var counts = new TreeMap<String, Integer>();
    for (int slot = 0; slot < ledger.size(); slot++) {
      counts.merge(reason(slot), 1, Integer::sum);
    }
    var told = new ArrayList<String>();
    for (Map.Entry<String, Integer> each : counts.entrySet()) {
      told.add(each.getValue() + " " + each.getKey());
    }
    told.sort(null);
    var all = "0/" + ledger.size() + " nodes are available";
    return told.isEmpty() ? all : all + ": " + String.join(", ", told);
  }

  private String reason(int slot) {
    var facts = ledger.facts(slot);
    Misfit misfit = filter.at(slot);
    if (misfit == Misfit.NONE) {
      misfit = ledger.hasFreePorts(slot, template) ? ledger.room(slot, template) : Misfit.PORTS;
    }
    if (misfit == Misfit.NONE) {
      misfit = rules(slot);
    }
    return switch (misfit) {
      case TAINT ->
          misfit.words()
              + " "
              + NodeFilter.untolerated(facts, constraints.tolerations())
                  .map(Taint::told)
                  .orElse("{" + Taint.UNREACHABLE + ": }");
      case EXTENDED -> misfit.words() + " " + ledger.lacking(slot, template.requests()).orElse("");
      default -> misfit.words();
    };
  }
}
