package dev.reeve.core.scheduling;

import static java.util.Objects.requireNonNull;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.HostPort;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.NodeInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is placed where, in the form that placing needs: amounts left by node, nodes in order of
/// what they have left, counts of pods by domain. Start reading this package here and in [Search].
///
/// It is derived from the state and holds nothing else, so it may be thrown away at any time and
/// made anew. It is changed in place as pods come and go; a change costs what changed. Confined to
/// one thread.
public final class Ledger {
  private static final int FILTERS = 512;

  private final Scheduling scheduling;
  private final Lookup<String, Integer> slots = new Lookup<>();
  private final Map<String, Topology> topologies = new TreeMap<>();
  private final Lookup<NodeFilter.Key, NodeFilter> filters = new Lookup<>();
  private final List<NodeFilter> allFilters = new ArrayList<>();
  private final Lookup<ObjectKey, Siblings> workloads = new Lookup<>();
  private final Topology zones;
  private final PodCounters counters = new PodCounters(this::topology, this::facts);
  private final Map<String, long[]> extendedCapacity = new TreeMap<>();
  private final Map<String, long[]> extendedLeft = new TreeMap<>();
  private final Lookup<Integer, TreeMap<HostPort, Integer>> ports = new Lookup<>();
  private final Lookup<String, ImagePlaces> images = new Lookup<>();

  private int size;
  private @Nullable NodeFacts[] facts = new NodeFacts[16];
  private long[] cpuLeft = new long[16];
  private long[] memoryLeft = new long[16];
  private long[] storageLeft = new long[16];
  private int[] podsLeft = new int[16];

  /// By name: the order of nodes that are otherwise alike. Empty while nodes came since it was
  /// made.
  private int[] slotOf = new int[0];

  private int[] rankOf = new int[0];
  private @Nullable CandidateOrder byCpu;
  private @Nullable CandidateOrder byMemory;
  private long cpuCapacity;
  private long memoryCapacity;
  private boolean stale;

  /// The pods of one workload.
  private static final class Siblings {
    /// One for each release that has pods, and for one that is being placed.
    private final List<PodKind> kinds = new ArrayList<>(1);

    private final IntCounts byZone = new IntCounts();
  }

  /// Which nodes have an image.
  ///
  /// @param bytes of the image, as the node says that told of it first
  record ImagePlaces(long bytes, BitSet slots) {}

  public Ledger(Scheduling scheduling) {
    this.scheduling = scheduling;
    zones = topology(NodeInfo.ZONE);
  }

  public Scheduling scheduling() {
    return scheduling;
  }

  /// It no longer says what the state says, and has to be made anew.
  public boolean isStale() {
    return stale;
  }

  // --- nodes

  /// A node as it is now.
  public void put(NodeFacts node) {
    var known = slots.get(node.name());
    int slot = known != null ? known : addSlot(node.name());
    var before = facts[slot];
    if (before != null && before.equals(node)) {
      return;
    }
    boolean hasPods = before != null && podsLeft[slot] != before.maxPods();
    if (before != null && hasPods && !before.labels().equals(node.labels())) {
      // Its pods are counted in the domains that it was in.
      stale = true;
      return;
    }
    if (hasPods) {
      counters.recount(slot, -1);
    }
    var old = before == null ? Resources.NONE : before.allocatable();
    cpuLeft[slot] += node.allocatable().cpuMillis() - old.cpuMillis();
    memoryLeft[slot] += node.allocatable().memoryBytes() - old.memoryBytes();
    storageLeft[slot] += node.allocatable().storageBytes() - old.storageBytes();
    podsLeft[slot] += node.maxPods() - (before == null ? 0 : before.maxPods());
    cpuCapacity += node.allocatable().cpuMillis() - old.cpuMillis();
    memoryCapacity += node.allocatable().memoryBytes() - old.memoryBytes();
    old.extended().forEach((name, amount) -> change(name, slot, -amount, true));
    node.allocatable().extended().forEach((name, amount) -> change(name, slot, amount, true));
    if (before == null || !before.images().equals(node.images())) {
      putImages(
          slot, before == null ? Collections.emptySortedMap() : before.images(), node.images());
    }
    facts[slot] = node;
    topologies.values().forEach(topology -> topology.put(slot, node));
    allFilters.forEach(filter -> filter.put(slot, node));
    if (hasPods) {
      counters.recount(slot, 1);
    }
    reorder(slot);
  }

