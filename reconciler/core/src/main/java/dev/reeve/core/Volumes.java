package dev.reeve.core;

import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.Claim.Provisioning;
import dev.reeve.core.model.Constraints.NodeTerm;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PersistentVolume;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.PodTemplate.ClaimUse;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Ordered;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.VolumeOrder;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.RecordFile.VolumeFile;
import dev.reeve.core.record.RecordFile.VolumePhase;
import dev.reeve.core.scheduling.NodeFacts;
import dev.reeve.core.state.NodeState;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PodIds;
import dev.reeve.core.state.VolumeState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What pods claim, and the volumes that stand for it: where a pod may go for them, which volume a
/// claim gets, and what becomes of a volume that nobody claims any more.
///
/// A claim gets its volume when the first pod that uses it is placed, whatever its class says of
/// binding: a volume that is on a node is to be where a pod can be. Which volume, and on which node
/// it is used where that may be one only, is in Git before a node is told of it.
final class Volumes {
  private Volumes() {}

  /// Where a pod may go for its volumes.
  sealed interface Where {
    record Anywhere() implements Where {}

    /// @param nodes in order
    record Among(List<String> nodes) implements Where {}

    /// @param why in words of Kubernetes' scheduler
    record Nowhere(String why) implements Where {}
  }

  private static final Where ANYWHERE = new Where.Anywhere();

  /// One volume that a pod has by a claim.
  ///
  /// @param made what the claim is, where a StatefulSet makes it for the pod
  private record Use(ClaimUse use, ObjectKey claim, Optional<Claim> made) {}

  // --- who uses what

  private static List<Use> uses(
      ObjectKey workload, Optional<Workload> wanted, PodTemplate template, String pod) {
    var own =
        wanted.map(Workload::strategy).orElse(null) instanceof Ordered set
            ? set.claims()
            : List.<Claim>of();
    if (own.isEmpty() && template.claims().isEmpty()) {
      return List.of();
    }
    var uses = new ArrayList<Use>();
    for (Claim each : own) {
      var name = each.key().name();
      var key = claim(workload.namespace(), name + "-" + pod);
      uses.add(new Use(new ClaimUse(name, key.name(), false), key, Optional.of(each.as(key))));
    }
    for (ClaimUse each : template.claims()) {
      // As in Kubernetes: what a set makes for its pods goes before a volume of that name.
      if (own.stream().noneMatch(it -> it.key().name().equals(each.volume()))) {
        uses.add(new Use(each, claim(workload.namespace(), each.claim()), Optional.empty()));
      }
    }
    return uses;
  }

  private static List<Use> uses(Draft draft, Pod pod) {
    var wanted = draft.workloads.get(pod.workload()).flatMap(it -> it.desired());
    return uses(pod.workload(), wanted, pod.release().template(), pod.name());
  }

  private static ObjectKey claim(String namespace, String name) {
    return new ObjectKey(Claim.KIND, namespace, name);
  }

  /// The volumes that a pod has. Where its set is gone, the claims tell whose they were.
  private static List<VolumeState> of(Draft draft, Pod pod) {
    if (draft.bound.publish().isEmpty()) {
      return List.of();
    }
    var volumes = new ArrayList<VolumeState>();
    for (Use use : uses(draft, pod)) {
      draft.bound.get(use.claim()).flatMap(draft.volumes::get).ifPresent(volumes::add);
    }
    boolean isOfFormerSet =
        pod.workload().kind().equals("StatefulSet")
            && draft.workloads.get(pod.workload()).flatMap(it -> it.desired()).isEmpty();
    if (isOfFormerSet) {
      for (VolumeState each : owned(draft, pod.workload())) {
        if (each.file().claim().name().endsWith("-" + pod.name())) {
          volumes.add(each);
        }
      }
    }
    return volumes;
  }

  private static List<VolumeState> owned(Draft draft, ObjectKey set) {
    var owned = new ArrayList<VolumeState>();
    for (VolumeState each : draft.volumes.publish().values()) {
      if (each.file().owner().equals(Optional.of(set))
          && each.file().phase() == VolumePhase.BOUND) {
        owned.add(each);
      }
    }
    return owned;
  }

  /// Whether no other node can have a pod like this one while it is there.
  static boolean ties(Draft draft, Pod pod) {
    return of(draft, pod).stream().anyMatch(it -> it.file().isForOneNode());
  }

