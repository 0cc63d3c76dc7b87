package dev.reeve.git;

import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;

/// Writes a tree that differs from another in some files. Only the folders on the way to those are
/// read and written, so a record of ten thousand resources costs no more than one of ten.
final class TreeEdit {
  private final ObjectReader reader;
  private final ObjectInserter inserter;

  TreeEdit(ObjectReader reader, ObjectInserter inserter) {
    this.reader = reader;
    this.inserter = inserter;
  }

  ObjectId apply(Optional<ObjectId> tree, SortedMap<String, Optional<Bytes>> changes)
      throws IOException {
    Optional<ObjectId> edited = folder(tree, changes);
    return edited.isPresent() ? edited.get() : inserter.insert(new TreeFormatter());
  }

  private record Entry(FileMode mode, ObjectId id) {}

  /// Empty when nothing is left in the folder: Git knows no empty ones.
  private Optional<ObjectId> folder(
      Optional<ObjectId> tree, SortedMap<String, Optional<Bytes>> changes) throws IOException {
    SortedMap<String, Entry> entries = new TreeMap<>();
    if (tree.isPresent()) {
      var parser = new CanonicalTreeParser(null, reader, tree.get());
      for (; !parser.eof(); parser.next()) {
        put(
            entries,
            parser.getEntryPathString(),
            new Entry(parser.getEntryFileMode(), parser.getEntryObjectId()));
      }
    }
    SortedMap<String, SortedMap<String, Optional<Bytes>>> below = new TreeMap<>();
    for (var change : changes.entrySet()) {
      int slash = change.getKey().indexOf('/');
      if (slash < 0) {
        file(entries, checked(change.getKey()), change.getValue());
      } else {
        below
            .computeIfAbsent(checked(change.getKey().substring(0, slash)), _ -> new TreeMap<>())
            .put(change.getKey().substring(slash + 1), change.getValue());
      }
    }
    for (var change : below.entrySet()) {
      Optional<Entry> existing = Optional.ofNullable(entries.get(change.getKey() + "/"));
      Optional<ObjectId> edited = folder(existing.map(Entry::id), change.getValue());
      if (edited.isPresent()) {
        entries.remove(change.getKey());
        entries.put(change.getKey() + "/", new Entry(FileMode.TREE, edited.get()));
      } else {
        entries.remove(change.getKey() + "/");
      }
    }
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    var formatter = new TreeFormatter();
    for (byte[] name : sorted(entries)) {
      String key = new String(name, StandardCharsets.UTF_8);
      Entry entry = Objects.requireNonNull(entries.get(key));
      formatter.append(
          key.endsWith("/") ? key.substring(0, key.length() - 1) : key, entry.mode(), entry.id());
    }
    return Optional.of(inserter.insert(formatter));
  }

  private void file(SortedMap<String, Entry> entries, String name, Optional<Bytes> content)
      throws IOException {
    entries.remove(name);
    if (content.isPresent()) {
      entries.remove(name + "/");
      ObjectId blob = inserter.insert(Constants.OBJ_BLOB, content.get().toArray());
      entries.put(name, new Entry(FileMode.REGULAR_FILE, blob));
    }
  }

  /// Folders are held with a slash at the end of their name, which is how Git orders them.
  private static void put(SortedMap<String, Entry> entries, String name, Entry entry) {
    entries.put(entry.mode().equals(FileMode.TREE) ? name + "/" : name, entry);
  }

  /// Git compares bytes; strings compare by UTF-16, which differs past the basic plane.
  private static List<byte[]> sorted(SortedMap<String, Entry> entries) {
    return entries.keySet().stream()
        .map(name -> name.getBytes(StandardCharsets.UTF_8))
        .sorted(Arrays::compareUnsigned)
        .toList();
  }

  private static String checked(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.equals(".git")) {
      throw new IllegalArgumentException("not a name for a file in a record: '" + name + "'");
    }
    return name;
  }
}
