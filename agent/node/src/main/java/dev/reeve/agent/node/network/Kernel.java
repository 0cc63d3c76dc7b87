package dev.reeve.agent.node.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The few things that all parts of a node's network ask of the kernel.
final class Kernel {
  private static final Logger LOG = LoggerFactory.getLogger(Kernel.class);

  /// Marks our routes among those of others.
  static final String PROTOCOL = "114";

  private Kernel() {}

  /// Asked of the network that this process is in, which need not be the one that /sys shows.
  static boolean hasDevice(String device) {
    return Files.exists(Path.of("/proc/sys/net/ipv4/conf", device));
  }

  static void sysctl(String name, String value) throws NetworkException {
    var file = Path.of("/proc/sys", name);
    try {
      if (!Files.readString(file).strip().equals(value)) {
        Files.writeString(file, value);
      }
    } catch (IOException e) {
      throw new NetworkException(file + " cannot be set to " + value + ": " + e.getMessage(), e);
    }
  }

  /// Runs a program that removes something; what is not there needs no removing.
  static void remove(String... words) {
    try {
      if (Programs.has(words[0])) {
        Programs.run("", words);
      }
    } catch (NetworkException e) {
      LOG.debug("{}", e.getMessage());
    }
  }
}
