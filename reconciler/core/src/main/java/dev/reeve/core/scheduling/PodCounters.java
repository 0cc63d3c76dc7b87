package dev.reeve.core.scheduling;

import static java.util.Objects.requireNonNull;

import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Selector;
import dev.reeve.core.scheduling.PodCounter.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/// Which counters count which kinds of pods, found by the labels that they ask for: a new kind
/// looks at the few counters that may count it, and a new counter at the few kinds.
final class PodCounters {
  private record Label(String key, String value) {}

  private final Function<String, Topology> topologies;
  private final IntFunction<NodeFacts> facts;
  private final Lookup<PodCounter.Key, PodCounter> counters = new Lookup<>();
  private final Lookup<Label, List<PodCounter>> countersByLabel = new Lookup<>();
  private final List<PodCounter> others = new ArrayList<>();

  /// Those that count other pods when the taints of a node change.
  private final List<PodCounter> ofTaints = new ArrayList<>();

  private final Lookup<Label, List<PodKind>> kindsByLabel = new Lookup<>();
  private final List<PodKind> kinds = new ArrayList<>();
  private final Lookup<PodKind, Integer> placeOf = new Lookup<>();

  PodCounters(Function<String, Topology> topologies, IntFunction<NodeFacts> facts) {
    this.topologies = topologies;
    this.facts = facts;
  }

  void put(PodKind kind) {
    placeOf.put(kind, kinds.size());
    kinds.add(kind);
    kind.template()
        .constraints()
        .labels()
        .forEach((key, value) -> {
          var label = new Label(key, value);
          kindsByLabel.getOrMake(label, () -> new ArrayList<>(1)).add(kind);
          countersByLabel.getOr(label, List.of()).forEach(counter -> introduce(counter, kind));
        });
    others.forEach(counter -> introduce(counter, kind));
    var constraints = kind.template().constraints();
    constraints.apart().forEach(term -> own(kind, term, Wish.NONE_THERE));
    constraints.preferredNear().forEach(term -> own(kind, term.term(), new Wish(term.weight())));
    constraints.preferredApart().forEach(term -> own(kind, term.term(), new Wish(-term.weight())));
  }

  /// What a kind would have, or not have, near it counts when those others are placed, too.
  private void own(PodKind kind, PodTerm term, Wish wish) {
    kind.owns.add(of(kind, PodCounter.Key.ofOwners(term, wish)));
  }

  void remove(PodKind kind) {
    int place = requireNonNull(placeOf.remove(kind));
    PodKind last = kinds.removeLast();
    if (last != kind) {
      kinds.set(place, last);
      placeOf.put(last, place);
    }
    kind.template()
        .constraints()
        .labels()
        .forEach((key, value) -> drop(kindsByLabel, new Label(key, value), kind));
    for (PodCounter counter : kind.uses) {
      if (counter.release()) {
        forget(counter);
      }
    }
  }

  private void forget(PodCounter counter) {
    counters.remove(counter.key());
    if (counter.key().dependsOnTaints()) {
      ofTaints.remove(counter);
    }
    var label = label(counter);
    if (label.isPresent()) {
      drop(countersByLabel, label.get(), counter);
    } else {
      others.remove(counter);
    }
    if (counter.key().owners().isEmpty()) {
      candidates(label).forEach(kind -> kind.countedBy.remove(counter));
    }
  }

  private static <T> void drop(Lookup<Label, List<T>> lists, Label label, T what) {
    var list = lists.get(label);
    if (list != null) {
      list.remove(what);
      if (list.isEmpty()) {
        lists.remove(label);
      }
    }
  }

  private static void introduce(PodCounter counter, PodKind kind) {
    if (counter.key().owners().isEmpty() && counter.counts(kind)) {
      kind.countedBy.add(counter);
    }
  }

  /// The counter of that, which stays for as long as the kind does.
  PodCounter of(PodKind user, PodCounter.Key key) {
    var present = counters.get(key);
    var counter = present != null ? present : create(key);
    if (!user.uses.contains(counter)) {
      counter.use();
      user.uses.add(counter);
    }
    return counter;
  }

  private PodCounter create(PodCounter.Key key) {
    var counter = new PodCounter(key, topologies.apply(key.topologyKey()), isAmong(key));
    counters.put(key, counter);
    if (key.dependsOnTaints()) {
      ofTaints.add(counter);
    }
    var label = label(counter);
    if (label.isPresent()) {
      countersByLabel.getOrMake(label.get(), () -> new ArrayList<>(1)).add(counter);
    } else {
      others.add(counter);
    }
    if (key.owners().isEmpty()) {
      for (PodKind kind : candidates(label)) {
        if (counter.counts(kind)) {
          kind.countedBy.add(counter);
          kind.byNode.forEach(counter::count);
        }
      }
    }
    return counter;
  }

  private IntPredicate isAmong(PodCounter.Key key) {
    var among = key.among().filter(it -> !it.isOfAll());
    return among.isEmpty()
        ? slot -> true
        : slot -> among.get().at(facts.apply(slot)) == Misfit.NONE;
  }

  /// Takes out of the counts what they hold of a node, or puts it in again: before and after the
  /// node is another.
  ///
  /// @param sign 1 or -1
  void recount(int slot, int sign) {
    for (PodCounter counter : ofTaints) {
      for (PodKind kind : candidates(label(counter))) {
        int pods = kind.byNode.get(slot);
        if (pods > 0 && counter.counts(kind)) {
          counter.count(slot, sign * pods);
        }
      }
    }
  }

  private List<PodKind> candidates(Optional<Label> label) {
    return label.map(it -> kindsByLabel.getOr(it, List.of())).orElse(kinds);
  }

  /// Counters of pods that want something of the pods of a kind.
  List<PodCounter> wanting(PodKind kind) {
    var found = new ArrayList<PodCounter>();
    kind.template()
        .constraints()
        .labels()
        .forEach((key, value) -> {
          for (PodCounter counter : countersByLabel.getOr(new Label(key, value), List.of())) {
            addIfWants(counter, kind, found);
          }
        });
    others.forEach(counter -> addIfWants(counter, kind, found));
    return found;
  }

  private static void addIfWants(PodCounter counter, PodKind kind, List<PodCounter> found) {
    if (counter.key().owners().isPresent() && counter.counts(kind)) {
      found.add(counter);
    }
  }

  /// A label that whatever is counted must have.
  private static Optional<Label> label(PodCounter counter) {
    for (PodTerm term : counter.key().terms()) {
      for (Selector.Requirement requirement : term.pods().requirements()) {
        if (requirement.operator() == Selector.Operator.IN && requirement.values().size() == 1) {
          return Optional.of(new Label(requirement.key(), requirement.values().getFirst()));
        }
      }
    }
    return Optional.empty();
  }
}
