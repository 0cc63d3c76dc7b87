package dev.reeve.core.paged;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// An immutable map in key order, kept in sorted pages of up to 64 entries. A change copies the
/// pages on one path and shares all others, so that a published map costs nothing to keep; an
/// [Editor] copies each page once however often it writes to it.
///
/// Iteration is always in key order: whatever is decided from it is decided in a defined order.
public final class PagedMap<K extends Comparable<K>, V> {
  private static final int PAGE = 64;
  private static final PagedMap<?, ?> EMPTY = new PagedMap<>(Page.leaf(new Object()), 0);

  private final Page root;
  private final int size;

  private PagedMap(Page root, int size) {
    this.root = root;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // an empty map holds nothing of any type
  public static <K extends Comparable<K>, V> PagedMap<K, V> empty() {
    return (PagedMap<K, V>) EMPTY;
  }

  public static <K extends Comparable<K>, V> PagedMap<K, V> copyOf(SortedMap<K, V> entries) {
    var editor = PagedMap.<K, V>empty().edit();
    entries.forEach(editor::put);
    return editor.publish();
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  public Optional<V> get(K key) {
    return Optional.ofNullable(find(root, key));
  }

  public boolean containsKey(K key) {
    return find(root, key) != null;
  }

  public Editor<K, V> edit() {
    return new Editor<>(this);
  }

  public PagedMap<K, V> with(K key, V value) {
    var editor = edit();
    editor.put(key, value);
    return editor.publish();
  }

  public PagedMap<K, V> without(K key) {
    var editor = edit();
    editor.remove(key);
    return editor.publish();
  }

  public void forEach(BiConsumer<? super K, ? super V> action) {
    visit(root, action);
  }

  /// Values in key order.
  public Iterable<V> values() {
    return () -> new Cursor<>(root, null);
  }

  /// Values in key order, of keys at or above `from`.
  public Iterable<V> valuesFrom(K from) {
    return () -> new Cursor<>(root, from);
  }

  /// Values in key order.
  public Stream<V> stream() {
    return StreamSupport.stream(values().spliterator(), false);
  }

  public List<K> keys() {
    var keys = new ArrayList<K>(size);
    forEach((key, value) -> keys.add(key));
    return keys;
  }

  /// The first keys in their order, so many at most.
  public List<K> firstKeys(int most) {
    var keys = new ArrayList<K>();
    firstKeys(root, most, keys);
    return keys;
  }

  private static <K> void firstKeys(Page page, int most, List<K> into) {
    for (int i = 0; i < page.count && into.size() < most; i++) {
      if (page.isLeaf) {
        into.add(PagedMap.<K>cast(page.keys[i]));
      } else {
        firstKeys((Page) page.values[i], most, into);
      }
    }
  }

  public Optional<K> firstKey() {
    if (size == 0) {
      return Optional.empty();
    }
    Page page = root;
    while (!page.isLeaf) {
      page = (Page) page.values[0];
    }
    return Optional.of(PagedMap.<K>cast(page.keys[0]));
  }

  // Pages hold what put() was given, so the unchecked cast is the type it had.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T> T cast(Object value) {
    return (T) value;
  }

  @SuppressWarnings("TypeParameterUnusedInFormals") // as in cast()
  private static <K extends Comparable<K>, V> @Nullable V find(Page page, K key) {
    while (!page.isLeaf) {
      page = (Page) page.values[page.childFor(key)];
    }
    int at = page.search(key);
    return at >= 0 ? PagedMap.<V>cast(page.values[at]) : null;
  }

  private static <K, V> void visit(Page page, BiConsumer<? super K, ? super V> action) {
    for (int i = 0; i < page.count; i++) {
      if (page.isLeaf) {
        action.accept(PagedMap.<K>cast(page.keys[i]), PagedMap.<V>cast(page.values[i]));
      } else {
        PagedMap.<K, V>visit((Page) page.values[i], action);
      }
    }
  }

  /// Tells every key whose value is not the same object in both, in key order. Pages that both
  /// share are not looked into: of two versions of one map it costs what was changed between them.
  public static <K extends Comparable<K>, V> void difference(
      PagedMap<K, V> older, PagedMap<K, V> newer, Difference<? super K, ? super V> found) {
    PagedMap.<K, V>compare(older.root, newer.root, found);
  }

  /// What is told of a key: its value before and after, of which one may be missing.
  public interface Difference<K, V> {
    void at(K key, @Nullable V before, @Nullable V after);
  }

  @SuppressWarnings("ReferenceEquality") // the same page is the same content
  private static <K extends Comparable<K>, V> void compare(
      Page older, Page newer, Difference<? super K, ? super V> found) {
    if (older == newer) {
      return;
    }
    if (!older.isLeaf && !newer.isLeaf && older.hasKeysOf(newer)) {
      for (int i = 0; i < older.count; i++) {
        PagedMap.<K, V>compare((Page) older.values[i], (Page) newer.values[i], found);
      }
      return;
    }
    new Merge<K, V>(older, newer, found).run();
  }

  /// Walks two pages whose shapes differ side by side.
  private static final class Merge<K extends Comparable<K>, V> {
    private final List<Page> older = new ArrayList<>();
    private final List<Page> newer = new ArrayList<>();
    private final Difference<? super K, ? super V> found;
    private int olderLeaf;
    private int newerLeaf;
    private int olderAt;
    private int newerAt;

    Merge(Page older, Page newer, Difference<? super K, ? super V> found) {
      this.found = found;
      leaves(older, this.older);
      leaves(newer, this.newer);
    }

    private static void leaves(Page page, List<Page> into) {
      if (page.isLeaf) {
        if (page.count > 0) {
          into.add(page);
        }
        return;
      }
      for (int i = 0; i < page.count; i++) {
        leaves((Page) page.values[i], into);
      }
    }

    @SuppressWarnings("ReferenceEquality") // the same page is the same content
    void run() {
      while (olderLeaf < older.size() && newerLeaf < newer.size()) {
        Page left = older.get(olderLeaf);
        Page right = newer.get(newerLeaf);
        if (left == right && olderAt == 0 && newerAt == 0) {
          olderLeaf++;
          newerLeaf++;
        } else {
          step(left, right);
        }
      }
      while (olderLeaf < older.size()) {
        takeOlder(older.get(olderLeaf));
      }
      while (newerLeaf < newer.size()) {
        takeNewer(newer.get(newerLeaf));
      }
    }

    @SuppressWarnings("ReferenceEquality") // keys most often are the same object
    private void step(Page left, Page right) {
      K leftKey = PagedMap.<K>cast(left.keys[olderAt]);
      K rightKey = PagedMap.<K>cast(right.keys[newerAt]);
      int order = leftKey == rightKey ? 0 : leftKey.compareTo(rightKey);
      if (order < 0) {
        takeOlder(left);
      } else if (order > 0) {
        takeNewer(right);
      } else {
        if (left.values[olderAt] != right.values[newerAt]) {
          found.at(
              rightKey,
              PagedMap.<V>cast(left.values[olderAt]),
              PagedMap.<V>cast(right.values[newerAt]));
        }
        passOlder(left);
        passNewer(right);
      }
    }

    private void takeOlder(Page page) {
      found.at(PagedMap.<K>cast(page.keys[olderAt]), PagedMap.<V>cast(page.values[olderAt]), null);
      passOlder(page);
    }

    private void takeNewer(Page page) {
      found.at(PagedMap.<K>cast(page.keys[newerAt]), null, PagedMap.<V>cast(page.values[newerAt]));
      passNewer(page);
    }

    private void passOlder(Page page) {
      olderAt++;
      if (olderAt == page.count) {
        olderAt = 0;
        olderLeaf++;
      }
    }

    private void passNewer(Page page) {
      newerAt++;
      if (newerAt == page.count) {
        newerAt = 0;
        newerLeaf++;
      }
    }
  }

  @Override
  public String toString() {
    var text = new StringBuilder("{");
    forEach((key, value) -> text.append(text.length() > 1 ? ", " : "").append(key));
    return text.append('}').toString();
  }

  /// A run of entries in key order: of keys and values in a leaf, of smallest keys and pages above.
  private static final class Page {
    private final Object owner;
    private final boolean isLeaf;
    private int count;
    private final Object[] keys;
    private final Object[] values;

    private Page(Object owner, boolean isLeaf, int count, Object[] keys, Object[] values) {
      this.owner = owner;
      this.isLeaf = isLeaf;
      this.count = count;
      this.keys = keys;
      this.values = values;
    }

    static Page leaf(Object owner) {
      return new Page(owner, true, 0, new Object[4], new Object[4]);
    }

    /// This page where `owner` may write to it, else a copy with room for one more entry.
    @SuppressWarnings("ReferenceEquality") // an owner is one object, not its content
    Page ownedBy(Object owner) {
      if (this.owner == owner && count < keys.length) {
        return this;
      }
      int room = Math.min(PAGE + 1, Math.max(4, count + 1 + count / 2));
      return new Page(owner, isLeaf, count, Arrays.copyOf(keys, room), Arrays.copyOf(values, room));
    }

    @SuppressWarnings("unchecked") // keys of one map are comparable with each other
    int search(Object key) {
      int low = 0;
      int high = count - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int order = ((Comparable<Object>) keys[middle]).compareTo(key);
        if (order < 0) {
          low = middle + 1;
        } else if (order > 0) {
          high = middle - 1;
        } else {
          return middle;
        }
      }
      return -(low + 1);
    }

    @SuppressWarnings("ReferenceEquality") // keys most often are the same object
    boolean hasKeysOf(Page other) {
      if (count != other.count) {
        return false;
      }
      for (int i = 0; i < count; i++) {
        if (keys[i] != other.keys[i] && !keys[i].equals(other.keys[i])) {
          return false;
        }
      }
      return true;
    }

    int childFor(Object key) {
      int at = search(key);
      return at >= 0 ? at : Math.max(0, -at - 2);
    }

    void insert(int at, Object key, Object value) {
      System.arraycopy(keys, at, keys, at + 1, count - at);
      System.arraycopy(values, at, values, at + 1, count - at);
      keys[at] = key;
      values[at] = value;
      count++;
    }

    @SuppressWarnings("NullAway") // what lies beyond count is never read
    void delete(int at) {
      System.arraycopy(keys, at + 1, keys, at, count - at - 1);
      System.arraycopy(values, at + 1, values, at, count - at - 1);
      count--;
      keys[count] = null;
      values[count] = null;
    }

    /// Moves the upper half of a page that is too full into a new one.
    @SuppressWarnings("NullAway") // what lies beyond count is never read
    Page split(Object owner) {
      int half = count / 2;
      int rest = count - half;
      var right =
          new Page(
              owner,
              isLeaf,
              rest,
              Arrays.copyOf(Arrays.copyOfRange(keys, half, count), PAGE + 1),
              Arrays.copyOf(Arrays.copyOfRange(values, half, count), PAGE + 1));
      Arrays.fill(keys, half, count, null);
      Arrays.fill(values, half, count, null);
      count = half;
      return right;
    }
  }

