package dev.reeve.core.scheduling;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A hash table that can be asked and not walked: hash order, which changes with each JVM, cannot
/// reach a decision through it.
final class Lookup<K, V> {
  private final Map<K, V> entries = new HashMap<>();

  @Nullable V get(K key) {
    return entries.get(key);
  }

  V getOrMake(K key, Supplier<V> fresh) {
    return entries.computeIfAbsent(key, missing -> fresh.get());
  }

  V getOr(K key, V other) {
    return entries.getOrDefault(key, other);
  }

  void put(K key, V value) {
    entries.put(key, value);
  }

  @Nullable V remove(K key) {
    return entries.remove(key);
  }

  int size() {
    return entries.size();
  }

  void clear() {
    entries.clear();
  }
}