  /// What a pod's node is told of them.
  static List<VolumeOrder> orders(Draft draft, Pod pod) {
    if (draft.bound.publish().isEmpty()) {
      return List.of();
    }
    var orders = new ArrayList<VolumeOrder>();
    for (Use use : uses(draft, pod)) {
      draft
          .bound
          .get(use.claim())
          .flatMap(draft.volumes::get)
          .map(VolumeState::file)
          .ifPresent(it ->
              orders.add(
                  new VolumeOrder(
                      use.use().volume(),
                      use.claim().name(),
                      it.name(),
                      it.source(),
                      use.use().readOnly())));
    }
    return orders;
  }

  // --- where a pod may go

  static Where where(Draft draft, Workload wanted, PodTemplate template, String pod) {
    Optional<TreeSet<String>> common = Optional.empty();
    for (Use use : uses(wanted.key(), Optional.of(wanted), template, pod)) {
      switch (where(draft, use)) {
        case Where.Nowhere it -> {
          return it;
        }
        case Where.Anywhere _ -> {}
        case Where.Among(var nodes) -> {
          var these = new TreeSet<>(nodes);
          common.ifPresent(these::retainAll);
          common = Optional.of(these);
        }
      }
    }
    return common.<Where>map(it -> new Where.Among(new ArrayList<>(it))).orElse(ANYWHERE);
  }

  private static Where where(Draft draft, Use use) {
    var bound = draft.bound.get(use.claim()).flatMap(draft.volumes::get);
    if (bound.isPresent()) {
      return where(draft, bound.get());
    }
    var claim = claimed(draft, use);
    if (claim.isEmpty()) {
      return new Where.Nowhere(told(use) + " not found");
    }
    var found = candidates(draft, claim.get());
    if (!found.isEmpty()) {
      return found.stream().anyMatch(it -> it.nodes().isEmpty())
          ? ANYWHERE
          : among(draft, found.stream().flatMap(it -> it.nodes().stream()).toList());
    }
    return switch (claim.get().provisioning()) {
      case Provisioning.Made it ->
          !claim.get().volume().isEmpty()
              ? new Where.Nowhere(
                  told(use)
                      + ": persistentvolume \""
                      + claim.get().volume()
                      + "\" is not there for it")
              : it.nodes().isEmpty() ? ANYWHERE : among(draft, it.nodes());
      case Provisioning.None(var why) -> new Where.Nowhere(told(use) + why);
    };
  }

  private static String told(Use use) {
    return "persistentvolumeclaim \"" + use.claim().name() + "\"";
  }

  private static Optional<Claim> claimed(Draft draft, Use use) {
    return storage(draft).claims().get(use.claim()).or(use::made);
  }

  private static Storage storage(Draft draft) {
    return draft.accepted.map(it -> it.storage()).orElse(Storage.NONE);
  }

  private static Where where(Draft draft, VolumeState volume) {
    var file = volume.file();
    boolean isTaken =
        file.modes().contains(AccessMode.READ_WRITE_ONCE_POD) && !volume.pods().isEmpty();
    if (isTaken) {
      return new Where.Nowhere(
          "persistentvolumeclaim \""
              + file.claim().name()
              + "\" is ReadWriteOncePod, and another pod has it");
    }
    boolean isFixed = file.source().reach() == VolumeSource.Reach.NODE;
    if (isFixed || file.isForOneNode() && !file.node().isEmpty() && !isFree(draft, volume)) {
      return new Where.Among(List.of(file.node()));
    }
    var terms =
        storage(draft).volumes().get(file.name()).map(PersistentVolume::nodes).orElse(List.of());
    return terms.isEmpty() ? ANYWHERE : among(draft, terms);
  }

  /// Whether nothing uses a volume on the node that had it last. What a node does not say is not
  /// known.
  private static boolean isFree(Draft draft, VolumeState volume) {
    var node = draft.nodes.get(volume.file().node());
    boolean isKnown = node.map(it -> it.isReady() && it.orphans().isEmpty()).orElse(true);
    return draft.deciders.attach().mayMove(!volume.pods().isEmpty(), isKnown);
  }

  private static Where among(Draft draft, List<NodeTerm> terms) {
    var names = new ArrayList<String>();
    for (NodeState node : draft.nodes.publish().values()) {
      if (takes(draft, terms, node.name())) {
        names.add(node.name());
      }
    }
    return new Where.Among(names);
  }

  private static boolean takes(Draft draft, List<NodeTerm> terms, String node) {
    return terms.isEmpty()
        || draft
            .nodes
            .get(node)
            .flatMap(it -> Nodes.facts(draft, it))
            .map(it -> matches(terms, it))
            .orElse(false);
  }

  private static boolean matches(List<NodeTerm> terms, NodeFacts facts) {
    return terms.stream().anyMatch(facts::matches);
  }

