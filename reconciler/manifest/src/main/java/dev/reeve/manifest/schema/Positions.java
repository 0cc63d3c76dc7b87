package dev.reeve.manifest.schema;

import dev.reeve.manifest.text.Position;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where each value of an object stands in its file.
///
/// Kept for every object of a repository, so it holds no pointers as text: for each value a hash of
/// its JSON pointer and its place, sixteen bytes.
public final class Positions {
  /// FNV-1a, 64 bits.
  static final long ROOT = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;

  private final long[] pointers;
  private final long[] places;

  private Positions(long[] pointers, long[] places) {
    this.pointers = pointers;
    this.places = places;
  }

  /// The place of the value at a JSON pointer (`/spec/replicas`); where it was not written (a
  /// default), that of the nearest value around it.
  public Position of(String pointer) {
    long hash = ROOT;
    Position nearest = find(hash).orElse(Position.START);
    for (String step : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
      hash = step(hash, step.replace("~1", "/").replace("~0", "~"));
      nearest = find(hash).orElse(nearest);
    }
    return nearest;
  }

  static long step(long hash, String step) {
    long result = (hash ^ '/') * PRIME;
    for (int i = 0; i < step.length(); i++) {
      result = (result ^ step.charAt(i)) * PRIME;
    }
    return result;
  }

  private Optional<Position> find(long hash) {
    int index = Arrays.binarySearch(pointers, hash);
    return index < 0
        ? Optional.empty()
        : Optional.of(new Position((int) (places[index] >>> 32), (int) places[index]));
  }

  static final class Builder {
    private final Map<Long, Position> byPointer = new HashMap<>();

    void put(Path path, Position at) {
      byPointer.put(path.pointer(), at);
    }

    boolean has(Path path) {
      return byPointer.containsKey(path.pointer());
    }

    Position nearest(Path path) {
      Optional<Path> step = Optional.of(path);
      while (step.isPresent()) {
        Position at = byPointer.get(step.get().pointer());
        if (at != null) {
          return at;
        }
        step = step.get().parent();
      }
      return Position.START;
    }

    Positions build() {
      List<Map.Entry<Long, Position>> entries = new ArrayList<>(byPointer.entrySet());
      entries.sort(Comparator.comparing(Map.Entry::getKey));
      var pointers = new long[entries.size()];
      var places = new long[entries.size()];
      for (int i = 0; i < pointers.length; i++) {
        Position at = entries.get(i).getValue();
        pointers[i] = entries.get(i).getKey();
        places[i] = (long) at.line() << 32 | at.column();
      }
      return new Positions(pointers, places);
    }
  }
}