  private void putImages(int slot, SortedMap<String, Long> before, SortedMap<String, Long> now) {
    before.keySet().stream()
        .filter(name -> !now.containsKey(name))
        .forEach(name -> {
          var places = requireNonNull(images.get(name));
          places.slots().clear(slot);
          if (places.slots().isEmpty()) {
            images.remove(name);
          }
        });
    now.forEach((name, bytes) ->
        images.getOrMake(name, () -> new ImagePlaces(bytes, new BitSet())).slots().set(slot));
  }

  /// Where these images are, those that are anywhere.
  List<ImagePlaces> places(List<String> names) {
    return images.size() == 0
        ? List.of()
        : names.stream().flatMap(name -> Optional.ofNullable(images.get(name)).stream()).toList();
  }

  private int addSlot(String name) {
    int slot = size;
    size++;
    slots.put(name, slot);
    slotOf = new int[0];
    if (slot == facts.length) {
      facts = Arrays.copyOf(facts, slot * 2);
      cpuLeft = Arrays.copyOf(cpuLeft, slot * 2);
      memoryLeft = Arrays.copyOf(memoryLeft, slot * 2);
      storageLeft = Arrays.copyOf(storageLeft, slot * 2);
      podsLeft = Arrays.copyOf(podsLeft, slot * 2);
      extendedLeft.replaceAll((resource, left) -> Arrays.copyOf(left, slot * 2));
      extendedCapacity.replaceAll((resource, all) -> Arrays.copyOf(all, slot * 2));
    }
    return slot;
  }

  private void change(String resource, int slot, long amount, boolean isCapacity) {
    extendedLeft.computeIfAbsent(resource, fresh -> new long[facts.length])[slot] += amount;
    if (isCapacity) {
      extendedCapacity.computeIfAbsent(resource, fresh -> new long[facts.length])[slot] += amount;
    }
  }

  int size() {
    return size;
  }

  @Nullable Integer slot(String node) {
    return slots.get(node);
  }

  NodeFacts facts(int slot) {
    return requireNonNull(facts[slot]);
  }

  Topology topology(String key) {
    var present = topologies.get(key);
    if (present != null) {
      return present;
    }
    var topology = new Topology(key);
    for (int slot = 0; slot < size; slot++) {
      topology.put(slot, facts(slot));
    }
    topologies.put(key, topology);
    return topology;
  }

  NodeFilter filter(NodeFilter.Key key) {
    var present = filters.get(key);
    if (present != null) {
      return present;
    }
    if (filters.size() == FILTERS) {
      filters.clear();
      allFilters.clear();
    }
    var filter = new NodeFilter(key);
    for (int slot = 0; slot < size; slot++) {
      filter.put(slot, facts(slot));
    }
    filters.put(key, filter);
    allFilters.add(filter);
    return filter;
  }

  // --- pods

  /// A pod is bound to a node.
  public void add(String node, ObjectKey workload, String release, PodTemplate template) {
    count(node, kind(workload, release, template), 1);
  }

  /// A pod is gone from a node.
  public void remove(String node, ObjectKey workload, String release, PodTemplate template) {
    var kind = kind(workload, release, template);
    count(node, kind, -1);
    forgetIfUnused(kind);
  }

  /// A pod is about to leave its node: it counts no more where its workload is spread over zones,
  /// and in all else it does.
  public void leaves(String node, ObjectKey workload) {
    countInZone(node, workload, -1);
  }

  /// It counts again, as long as it is there.
  public void stays(String node, ObjectKey workload) {
    countInZone(node, workload, 1);
  }

  private void countInZone(String node, ObjectKey workload, int delta) {
    var slot = slots.get(node);
    if (slot != null && zones.of(slot) != Topology.NONE) {
      siblings(workload).byZone.add(zones.of(slot), delta);
    }
  }