  /// Volumes that the repository names and nobody has, the smallest first.
  private static List<PersistentVolume> candidates(Draft draft, Claim claim) {
    if (storage(draft).volumes().isEmpty()) {
      return List.of();
    }
    return storage(draft).volumes().stream()
        .filter(it -> it.suits(claim) && isToBeHad(draft, it, claim))
        .sorted(
            Comparator.comparingLong(PersistentVolume::bytes).thenComparing(PersistentVolume::name))
        .toList();
  }

  /// What was released holds what its last owner left in it: only who is named gets it.
  private static boolean isToBeHad(Draft draft, PersistentVolume volume, Claim claim) {
    var known = draft.volumes.get(volume.name());
    return known.isEmpty()
        || known.get().file().phase() == VolumePhase.RELEASED
            && volume.claim().equals(Optional.of(claim.key()));
  }

  // --- a pod is placed

  /// Gives a pod its volumes on its node.
  ///
  /// @return the decision that must be recorded before the node is told; zero where there is none
  static long take(Draft draft, Workload wanted, PodTemplate template, String pod, String node) {
    long awaited = 0;
    for (Use use : uses(wanted.key(), Optional.of(wanted), template, pod)) {
      var bound = draft.bound.get(use.claim()).flatMap(draft.volumes::get);
      var taken =
          bound.isPresent()
              ? onNode(draft, bound.get(), wanted, node)
              : bind(draft, use, wanted, node);
      if (taken.decision() > draft.records.recorded()) {
        awaited = Math.max(awaited, taken.decision());
      }
    }
    return awaited;
  }

  private static VolumeState onNode(Draft draft, VolumeState volume, Workload wanted, String node) {
    var file = volume.file();
    if (!file.isForOneNode() || file.node().equals(node)) {
      return volume;
    }
    var moved = file.on(node);
    var from = file.node().isEmpty() ? "" : file.node() + " -> ";
    return decide(draft, volume, moved, Reason.VOLUME_MOVED, wanted.key(), from + node);
  }

  private static VolumeState bind(Draft draft, Use use, Workload wanted, String node) {
    var claim = claimed(draft, use).orElseThrow();
    var found =
        candidates(draft, claim).stream().filter(it -> takes(draft, it.nodes(), node)).findFirst();
    var owner = use.made().map(_ -> wanted.key());
    boolean goesWithOwner =
        owner.isPresent() && wanted.strategy() instanceof Ordered set && set.whenDeleted();
    VolumeFile file;
    if (found.isPresent()) {
      var it = found.get();
      // One that was made here once is what it was then, and where it was.
      var former = draft.volumes.get(it.name()).map(VolumeState::file);
      file =
          new VolumeFile(
              it.name(),
              VolumePhase.BOUND,
              use.claim(),
              owner,
              goesWithOwner,
              former.map(VolumeFile::node).filter(last -> !last.isEmpty()).orElse(node),
              claim.modes(),
              it.bytes(),
              it.storageClass(),
              it.reclaim(),
              former.map(VolumeFile::source).orElse(it.source()));
    } else {
      var made = (Provisioning.Made) claim.provisioning();
      var id = PodIds.id(draft.epoch, draft.mintPod());
      var name = "pvc-" + PodIds.uid(draft.settings.name(), id);
      file =
          new VolumeFile(
              name,
              VolumePhase.BOUND,
              use.claim(),
              owner,
              goesWithOwner,
              node,
              claim.modes(),
              claim.bytes(),
              claim.storageClass(),
              made.reclaim(),
              new VolumeSource(
                  name, made.driver(), named(made.options(), use.claim(), name), "", made.reach()));
    }
    draft.bound.put(use.claim(), file.name());
    return decide(
        draft,
        new VolumeState(file, 0, PagedMap.empty()),
        file,
        Reason.VOLUME_BOUND,
        wanted.key(),
        use.claim().name() + " on " + node);
  }

  private static SortedMap<String, String> named(
      SortedMap<String, String> options, ObjectKey claim, String volume) {
    var named = new TreeMap<String, String>();
    options.forEach((key, value) ->
        named.put(
            key,
            value
                .replace("${pvc.metadata.name}", claim.name())
                .replace("${pvc.metadata.namespace}", claim.namespace())
                .replace("${pv.metadata.name}", volume)));
    return named;
  }

