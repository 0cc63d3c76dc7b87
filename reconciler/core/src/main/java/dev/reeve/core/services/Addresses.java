package dev.reeve.core.services;

import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/// Which address a Service is given, and which port of the nodes: the same one again where nobody
/// took it meanwhile, though nothing may be left that tells of it.
public final class Addresses {
  private static final int FIRST_NODE_PORT = 30_000;
  private static final int NODE_PORTS = 2_768;

  /// The first so many addresses are left to those that ask for one, as in Kubernetes
  /// (ServiceIPStaticSubrange): a sixteenth, at least 16 and at most 256.
  private static final int FEWEST_STATIC = 16;

  private static final int MOST_STATIC = 256;

  private Addresses() {}

  /// @return empty where none is free
  public static String clusterIp(Cidr range, ObjectKey key, Predicate<String> isTaken) {
    long first = Math.clamp(range.size() / 16, FEWEST_STATIC, MOST_STATIC);
    // The last address of a network is its broadcast address.
    long number = range.size() - first - 1;
    var found = find(number, spread(key, ""), at -> isTaken.test(range.at(first + at)));
    return found.isPresent() ? range.at(first + found.getAsLong()) : "";
  }

  /// @return zero where none is free
  public static int nodePort(ObjectKey key, Service.Port port, LongPredicate isTaken) {
    var found =
        find(
            NODE_PORTS,
            spread(key, port.name() + "/" + port.port() + "/" + port.protocol()),
            at -> isTaken.test(FIRST_NODE_PORT + at));
    return found.isPresent() ? (int) (FIRST_NODE_PORT + found.getAsLong()) : 0;
  }

  /// A part of a network that is free.
  ///
  /// @param taken how many are not: where they lie side by side, the next one is free
  public static OptionalLong part(Cidr range, int bits, long taken, LongPredicate isTaken) {
    return find(range.parts(bits), taken, isTaken);
  }

  private static OptionalLong find(long number, long start, LongPredicate isTaken) {
    for (long i = 0; i < number; i++) {
      long at = Math.floorMod(start + i, number);
      if (!isTaken.test(at)) {
        return OptionalLong.of(at);
      }
    }
    return OptionalLong.empty();
  }

  /// FNV-1a, well mixed.
  private static long spread(ObjectKey key, String more) {
    long hash = 0xcbf29ce484222325L;
    var text = key + " " + more;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    hash *= 0x9e3779b97f4a7c15L;
    return hash >>> 1;
  }
}