  private void count(String node, PodKind kind, int delta) {
    var known = slots.get(node);
    if (known == null) {
      stale = true;
      return;
    }
    int slot = known;
    var requests = kind.template().requests();
    cpuLeft[slot] -= delta * requests.cpuMillis();
    memoryLeft[slot] -= delta * requests.memoryBytes();
    storageLeft[slot] -= delta * requests.storageBytes();
    podsLeft[slot] -= delta;
    if (!requests.extended().isEmpty()) {
      requests
          .extended()
          .forEach((resource, amount) -> change(resource, slot, -delta * amount, false));
    }
    kind.count(slot, delta);
    if (zones.of(slot) != Topology.NONE) {
      siblings(kind.workload()).byZone.add(zones.of(slot), delta);
    }
    for (PodCounter counter : kind.countedBy) {
      counter.count(slot, delta);
    }
    for (PodCounter counter : kind.owns) {
      counter.count(slot, delta);
    }
    for (HostPort port : kind.template().hostPorts()) {
      var taken = ports.getOrMake(slot, TreeMap::new);
      if (taken.merge(port, delta, Integer::sum) == 0) {
        taken.remove(port);
      }
    }
    reorder(slot);
  }

  private Siblings siblings(ObjectKey workload) {
    return workloads.getOrMake(workload, Siblings::new);
  }

  PodKind kind(ObjectKey workload, String release, PodTemplate template) {
    var siblings = siblings(workload);
    for (PodKind kind : siblings.kinds) {
      if (kind.is(release, template)) {
        return kind;
      }
    }
    var kind = new PodKind(workload, release, template);
    siblings.kinds.add(kind);
    counters.put(kind);
    return kind;
  }

  void forgetIfUnused(PodKind kind) {
    var siblings = workloads.get(kind.workload());
    if (kind.pods() != 0 || siblings == null || !siblings.kinds.remove(kind)) {
      return;
    }
    if (siblings.kinds.isEmpty()) {
      workloads.remove(kind.workload());
    }
    counters.remove(kind);
  }

  /// The kinds of pods that a workload has now, one for each release.
  List<PodKind> kindsOf(ObjectKey workload) {
    return siblings(workload).kinds;
  }

  /// How many pods of a workload a zone has.
  int inZone(ObjectKey workload, int zone) {
    return siblings(workload).byZone.get(zone);
  }

  Topology zones() {
    return zones;
  }

  PodCounters counters() {
    return counters;
  }

  // --- amounts

  /// The first resource of which a node has less left than a pod asks for.
  Misfit room(int slot, PodTemplate template) {
    if (podsLeft[slot] <= 0) {
      return Misfit.PODS;
    }
    var requests = template.requests();
    // A pod that asks for nothing fits even where more is promised than there is.
    if (requests.cpuMillis() > 0 && requests.cpuMillis() > cpuLeft[slot]) {
      return Misfit.CPU;
    }
    if (requests.memoryBytes() > 0 && requests.memoryBytes() > memoryLeft[slot]) {
      return Misfit.MEMORY;
    }
    if (requests.storageBytes() > 0
        && requests.storageBytes() > storageLeft[slot]
        && facts(slot).allocatable().storageBytes() > 0) {
      return Misfit.STORAGE;
    }
    return requests.extended().isEmpty() || lacking(slot, requests).isEmpty()
        ? Misfit.NONE
        : Misfit.EXTENDED;
  }

  /// The first extended resource that a node has too little of.
  Optional<String> lacking(int slot, Resources requests) {
    for (Map.Entry<String, Long> wanted : requests.extended().entrySet()) {
      var left = extendedLeft.get(wanted.getKey());
      if (wanted.getValue() > 0 && (left == null || wanted.getValue() > left[slot])) {
        return Optional.of(wanted.getKey());
      }
    }
    return Optional.empty();
  }

  boolean hasFreePorts(int slot, PodTemplate template) {
    if (template.hostPorts().isEmpty()) {
      return true;
    }
    var taken = ports.get(slot);
    return taken == null || template.hostPorts().stream().noneMatch(taken::containsKey);
  }

  long cpuLeft(int slot) {
    return cpuLeft[slot];
  }

  long memoryLeft(int slot) {
    return memoryLeft[slot];
  }

  int podsLeft(int slot) {
    return podsLeft[slot];
  }