  private static VolumeState decide(
      Draft draft,
      VolumeState before,
      VolumeFile file,
      Reason reason,
      ObjectKey about,
      String what) {
    long sequence =
        draft.decide(
            reason,
            Optional.of(about),
            about.namespace() + "/" + about.name() + ": volume " + file.name() + " " + what,
            draft.accepted.map(it -> it.commit()).orElse(""),
            List.of(),
            file.path(),
            Optional.<RecordFile>of(file));
    var state = before.with(file, sequence);
    draft.volumes.put(file.name(), state);
    return state;
  }

  /// A pod counts as using its volumes from when it is placed until it is known to be gone.
  static void taken(Draft draft, Pod pod) {
    for (VolumeState each : of(draft, pod)) {
      draft.volumes.put(each.file().name(), each.with(each.pods().with(pod.id(), pod.workload())));
    }
  }

  static void left(Draft draft, Pod pod) {
    for (VolumeState each : of(draft, pod)) {
      if (!each.pods().containsKey(pod.id())) {
        continue;
      }
      var left = each.with(each.pods().without(pod.id()));
      if (left.pods().isEmpty() && left.file().source().reach() == VolumeSource.Reach.CLUSTER) {
        // That nothing uses it there is known now, whatever becomes of the node.
        left = left.with(left.file().on(""), left.decision());
      }
      draft.volumes.put(each.file().name(), left);
      review(draft, left);
      draft.unplaced.publish().keys().stream()
          .filter(it -> it.namespace().equals(pod.workload().namespace()))
          .forEach(draft::markWorkload);
    }
  }

  // --- what nobody claims

  /// A commit says other things of claims, or of the sets that make some.
  ///
  /// @param objects of the commit before, which say what is not to be pruned
  static void changed(
      Draft draft, PagedMap<ObjectKey, DesiredObject> objects, Storage before, Storage after) {
    var touched = new ArrayList<VolumeState>();
    PagedMap.difference(
        before.claims(),
        after.claims(),
        (key, old, now) -> {
          if (now == null || old != null && now.bytes() > old.bytes()) {
            draft.bound.get(key).flatMap(draft.volumes::get).ifPresent(touched::add);
          }
        });
    for (VolumeState each : touched) {
      var wanted = after.claims().get(each.file().claim());
      if (wanted.isPresent()) {
        resize(draft, each, wanted.get().bytes());
      } else {
        review(draft, isKept(objects, each.file().claim()) ? retain(draft, each) : each);
      }
    }
    for (ObjectKey set : draft.changedSets) {
      draft.workloads.get(set).flatMap(it -> it.desired()).ifPresent(it -> setChanged(draft, it));
    }
    if (!before.volumes().equals(after.volumes()) || !before.claims().equals(after.claims())) {
      draft.markWhatSeeksNodes();
    }
  }

  private static boolean isKept(PagedMap<ObjectKey, DesiredObject> objects, ObjectKey claim) {
    return objects.get(claim).map(it -> it.prune() == DesiredObject.Prune.NEVER).orElse(false);
  }

  /// What is in it stays, though its claim is gone.
  private static VolumeState retain(Draft draft, VolumeState volume) {
    var file = volume.file();
    return decide(
        draft, volume, file.retained(), Reason.VOLUME_RELEASED, file.claim(), "is not pruned");
  }

  private static void resize(Draft draft, VolumeState volume, long bytes) {
    if (bytes > volume.file().bytes()) {
      var grown = volume.file().with(bytes);
      decide(draft, volume, grown, Reason.VOLUME_RESIZED, volume.file().claim(), "has grown");
    }
  }

  /// A StatefulSet is wanted in other numbers, or says other things of its claims.
  private static void setChanged(Draft draft, Workload wanted) {
    if (!(wanted.strategy() instanceof Ordered set)) {
      return;
    }
    for (VolumeState each : owned(draft, wanted.key())) {
      var state = each;
      if (each.file().goesWithOwner() != set.whenDeleted()) {
        state =
            decide(
                draft,
                each,
                each.file().goingWithOwner(set.whenDeleted()),
                Reason.VOLUME_BOUND,
                wanted.key(),
                set.whenDeleted() ? "goes with it" : "stays without it");
      }
      review(draft, state);
    }
  }

  static void reviewAll(Draft draft) {
    for (VolumeState each : draft.volumes.publish().values()) {
      review(draft, each);
    }
  }

