package dev.reeve.lab;

import java.util.List;

/// A link that several nodes share with the host: a bridge in a network namespace of its own, where
/// no firewall of the host's looks at what passes.
public final class LabSwitch implements AutoCloseable {
  /// Where the host is reached.
  static final String HOST = "10.78.0.254";

  private final String name;
  private final String leg;

  private LabSwitch(String name, String leg) {
    this.name = name;
    this.leg = leg;
  }

  /// One at a time: the host's leg has the network 10.78.0.0/24.
  public static LabSwitch start() {
    long own = ProcessHandle.current().pid();
    var made = new LabSwitch("reeve-lan-" + own, "rs" + own % 1_000_000);
    Shell.run("ip", "netns", "add", made.name);
    try {
      made.ip("link", "add", "br0", "type", "bridge");
      made.ip("link", "set", "br0", "up");
      Shell.run(
          "ip", "link", "add", made.leg, "type", "veth", "peer", "name", "host", "netns",
          made.name);
      made.ip("link", "set", "host", "master", "br0", "up");
      Shell.run("ip", "addr", "add", HOST + "/24", "dev", made.leg);
      Shell.run("ip", "link", "set", made.leg, "up");
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  static String address(int index) {
    return "10.78.0." + index;
  }

  /// Gives a namespace a leg here, as eth0.
  void connect(String namespace, int index) {
    var port = "p" + index;
    Shell.run(
        "ip", "-n", namespace, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns",
        name);
    ip("link", "set", port, "master", "br0", "up");
    Shell.run("ip", "-n", namespace, "addr", "add", address(index) + "/24", "dev", "eth0");
    Shell.run("ip", "-n", namespace, "link", "set", "eth0", "up");
    Shell.run("ip", "-n", namespace, "route", "add", "default", "via", HOST);
  }

  /// Cuts a node's leg, or mends it.
  void link(int index, boolean isUp) {
    ip("link", "set", "p" + index, isUp ? "up" : "down");
  }

  private void ip(String... words) {
    var all = new java.util.ArrayList<>(List.of("ip", "-n", name));
    all.addAll(List.of(words));
    Shell.run(all);
  }

  @Override
  public void close() {
    Shell.end(List.of("ip", "netns", "del", name));
    Shell.end(List.of("ip", "link", "del", leg));
  }
}