  /// Changes a map in place, on pages of its own. Confined to one thread.
  public static final class Editor<K extends Comparable<K>, V> {
    private Object owner = new Object();
    private PagedMap<K, V> base;
    private Page root;
    private int size;

    /// Where the last key was found that is there: whoever asks for a key most often asks again, or
    /// writes to it. Whatever moves entries forgets it.
    private @Nullable K lastKey;

    private Page lastLeaf;
    private int lastAt;

    private Editor(PagedMap<K, V> base) {
      this.base = base;
      this.root = base.root;
      this.size = base.size;
      this.lastLeaf = base.root;
    }

    public Optional<V> get(K key) {
      return isThere(key)
          ? Optional.of(PagedMap.<V>cast(lastLeaf.values[lastAt]))
          : Optional.empty();
    }

    public boolean containsKey(K key) {
      return isThere(key);
    }

    /// Whether there is such a key, which then is the last one.
    private boolean isThere(K key) {
      if (isLast(key)) {
        return true;
      }
      Page page = root;
      while (!page.isLeaf) {
        page = (Page) page.values[page.childFor(key)];
      }
      int at = page.search(key);
      if (at < 0) {
        return false;
      }
      found(key, page, at);
      return true;
    }

    @SuppressWarnings("ReferenceEquality") // the same object most often
    private boolean isLast(K key) {
      return lastKey != null && (key == lastKey || key.equals(lastKey));
    }

