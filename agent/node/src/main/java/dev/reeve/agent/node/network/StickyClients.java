package dev.reeve.agent.node.network;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Which client stays with which endpoint, as the kernel remembers it in the sets that fill
/// themselves: told by the table that is there, and said again to the one that takes its place.
final class StickyClients {
  /// What the names of these sets begin with.
  static final String SET = "by-";

  private static final Pattern ELEMENTS =
      Pattern.compile("set (" + SET + "\\S+) \\{[^{}]*elements = \\{([^{}]*)\\}");

  private StickyClients() {}

  /// @param listed what `nft -n list table` prints
  /// @return the elements of each set that has any, as they can be added again
  static SortedMap<String, String> read(String listed) {
    var clients = new TreeMap<String, String>();
    var sets = ELEMENTS.matcher(listed);
    while (sets.find()) {
      clients.put(sets.group(1), sets.group(2).replaceAll("\\s+", " ").strip());
    }
    return clients;
  }

  /// The lines that make a table remember them, of those that it has a set for.
  static String again(SortedMap<String, String> clients, Ruleset rules, String table) {
    var script = new StringBuilder();
    clients.forEach((set, elements) -> {
      if (rules.sets().containsKey(set)) {
        script.append("add element ip ").append(table).append(' ').append(set);
        script.append(" { ").append(elements).append(" }\n");
      }
    });
    return script.toString();
  }
}
