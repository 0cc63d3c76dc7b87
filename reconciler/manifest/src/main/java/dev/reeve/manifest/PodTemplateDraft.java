package dev.reeve.manifest;

import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.PodTemplate;

/// A pod template as far as its own text says it.
///
/// @param template whole but for its constraints
/// @param pointer of the pod's spec in the object that holds it
record PodTemplateDraft(PodTemplate template, ConstraintsDraft constraints, String pointer) {

  /// As it is among the other objects of its commit.
  ///
  /// @param entry the object that holds it
  PodTemplate in(Neighbours neighbours, Catalog.Entry entry) {
    Constraints whole = constraints.in(neighbours, entry, pointer);
    return whole.equals(template.constraints())
        ? template
        : new PodTemplate(
            template.hash(),
            template.requests(),
            whole,
            template.hostPorts(),
            template.tolerateUnreachable(),
            template.restartsAlways(),
            template.containers(),
            template.images(),
            template.addressing(),
            template.claims(),
            template.json());
  }
}