    private void found(K key, Page leaf, int at) {
      lastKey = key;
      lastLeaf = leaf;
      lastAt = at;
    }

    public int size() {
      return size;
    }

    @SuppressWarnings("ReferenceEquality") // an owner is one object, not its content
    public void put(K key, V value) {
      if (isLast(key) && lastLeaf.owner == owner) {
        // All pages above are owned then, too.
        lastLeaf.values[lastAt] = value;
        return;
      }
      lastKey = null;
      Page page = put(root, key, value);
      if (page.count > PAGE) {
        Page right = page.split(owner);
        var top = new Page(owner, false, 0, new Object[4], new Object[4]);
        top.insert(0, page.keys[0], page);
        top.insert(1, right.keys[0], right);
        page = top;
      }
      root = page;
    }

    private Page put(Page shared, K key, V value) {
      Page page = shared.ownedBy(owner);
      if (page.isLeaf) {
        int at = page.search(key);
        if (at >= 0) {
          page.values[at] = value;
          found(key, page, at);
        } else {
          page.insert(-at - 1, key, value);
          size++;
        }
        return page;
      }
      int child = page.childFor(key);
      Page below = put((Page) page.values[child], key, value);
      page.values[child] = below;
      page.keys[child] = below.keys[0];
      if (below.count > PAGE) {
        Page right = below.split(owner);
        page.insert(child + 1, right.keys[0], right);
      }
      return page;
    }

