package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.PodTemplate;
import java.util.LinkedHashMap;
import java.util.Map;

/// Pod templates as trees, read once for all pods of a release. The trees are shared: whoever gets
/// one may put it into another, and never changes it.
final class Templates {
  private static final int KEPT = 1_000;

  private final Map<String, ObjectNode> trees =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ObjectNode> eldest) {
          return size() > KEPT;
        }
      };

  /// `{"metadata": …, "spec": …}`; empty where the text is not known.
  synchronized ObjectNode tree(PodTemplate template) {
    if (template.json().size() == 0) {
      return Trees.object();
    }
    return trees.computeIfAbsent(template.hash(), hash -> Trees.parse(template.json().toArray()));
  }
}