  private static void review(Draft draft, VolumeState volume) {
    var file = volume.file();
    if (file.phase() != VolumePhase.BOUND
        || !draft.mayOrder()
        || !volume.pods().isEmpty()
        || isClaimed(draft, file)) {
      return;
    }
    draft.bound.remove(file.claim());
    // What is in a folder of the node was there before, and is not ours to delete.
    boolean goes = file.reclaim() == Claim.Reclaim.DELETE && !file.source().isFolder();
    decide(
        draft,
        volume,
        file.with(goes ? VolumePhase.DELETING : VolumePhase.RELEASED),
        Reason.VOLUME_RELEASED,
        file.claim(),
        goes ? "is deleted" : "is released, and kept");
    if (goes) {
      draft.deleting.put(file.name(), "");
    }
  }

  private static boolean isClaimed(Draft draft, VolumeFile file) {
    if (storage(draft).claims().containsKey(file.claim())) {
      return true;
    }
    if (file.owner().isEmpty()) {
      return false;
    }
    var set = draft.workloads.get(file.owner().get()).flatMap(it -> it.desired());
    if (set.isEmpty()) {
      return !file.goesWithOwner();
    }
    if (!(set.get().strategy() instanceof Ordered how) || !how.whenScaled()) {
      return true;
    }
    return how.claims().stream()
        .anyMatch(it -> isOfNumber(file.claim().name(), it.key().name(), set.get(), how.start()));
  }

  private static boolean isOfNumber(String claim, String template, Workload set, int start) {
    for (int number = start; number < start + set.replicas(); number++) {
      if (claim.equals(template + "-" + set.key().name() + "-" + number)) {
        return true;
      }
    }
    return false;
  }

  // --- deletion

  /// Has what is to be deleted, and is recorded to be, deleted by a node that can.
  static void delete(Draft draft) {
    var deleting = draft.deleting.publish();
    if (deleting.isEmpty() || !draft.mayOrder()) {
      return;
    }
    deleting.forEach((name, node) -> {
      var volume = draft.volumes.get(name).orElseThrow();
      boolean isRecorded = volume.decision() <= draft.records.recorded();
      if (node.isEmpty() && isRecorded) {
        deleter(draft, volume.file())
            .ifPresent(it -> {
              draft.deleting.put(name, it);
              Orders.fullOrderAsked(draft, it);
            });
      }
    });
  }

  private static Optional<String> deleter(Draft draft, VolumeFile file) {
    boolean isHeard = Nodes.isReady(draft, file.node());
    if (isHeard || file.source().reach() == VolumeSource.Reach.NODE) {
      return isHeard ? Optional.of(file.node()) : Optional.empty();
    }
    return draft.nodes.publish().stream()
        .filter(NodeState::isReady)
        .map(NodeState::name)
        .findFirst();
  }

  /// Names, as the engine has them, of what a node is to delete.
  static List<String> unclaimed(Draft draft, String node) {
    var deleting = draft.deleting.publish();
    if (deleting.isEmpty()) {
      return List.of();
    }
    var names = new ArrayList<String>();
    deleting.forEach((name, by) -> {
      if (by.equals(node)) {
        names.add(draft.volumes.get(name).orElseThrow().file().source().handle());
      }
    });
    return names;
  }

  /// A node says that it has deleted a volume.
  static void deleted(Draft draft, String node, String handle) {
    for (String name : draft.deleting.publish().keys()) {
      var file = draft.volumes.get(name).orElseThrow().file();
      if (file.source().handle().equals(handle)
          && draft.deleting.get(name).equals(Optional.of(node))) {
        draft.deleting.remove(name);
        draft.volumes.remove(name);
        draft.decide(
            Reason.VOLUME_DELETED,
            Optional.of(file.claim()),
            "volume " + name + " is deleted",
            draft.accepted.map(it -> it.commit()).orElse(""),
            List.of(),
            file.path(),
            Optional.empty());
        Orders.fullOrderAsked(draft, node);
      }
    }
  }

  // --- a start

  /// Takes up what the record says of volumes.
  static void resume(Draft draft, Iterable<VolumeFile> files) {
    for (VolumeFile file : files) {
      draft.volumes.put(file.name(), new VolumeState(file, 0, PagedMap.empty()));
      switch (file.phase()) {
        case BOUND -> draft.bound.put(file.claim(), file.name());
        case DELETING -> draft.deleting.put(file.name(), "");
        case RELEASED -> {}
      }
    }
  }

  /// Nodes that are off use nothing.
  static void fenced(Draft draft, String node) {
    for (VolumeState each : draft.volumes.publish().values()) {
      var file = each.file();
      if (file.node().equals(node) && file.source().reach() == VolumeSource.Reach.CLUSTER) {
        decide(draft, each, file.on(""), Reason.VOLUME_MOVED, file.claim(), "is free of " + node);
        draft.markWhatSeeksNodes();
      }
    }
  }
}
