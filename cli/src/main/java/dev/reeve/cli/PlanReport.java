package dev.reeve.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.simulation.plan.Plan;
import dev.reeve.simulation.plan.Plan.Action;
import dev.reeve.simulation.plan.Plan.NodeChange;
import dev.reeve.simulation.plan.Plan.Placed;
import dev.reeve.simulation.plan.Plan.WorkloadChange;
import dev.reeve.simulation.plan.Situation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A plan as text for a terminal, as Markdown for a pull request, and as JSON for programs.
final class PlanReport {
  private static final int ORDER_AT_MOST = 40;
  private static final int NODES_AT_MOST = 20;

  private final Plan plan;
  private final DesiredState state;

  /// @param state what is planned
  PlanReport(Plan plan, DesiredState state) {
    this.plan = plan;
    this.state = state;
  }

  // --- text

  String text() {
    var text = new StringBuilder();
    if (!plan.refusals().isEmpty()) {
      plan.refusals().forEach(it -> text.append("refused: ").append(it).append('\n'));
      return text.toString();
    }
    if (plan.isNothing()) {
      return "nothing would change\n";
    }
    text.append(title()).append('\n');
    plan.workloads().values().forEach(change -> workload(change, text));
    plan.objects()
        .forEach((key, action) ->
            text.append(sign(action))
                .append(' ')
                .append(key)
                .append(": ")
                .append(word(action))
                .append('\n'));
    if (!plan.order().isEmpty()) {
      text.append("in this order:\n");
      order().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    text.append("left then: ").append(left()).append('\n');
    return text.toString();
  }

  private void workload(WorkloadChange change, StringBuilder text) {
    text.append(sign(change.action())).append(' ').append(change.key()).append(": ");
    text.append(summary(change)).append('\n');
    change.why().forEach(line -> text.append("    ").append(line).append('\n'));
    if (!change.stopped().isEmpty()) {
      text.append("    stops ").append(placements(change.stopped())).append('\n');
    }
    if (!change.started().isEmpty()) {
      text.append("    starts ").append(placements(change.started())).append('\n');
    }
    if (!change.unschedulable().isEmpty()) {
      text.append("    UNSCHEDULABLE: ").append(change.unschedulable()).append('\n');
    } else if (!change.outlook().isEmpty()) {
      text.append("    stays ").append(change.outlook()).append('\n');
    }
  }

  private static String summary(WorkloadChange change) {
    var parts = new ArrayList<String>();
    parts.add(word(change.action()));
    if (change.action() == Action.REPLACE) {
      parts.add("release " + change.release().before() + " -> " + change.release().after());
    }
    int before = change.replicas().before();
    int after = change.replicas().after();
    parts.add(
        before == after || change.action() == Action.CREATE
            ? counted(after, "replica")
            : before + " -> " + counted(after, "replica"));
    return String.join(", ", parts);
  }

  /// `3 pods: n1, n2 (2)`.
  private static String placements(List<Placed> pods) {
    SortedMap<String, Integer> byNode = new TreeMap<>();
    pods.forEach(pod -> byNode.merge(pod.node(), 1, Integer::sum));
    return counted(pods.size(), "pod")
        + ": "
        + byNode.entrySet().stream()
            .map(it -> it.getKey() + (it.getValue() == 1 ? "" : " (" + it.getValue() + ")"))
            .collect(Collectors.joining(", "));
  }

  private String title() {
    int pods = plan.nodes().values().stream().mapToInt(it -> it.pods().before()).sum();
    var commit =
        state.commit().startsWith("0000000")
            ? state.subject()
            : state.commit().substring(0, Math.min(7, state.commit().length()))
                + ": "
                + state.subject();
    return commit
        + ", on "
        + counted(plan.nodes().size(), "node")
        + " with "
        + counted(pods, "pod")
        + (plan.source() == Situation.Source.RECORD
            ? "; estimated: the record does not say where pods are"
            : "");
  }

  private List<String> order() {
    var all = plan.order();
    if (all.size() <= ORDER_AT_MOST) {
      return all;
    }
    var some = new ArrayList<>(all.subList(0, ORDER_AT_MOST));
    some.add("and " + (all.size() - ORDER_AT_MOST) + " more");
    return some;
  }

  private String left() {
    var all = Resources.NONE;
    var used = Resources.NONE;
    int places = 0;
    int pods = 0;
    for (NodeChange node : plan.nodes().values()) {
      all = all.plus(node.allocatable());
      used = used.plus(node.used().after());
      places += node.maxPods();
      pods += node.pods().after();
    }
    var left = all.minus(used);
    return "%s of %s cores, %s of %s of memory, %d of %d places for pods"
        .formatted(
            cores(left.cpuMillis()),
            cores(all.cpuMillis()),
            gib(left.memoryBytes()),
            gib(all.memoryBytes()),
            places - pods,
            places);
  }

  private static String cores(long millis) {
    return String.format(Locale.ROOT, "%.1f", millis / 1_000.0);
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String word(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  private static String sign(Action action) {
    return switch (action) {
      case CREATE -> "+";
      case DELETE -> "-";
      case REPLACE, SCALE, MOVE, CHANGE -> "~";
    };
  }

  // --- Markdown

  String markdown() {
    var text = new StringBuilder();
    if (!plan.refusals().isEmpty()) {
      text.append("### Reeve would refuse this commit\n\n");
      plan.refusals().forEach(it -> text.append("- ").append(it).append('\n'));
      return text.toString();
    }
    if (plan.isNothing()) {
      return "### Reeve: nothing would change\n";
    }
    text.append("### Reeve: what this commit would do\n\n").append(title()).append("\n\n");
    if (plan.hasUnschedulable()) {
      text.append("**Not everything finds room.**\n\n");
      plan.workloads().values().stream()
          .filter(it -> !it.unschedulable().isEmpty())
          .forEach(it ->
              text.append("- `")
                  .append(it.key())
                  .append("`: ")
                  .append(it.unschedulable())
                  .append('\n'));
      text.append('\n');
    }
    if (!plan.workloads().isEmpty()) {
      text.append("| workload | | replicas | stops | starts | why |\n|---|---|---|---|---|---|\n");
      plan.workloads().values().forEach(it -> row(it, text));
      text.append('\n');
    }
    if (!plan.objects().isEmpty()) {
      text.append("Other objects: ")
          .append(
              plan.objects().entrySet().stream()
                  .map(it -> "`" + it.getKey() + "` " + word(it.getValue()))
                  .collect(Collectors.joining(", ")))
          .append("\n\n");
    }
    if (!plan.order().isEmpty()) {
      text.append("<details><summary>In this order</summary>\n\n");
      order().forEach(line -> text.append("1. ").append(line).append('\n'));
      text.append("\n</details>\n\n");
    }
    nodes(text);
    text.append("Left then: ").append(left()).append(".\n");
    return text.toString();
  }

  private static void row(WorkloadChange change, StringBuilder text) {
    int before = change.replicas().before();
    int after = change.replicas().after();
    text.append("| `").append(change.key()).append("` | ").append(word(change.action()));
    text.append(" | ").append(before == after ? "" + after : before + " -> " + after);
    text.append(" | ").append(change.stopped().isEmpty() ? "" : placements(change.stopped()));
    text.append(" | ").append(change.started().isEmpty() ? "" : placements(change.started()));
    text.append(" | ")
        .append(
            change.why().stream()
                .map(it -> "`" + it.replace("|", "\\|") + "`")
                .collect(Collectors.joining("<br>")));
    text.append(" |\n");
  }

  private void nodes(StringBuilder text) {
    var changed =
        plan.nodes().entrySet().stream()
            .filter(it ->
                !it.getValue().used().before().equals(it.getValue().used().after())
                    || !it.getValue().pods().before().equals(it.getValue().pods().after()))
            .toList();
    if (changed.isEmpty()) {
      return;
    }
    text.append("| node | pods | cores asked for | memory asked for |\n|---|---|---|---|\n");
    for (Map.Entry<String, NodeChange> each :
        changed.subList(0, Math.min(NODES_AT_MOST, changed.size()))) {
      var node = each.getValue();
      text.append(
          "| `%s` | %d -> %d | %s -> %s of %s | %s -> %s of %s |%n"
              .formatted(
                  each.getKey(),
                  node.pods().before(),
                  node.pods().after(),
                  cores(node.used().before().cpuMillis()),
                  cores(node.used().after().cpuMillis()),
                  cores(node.allocatable().cpuMillis()),
                  gib(node.used().before().memoryBytes()),
                  gib(node.used().after().memoryBytes()),
                  gib(node.allocatable().memoryBytes())));
    }
    if (changed.size() > NODES_AT_MOST) {
      text.append("\nand ").append(changed.size() - NODES_AT_MOST).append(" more nodes\n");
    }
    text.append('\n');
  }

  // --- JSON

  ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("commit", state.commit())
        .put("placements", plan.source() == Situation.Source.LIVE ? "planned" : "estimated");
    var refusals = json.putArray("refusals");
    plan.refusals().forEach(refusals::add);
    var workloads = json.putArray("workloads");
    plan.workloads().values().forEach(change -> workload(change, workloads.addObject()));
    var objects = json.putArray("objects");
    plan.objects()
        .forEach((ObjectKey key, Action action) ->
            objects.addObject().put("object", key.toString()).put("action", word(action)));
    var order = json.putArray("order");
    plan.order().forEach(order::add);
    var nodes = json.putArray("nodes");
    plan.nodes().forEach((name, node) -> node(name, node, nodes.addObject()));
    return json;
  }

  private static void workload(WorkloadChange change, ObjectNode json) {
    json.put("workload", change.key().toString()).put("action", word(change.action()));
    json.putObject("replicas")
        .put("before", change.replicas().before())
        .put("after", change.replicas().after());
    json.putObject("release")
        .put("before", change.release().before())
        .put("after", change.release().after());
    var why = json.putArray("why");
    change.why().forEach(why::add);
    placed(change.stopped(), json.putArray("stops"));
    placed(change.started(), json.putArray("starts"));
    json.put("unschedulable", change.unschedulable()).put("outlook", change.outlook());
  }

  private static void placed(List<Placed> pods, ArrayNode json) {
    pods.forEach(pod ->
        json.addObject()
            .put("ordinal", pod.ordinal())
            .put("release", pod.release())
            .put("node", pod.node()));
  }

  private static void node(String name, NodeChange node, ObjectNode json) {
    json.put("node", name);
    json.putObject("pods").put("before", node.pods().before()).put("after", node.pods().after());
    amounts(node.allocatable(), json.putObject("allocatable"));
    amounts(node.used().before(), json.putObject("usedBefore"));
    amounts(node.used().after(), json.putObject("usedAfter"));
  }

  private static void amounts(Resources amounts, ObjectNode json) {
    json.put("cpuMillis", amounts.cpuMillis()).put("memoryBytes", amounts.memoryBytes());
  }
}
