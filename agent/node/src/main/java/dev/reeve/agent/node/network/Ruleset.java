package dev.reeve.agent.node.network;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// One table of nftables as a value: its sets and maps by name, with their elements, and its chains
/// with their rules.
///
/// @param sets how each is declared, without its elements
/// @param elements of each set: what is looked up, and what is found (empty in a set)
/// @param chains each with its rules, in order; the first may say where it hooks in
record Ruleset(
    SortedMap<String, String> sets,
    SortedMap<String, SortedMap<String, String>> elements,
    SortedMap<String, List<String>> chains) {
  static final Ruleset EMPTY = new Ruleset(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

  Ruleset {
    sets = Collections.unmodifiableSortedMap(sets);
    elements = Collections.unmodifiableSortedMap(elements);
    chains = Collections.unmodifiableSortedMap(chains);
  }

  /// The script that makes this table whatever was there before, in one transaction.
  String whole(String table) {
    var script = new StringBuilder();
    script.append("table ip ").append(table).append("\n");
    script.append("delete table ip ").append(table).append("\n");
    script.append("table ip ").append(table).append(" {\n");
    sets.forEach((name, type) -> script.append(declared(name, type)).append("\n"));
    // All chains are there before the first rule jumps to one.
    chains.forEach((name, rules) -> {
      script.append("chain ").append(name).append(" {\n");
      rules.stream().filter(Ruleset::isHook).forEach(it -> script.append(it).append("\n"));
      script.append("}\n");
    });
    script.append("}\n");
    chains.forEach((name, rules) -> addRules(script, table, name, rules));
    elements.forEach((name, all) -> addElements(script, table, name, all));
    return script.toString();
  }

  /// The script that turns one table into another, in one transaction; empty where nothing differs.
  static String change(String table, Ruleset before, Ruleset after) {
    var script = new StringBuilder();
    after.sets.forEach((name, type) -> {
      if (!before.sets.containsKey(name)) {
        script.append("add ").append(kind(type)).append(" ip ").append(table).append(' ');
        script.append(name).append(" { ").append(type).append(" }\n");
      }
    });
    after.chains.forEach((name, rules) -> {
      if (!before.chains.containsKey(name)) {
        script.append("add chain ip ").append(table).append(' ').append(name).append("\n");
      }
    });
    before.elements.forEach((name, all) -> {
      var gone = new TreeMap<>(all);
      after
          .elements
          .getOrDefault(name, Collections.emptySortedMap())
          .forEach((key, value) -> gone.remove(key, value));
      if (after.sets.containsKey(name)) {
        removeElements(script, table, name, gone);
      }
    });
    after.chains.forEach((name, rules) -> {
      var old = before.chains.get(name);
      if (!rules.equals(old)) {
        if (old != null) {
          script.append("flush chain ip ").append(table).append(' ').append(name).append("\n");
        }
        addRules(script, table, name, rules);
      }
    });
    after.elements.forEach((name, all) -> {
      var came = new TreeMap<>(all);
      before
          .elements
          .getOrDefault(name, Collections.emptySortedMap())
          .forEach((key, value) -> came.remove(key, value));
      addElements(script, table, name, came);
    });
    before.chains.keySet().stream()
        .filter(it -> !after.chains.containsKey(it))
        .forEach(it -> script.append("flush chain ip " + table + " " + it + "\n"));
    before.chains.keySet().stream()
        .filter(it -> !after.chains.containsKey(it))
        .forEach(it -> script.append("delete chain ip " + table + " " + it + "\n"));
    before.sets.forEach((name, type) -> {
      if (!after.sets.containsKey(name)) {
        script.append("delete ").append(kind(type)).append(" ip ").append(table).append(' ');
        script.append(name).append("\n");
      }
    });
    return script.toString();
  }

  /// Says where a chain hooks in, and is no rule.
  private static boolean isHook(String rule) {
    return rule.startsWith("type ");
  }

  private static String kind(String type) {
    return type.contains(" : ") ? "map" : "set";
  }

  private static String declared(String name, String type) {
    return kind(type) + " " + name + " { " + type + " }";
  }

  private static void addRules(
      StringBuilder script, String table, String chain, List<String> rules) {
    for (String rule : rules) {
      if (!isHook(rule)) {
        script.append("add rule ip ").append(table).append(' ').append(chain).append(' ');
        script.append(rule).append("\n");
      }
    }
  }

  private static void addElements(
      StringBuilder script, String table, String set, SortedMap<String, String> all) {
    if (all.isEmpty()) {
      return;
    }
    script.append("add element ip ").append(table).append(' ').append(set).append(" { ");
    var separator = "";
    for (var each : all.entrySet()) {
      script.append(separator).append(each.getKey());
      if (!each.getValue().isEmpty()) {
        script.append(" : ").append(each.getValue());
      }
      separator = ", ";
    }
    script.append(" }\n");
  }

  private static void removeElements(
      StringBuilder script, String table, String set, SortedMap<String, String> gone) {
    if (gone.isEmpty()) {
      return;
    }
    script.append("delete element ip ").append(table).append(' ').append(set).append(" { ");
    script.append(String.join(", ", gone.keySet())).append(" }\n");
  }
}
