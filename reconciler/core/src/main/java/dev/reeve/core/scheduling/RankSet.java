package dev.reeve.core.scheduling;

/// A set of small whole numbers that is walked in their order, whatever the order they came in.
final class RankSet {
  private final long[] words;

  /// A bit for each word that is not empty.
  private final long[] summary;

  private int size;

  RankSet(int capacity) {
    words = new long[(capacity + 63) >>> 6];
    summary = new long[(words.length + 63) >>> 6];
  }

  int size() {
    return size;
  }

  void add(int rank) {
    words[rank >>> 6] |= 1L << rank;
    summary[rank >>> 12] |= 1L << (rank >>> 6);
    size++;
  }

  void remove(int rank) {
    words[rank >>> 6] &= ~(1L << rank);
    if (words[rank >>> 6] == 0) {
      summary[rank >>> 12] &= ~(1L << (rank >>> 6));
    }
    size--;
  }

  /// The first at or after `from`, or -1.
  int next(int from) {
    int word = from >>> 6;
    if (word >= words.length) {
      return -1;
    }
    long rest = words[word] & (-1L << from);
    if (rest != 0) {
      return (word << 6) + Long.numberOfTrailingZeros(rest);
    }
    word++;
    for (int top = word >>> 6; top < summary.length; top++) {
      long full = top == word >>> 6 ? summary[top] & (-1L << word) : summary[top];
      if (full != 0) {
        int found = (top << 6) + Long.numberOfTrailingZeros(full);
        return (found << 6) + Long.numberOfTrailingZeros(words[found]);
      }
    }
    return -1;
  }
}
