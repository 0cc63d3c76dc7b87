package dev.reeve.manifest;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.Constraints.PodTerm;
import dev.reeve.core.model.Constraints.Weighted;
import dev.reeve.core.model.Selector;
import dev.reeve.manifest.PriorityClasses.PriorityClass;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// The constraints of a pod as far as its own text says them: all but what other objects of the
/// commit make of its priority class, and of namespaces that are chosen by their labels.
///
/// @param own without a priority and without terms of pods
record ConstraintsDraft(
    Constraints own,
    List<Term> near,
    List<Weighted<Term>> preferredNear,
    List<Term> apart,
    List<Weighted<Term>> preferredApart,
    Priority priority) {

  /// A term of pods.
  ///
  /// @param byLabels namespaces that count besides those named
  record Term(Selector pods, SortedSet<String> namespaces, Selector byLabels, String topologyKey) {
    PodTerm in(Namespaces present) {
      if (byLabels.equals(Selector.EVERYTHING)) {
        return new PodTerm(pods, new TreeSet<>(), true, topologyKey);
      }
      var all = new TreeSet<>(namespaces);
      if (!byLabels.equals(Selector.NOTHING)) {
        all.addAll(present.matching(byLabels));
      }
      return new PodTerm(pods, all, false, topologyKey);
    }
  }

  /// What is written of a pod's priority.
  ///
  /// @param name of its class
  /// @param value which the class must have
  /// @param preempts as the class must say
  record Priority(Optional<String> name, Optional<Integer> value, Optional<Boolean> preempts) {}

  /// @param entry the object whose text this is
  /// @param pointer of the pod's spec within it
  Constraints in(Neighbours neighbours, Catalog.Entry entry, String pointer) {
    PriorityClass priorityClass = priorityClass(neighbours, entry, pointer);
    boolean isWhole =
        near.isEmpty()
            && preferredNear.isEmpty()
            && apart.isEmpty()
            && preferredApart.isEmpty()
            && priorityClass.value() == own.priority()
            && priorityClass.preempts() == own.preempts();
    if (isWhole) {
      return own;
    }
    Namespaces present = neighbours.namespaces();
    return new Constraints(
        own.labels(),
        own.nodeName(),
        own.nodes(),
        own.preferredNodes(),
        terms(near, present),
        weighted(preferredNear, present),
        terms(apart, present),
        weighted(preferredApart, present),
        own.tolerations(),
        own.spread(),
        priorityClass.value(),
        priorityClass.preempts());
  }

  private static List<PodTerm> terms(List<Term> terms, Namespaces present) {
    return terms.stream().map(term -> term.in(present)).toList();
  }

  private static List<Weighted<PodTerm>> weighted(List<Weighted<Term>> terms, Namespaces present) {
    return terms.stream().map(it -> new Weighted<>(it.weight(), it.term().in(present))).toList();
  }

  /// What a pod says of its priority besides the name of a class is not obeyed: it must be so.
  private PriorityClass priorityClass(Neighbours neighbours, Catalog.Entry entry, String pointer) {
    PriorityClass usual = neighbours.priorityClasses().usual();
    if (priority.name().isPresent()) {
      String name = priority.name().get();
      Optional<PriorityClass> named = neighbours.priorityClasses().named(name);
      if (named.isEmpty()) {
        neighbours.find(entry, pointer + "/priorityClassName", PriorityClasses.key(name));
        return usual;
      }
      usual = named.get();
    }
    String says = usual.key().map(key -> key + " says").orElse("it is without a PriorityClass");
    int value = usual.value();
    if (priority.value().filter(written -> written != value).isPresent()) {
      neighbours.refuse(
          entry, pointer + "/priority", "priority must be %d, as %s".formatted(value, says));
    }
    boolean preempts = usual.preempts();
    if (priority.preempts().filter(written -> written != preempts).isPresent()) {
      neighbours.refuse(
          entry,
          pointer + "/preemptionPolicy",
          "preemptionPolicy must be %s, as %s"
              .formatted(preempts ? "PreemptLowerPriority" : "Never", says));
    }
    return usual;
  }
}