    public void remove(K key) {
      if (!containsKey(key)) {
        return;
      }
      size--;
      lastKey = null;
      Page page = remove(root, key);
      while (!page.isLeaf && page.count == 1) {
        page = (Page) page.values[0];
      }
      root = page.count == 0 ? Page.leaf(owner) : page;
    }

    private Page remove(Page shared, K key) {
      Page page = shared.ownedBy(owner);
      if (page.isLeaf) {
        page.delete(page.search(key));
        return page;
      }
      int child = page.childFor(key);
      Page below = remove((Page) page.values[child], key);
      page.values[child] = below;
      if (below.count == 0) {
        page.delete(child);
      } else {
        page.keys[child] = below.keys[0];
        mergeWithNext(page, below.count <= PAGE / 4 ? child : -1);
      }
      return page;
    }

    /// Two small neighbours become one, so that a map that shrank is not all half-empty pages.
    private void mergeWithNext(Page parent, int child) {
      if (child < 0 || child + 1 >= parent.count) {
        return;
      }
      var left = (Page) parent.values[child];
      var right = (Page) parent.values[child + 1];
      if (left.count + right.count > PAGE / 2) {
        return;
      }
      var merged =
          new Page(
              owner,
              left.isLeaf,
              left.count + right.count,
              Arrays.copyOf(left.keys, PAGE + 1),
              Arrays.copyOf(left.values, PAGE + 1));
      System.arraycopy(right.keys, 0, merged.keys, left.count, right.count);
      System.arraycopy(right.values, 0, merged.values, left.count, right.count);
      parent.values[child] = merged;
      parent.delete(child + 1);
    }

    /// The map as it stands. The editor may go on: it no longer owns what is published.
    public PagedMap<K, V> publish() {
      if (root != base.root) {
        base = new PagedMap<>(root, size);
        owner = new Object();
      }
      return base;
    }
  }

  private static final class Cursor<V> implements Iterator<V> {
    private final Page[] pages = new Page[12];
    private final int[] positions = new int[12];
    private int depth;

    Cursor(Page root, @Nullable Object from) {
      pages[0] = root;
      descend(from);
    }

    private void descend(@Nullable Object from) {
      while (true) {
        Page page = pages[depth];
        int at = 0;
        if (from != null) {
          int found = page.search(from);
          at = page.isLeaf ? (found >= 0 ? found : -found - 1) : page.childFor(from);
        }
        positions[depth] = at;
        if (page.isLeaf) {
          break;
        }
        depth++;
        pages[depth] = (Page) page.values[at];
      }
      ascend();
    }

    /// Leaves pages that are read to their end.
    private void ascend() {
      while (depth >= 0 && positions[depth] >= pages[depth].count) {
        depth--;
        if (depth >= 0) {
          positions[depth]++;
        }
      }
      if (depth >= 0 && !pages[depth].isLeaf) {
        depth++;
        pages[depth] = (Page) pages[depth - 1].values[positions[depth - 1]];
        descend(null);
      }
    }

    @Override
    public boolean hasNext() {
      return depth >= 0;
    }

    @Override
    public V next() {
      if (depth < 0) {
        throw new NoSuchElementException("no more entries");
      }
      V value = PagedMap.<V>cast(pages[depth].values[positions[depth]]);
      positions[depth]++;
      ascend();
      return value;
    }
  }
}
