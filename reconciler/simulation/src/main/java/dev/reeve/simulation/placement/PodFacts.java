package dev.reeve.simulation.placement;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import java.util.SortedMap;

/// A pod as the rules of placement see it, wherever it is.
public record PodFacts(ObjectKey workload, String release, PodTemplate template) {
  String namespace() {
    return workload.namespace();
  }

  Constraints rules() {
    return template.constraints();
  }

  SortedMap<String, String> labels() {
    return template.constraints().labels();
  }
}