  /// Of extended resources that the pod does not ask for, how many the node has left to give:
  /// whoever needs those can go nowhere else.
  int strands(int slot, Resources requests) {
    int stranded = 0;
    for (Map.Entry<String, long[]> resource : extendedCapacity.entrySet()) {
      if (resource.getValue()[slot] > 0 && !requests.extended().containsKey(resource.getKey())) {
        stranded++;
      }
    }
    return stranded;
  }

  boolean hasExtended() {
    return !extendedCapacity.isEmpty();
  }

  // --- the order in which nodes are looked at

  int slotAt(int rank) {
    return slotOf[rank];
  }

  /// The order that leaves out most of the nodes that cannot take a pod: by the resource that the
  /// pod asks for more of, in proportion to what there is. For spreading there is one order alone.
  CandidateOrder order(Resources requests) {
    if (slotOf.length != size || byCpu == null) {
      rank();
    }
    return requireNonNull(isByMemory(requests) ? byMemory : byCpu);
  }

  /// The first bucket that may hold a node with room for a pod.
  int firstBucket(Resources requests) {
    return CandidateOrder.bucket(
        isByMemory(requests) ? requests.memoryBytes() >> 20 : requests.cpuMillis());
  }

  private boolean isByMemory(Resources requests) {
    if (scheduling == Scheduling.SPREAD) {
      return false;
    }
    return (requests.memoryBytes() >> 20) * Math.max(1, cpuCapacity >> 10)
        > requests.cpuMillis() * Math.max(1, memoryCapacity >> 30);
  }

  private void rank() {
    var names = new TreeMap<String, Integer>();
    for (int slot = 0; slot < size; slot++) {
      names.put(facts(slot).name(), slot);
    }
    slotOf = new int[size];
    rankOf = new int[size];
    byCpu = new CandidateOrder(size);
    byMemory = new CandidateOrder(size);
    int rank = 0;
    for (int slot : names.values()) {
      slotOf[rank] = slot;
      rankOf[slot] = rank;
      rank++;
    }
    for (int slot = 0; slot < size; slot++) {
      reorder(slot);
    }
  }

  private void reorder(int slot) {
    if (slotOf.length != size || byCpu == null || byMemory == null) {
      return;
    }
    if (scheduling == Scheduling.SPREAD) {
      byCpu.put(rankOf[slot], CandidateOrder.bucket(shareLeft(slot, Resources.NONE, 0)));
      return;
    }
    byCpu.put(rankOf[slot], CandidateOrder.bucket(cpuLeft[slot]));
    byMemory.put(rankOf[slot], CandidateOrder.bucket(memoryLeft[slot] >> 20));
  }

  /// In millionths of the node: what is left of the scarcest of CPU, memory and places, after so
  /// much more was taken.
  long shareLeft(int slot, Resources requests, int pods) {
    var all = facts(slot);
    long cpu = share(cpuLeft[slot] - requests.cpuMillis(), all.allocatable().cpuMillis());
    long memory =
        share(
            memoryLeft[slot] - requests.memoryBytes() >> 20,
            Math.max(1, all.allocatable().memoryBytes() >> 20));
    long places = share(podsLeft[slot] - pods, all.maxPods());
    return Math.min(places, Math.min(cpu, memory));
  }

  static long share(long part, long whole) {
    return whole <= 0 ? 0 : Math.max(0, part) * Search.FULL_SHARE / whole;
  }

  // --- asking

  /// Finds nodes for several pods of one workload, one after the other. Each must be added to the
  /// ledger before the next is asked for.
  public Search search(ObjectKey workload, String release, PodTemplate template, int replicas) {
    return search(workload, release, template, template.images(), replicas);
  }

  /// @param images that the pods need, by the names under which nodes that have them list them
  public Search search(
      ObjectKey workload, String release, PodTemplate template, List<String> images, int replicas) {
    return new Search(this, workload, release, template, places(images), replicas);
  }

  /// Where a pod goes, or why nowhere.
  public sealed interface Choice {
    record Node(String name) implements Choice {}

    /// In the words of Kubernetes' scheduler: `0/3 nodes are available: 2 Insufficient cpu, …`.
    record Nowhere(String why) implements Choice {}
  }
}
