package dev.reeve.core.paged;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagedMapTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void doesWhatATreeMapDoes(long seed) {
    var random = new SplittableRandom(seed);
    var expected = new TreeMap<Integer, Integer>();
    var editor = PagedMap.<Integer, Integer>empty().edit();

    for (int i = 0; i < 20_000; i++) {
      int key = random.nextInt(3_000);
      // Grows, then shrinks to nothing, so that pages split and merge.
      if (random.nextInt(10) < (i < 10_000 ? 7 : 2)) {
        expected.put(key, i);
        editor.put(key, i);
      } else {
        expected.remove(key);
        editor.remove(key);
      }
      if (i % 1_000 == 0) {
        editor.publish();
      }
    }
    var map = editor.publish();

    assertThat(map.keys()).isEqualTo(new ArrayList<>(expected.keySet()));
    assertThat(map.values()).containsExactlyElementsOf(expected.values());
    assertThat(map.size()).isEqualTo(expected.size());
    for (int key = 0; key < 3_000; key++) {
      assertThat(map.get(key).orElse(-1)).isEqualTo(expected.getOrDefault(key, -1));
    }
    for (int from : List.of(-1, 0, 1_234, 2_999, 5_000)) {
      assertThat(map.valuesFrom(from)).containsExactlyElementsOf(expected.tailMap(from).values());
    }
  }

  @Test
  void aPublishedMapIsNotTouchedByLaterEdits() {
    var editor = PagedMap.<Integer, String>empty().edit();
    for (int i = 0; i < 1_000; i++) {
      editor.put(i, "first");
    }
    var first = editor.publish();

    for (int i = 0; i < 1_000; i++) {
      editor.put(i, "second");
    }
    editor.remove(500);
    var second = editor.publish();

    assertThat(first.values()).allMatch("first"::equals).hasSize(1_000);
    assertThat(second.values()).allMatch("second"::equals).hasSize(999);
  }

  @Test
  void anEditThatChangesNothingPublishesTheSameMap() {
    var map = PagedMap.<Integer, String>empty().with(1, "one");

    var editor = map.edit();
    editor.remove(2);

    assertThat(editor.publish()).isSameAs(map);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void tellsWhatDiffersBetweenTwoVersions(long seed) {
    var random = new SplittableRandom(seed);
    var editor = PagedMap.<Integer, String>empty().edit();
    for (int i = 0; i < 5_000; i++) {
      editor.put(random.nextInt(10_000), "old");
    }
    var before = editor.publish();

    int changes = seed % 2 == 0 ? 5 : 4_000;
    for (int i = 0; i < changes; i++) {
      int key = random.nextInt(10_000);
      if (random.nextInt(3) == 0) {
        editor.remove(key);
      } else {
        editor.put(key, "new " + i);
      }
    }
    var after = editor.publish();

    var expected = new TreeMap<Integer, String>();
    for (int key = 0; key < 10_000; key++) {
      var old = before.get(key);
      var now = after.get(key);
      if (!old.equals(now)) {
        expected.put(key, old + " -> " + now);
      }
    }
    var told = new ArrayList<String>();
    var found = new TreeMap<Integer, String>();
    PagedMap.difference(
        before,
        after,
        (key, old, now) -> {
          told.add(key.toString());
          found.put(key, Optional.ofNullable(old) + " -> " + Optional.ofNullable(now));
        });
    assertThat(found).isEqualTo(expected);
    assertThat(told)
        .containsExactlyElementsOf(expected.keySet().stream().map(String::valueOf).toList());
  }
}
