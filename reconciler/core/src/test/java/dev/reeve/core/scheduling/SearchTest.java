package dev.reeve.core.scheduling;

import static dev.reeve.core.scheduling.Given.WEB;
import static dev.reeve.core.scheduling.Given.ZONE;
import static dev.reeve.core.scheduling.Given.web;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.ClusterSettings.Scheduling;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Resources;
import dev.reeve.core.scheduling.Ledger.Choice;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A search looks at a few nodes where it can. What it takes is as good as if it had looked at all.
class SearchTest {
  private static final PodTemplate POD = web();

  private final SortedMap<String, Room> rooms = new TreeMap<>();

  /// What a test knows of a node, counted by itself.
  private static final class Room {
    private final String zone;
    private final boolean hasGpu;
    private int places;
    private int pods;

    Room(String zone, boolean hasGpu, int places) {
      this.zone = zone;
      this.hasGpu = hasGpu;
      this.places = places;
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({
    "PACK, 1",
    "PACK, 2",
    "PACK, 3",
    "PACK, 4",
    "PACK, 5",
    "PACK, 6",
    "PACK, 7",
    "PACK, 8",
    "SPREAD, 1",
    "SPREAD, 2",
    "SPREAD, 3",
    "SPREAD, 4",
    "SPREAD, 5",
    "SPREAD, 6",
    "SPREAD, 7",
    "SPREAD, 8",
  })
  void takesANodeWithAsLittleOfTheWorkloadAroundItAsAny(Scheduling scheduling, long seed) {
    var random = new SplittableRandom(seed);
    var ledger = new Ledger(scheduling);
    int nodes = 60 + random.nextInt(60);
    for (int i = 0; i < nodes; i++) {
      ledger.put(node("n" + i, random, seed));
    }
    int replicas = 300;
    var search = ledger.search(WEB, "r1", POD, replicas);

    for (int i = 0; i < replicas; i++) {
      var choice = search.next();
      var free = rooms.values().stream().filter(it -> it.places > 0).toList();
      if (!(choice instanceof Choice.Node(var name))) {
        assertThat(free).isEmpty();
        break;
      }
      var taken = requireNonNull(rooms.get(name));
      assertThat(free).contains(taken);
      assertThat(crowd(scheduling, replicas, taken))
          .as("pod %d on %s", i, name)
          .isEqualTo(free.stream().map(it -> crowd(scheduling, replicas, it)).min(LEAST).get());

      taken.places--;
      taken.pods++;
      ledger.add(name, WEB, "r1", POD);
    }
  }

  private NodeFacts node(String name, SplittableRandom random, long seed) {
    // Of odd seeds, some nodes are in no zone; of others, some have what the pods do not need.
    var labels = new TreeMap<String, String>();
    if (seed % 2 == 0 || random.nextInt(4) > 0) {
      labels.put(ZONE, "z" + Math.min(random.nextInt(4), random.nextInt(4)));
    }
    boolean hasGpu = seed % 4 > 1 && random.nextInt(3) == 0;
    var extended = new TreeMap<String, Long>();
    if (hasGpu) {
      extended.put("nvidia.com/gpu", 1L);
    }
    int places = 1 + random.nextInt(6);
    rooms.put(name, new Room(labels.getOrDefault(ZONE, ""), hasGpu, places));
    return new NodeFacts(
        name,
        new Resources(100L * places, 64L * places << 20, 0, extended),
        110,
        labels,
        List.of(),
        true,
        false);
  }

  private static final Comparator<List<Long>> LEAST =
      Comparator.comparing((List<Long> it) -> it.get(0))
          .thenComparing(it -> it.get(1))
          .thenComparing(it -> it.get(2));

  /// What is compared first comes first.
  private List<Long> crowd(Scheduling scheduling, int replicas, Room room) {
    long stranded = room.hasGpu ? 1 : 0;
    long here = room.pods;
    ToLongFunction<Room> inZone = it -> it.zone.equals(room.zone) ? it.pods : 0;
    long zone = room.zone.isEmpty() ? 0 : rooms.values().stream().mapToLong(inZone).sum();
    return switch (scheduling) {
      case PACK -> List.of(stranded, zone, 2 * here >= replicas ? 1L : 0L);
      case SPREAD -> List.of(stranded, here, zone);
    };
  }
}
