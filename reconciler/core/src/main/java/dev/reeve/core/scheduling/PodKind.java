package dev.reeve.core.scheduling;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import java.util.ArrayList;
import java.util.List;

/// All pods of one release of one workload: alike in everything that placement looks at.
final class PodKind {
  private final ObjectKey workload;
  private final String release;
  private final PodTemplate template;

  /// How many of them each node has, by slot.
  final IntCounts byNode = new IntCounts();

  /// Those that count pods of this kind.
  final List<PodCounter> countedBy = new ArrayList<>();

  /// Those that count pods that want something of others, as this kind's do.
  final List<PodCounter> owns = new ArrayList<>();

  /// Counters that are kept for this kind's rules.
  final List<PodCounter> uses = new ArrayList<>();

  private int pods;

  PodKind(ObjectKey workload, String release, PodTemplate template) {
    this.workload = workload;
    this.release = release;
    this.template = template;
  }

  /// The same release may be read with other rules later: a namespace got a label.
  @SuppressWarnings("ReferenceEquality") // the same object most often: no need to compare all of it
  boolean is(String otherRelease, PodTemplate other) {
    return release.equals(otherRelease)
        && (template == other
            || template.requests().equals(other.requests())
                && template.hostPorts().equals(other.hostPorts())
                && template.constraints().equals(other.constraints()));
  }

  ObjectKey workload() {
    return workload;
  }

  String namespace() {
    return workload.namespace();
  }

  String release() {
    return release;
  }

  PodTemplate template() {
    return template;
  }

  int pods() {
    return pods;
  }

  void count(int slot, int delta) {
    pods += delta;
    byNode.add(slot, delta);
  }
}
