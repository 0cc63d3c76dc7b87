package dev.reeve.server.sync;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.git.LocalClone;
import dev.reeve.git.TextDiff;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.ManifestObject;
import dev.reeve.server.web.view.RecordedDecision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What Git knows of an object's past, for people who look at it. Whoever asks gets what is known
/// already; what is not is looked up by a thread of its own, which then says so. Nothing of it is
/// kept for longer than somebody looks, and nothing waits for it.
///
/// Safe for any thread.
public final class Archive implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Archive.class);
  private static final int DECISIONS = 50;
  private static final int DIFF_MAX = 64 * 1024;
  private static final int FILE_MAX = 1 << 20;
  private static final int KEPT = 200;
  private static final Duration FRESH = Duration.ofSeconds(1);

  /// How far back the record is read.
  public static final int COMMITS = 1_000;

  private final LocalClone record;
  private final Supplier<Optional<String>> recordTip;
  private final LocalClone mirror;
  private final Deepen deepen;
  private final Runnable news;
  private final Map<ObjectKey, Known> histories = recent();
  private final Map<Change, Optional<String>> diffs = recent();
  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(64),
          Thread.ofPlatform().name("git-archive").daemon().factory());
  private boolean isDeep;

  // Only the worker's.
  private String readTip = "";
  private List<LocalClone.Logged> read = List.of();

  /// Fetches older commits of the record, and runs what it is given when they are there.
  public interface Deepen {
    void then(Runnable whenDone);
  }

  /// @param files where each object's text lies
  private record Change(List<Place> files, String from, String to) {}

  /// An object, and the file that it is in.
  public record Place(ObjectKey key, String file) {}

  private record Known(List<RecordedDecision> decisions, long at, boolean isAsked) {}

  /// @param recordTip the newest commit of the record that is in its clone, as far as is known
  /// @param news called when something that was asked for has become known, or different
  public Archive(
      LocalClone record,
      Supplier<Optional<String>> recordTip,
      LocalClone mirror,
      Deepen deepen,
      Runnable news) {
    this.record = record;
    this.recordTip = recordTip;
    this.mirror = mirror;
    this.deepen = deepen;
    this.news = news;
    worker.allowCoreThreadTimeOut(true);
  }

  private static <K, V> Map<K, V> recent() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > KEPT;
      }
    };
  }

  // --- the record

  /// Decisions that concern an object, newest first, as far as they are known yet.
  public synchronized List<RecordedDecision> history(ObjectKey key) {
    if (!isDeep) {
      isDeep = true;
      deepen.then(this::forgetHistories);
    }
    var known = Optional.ofNullable(histories.get(key)).orElse(new Known(List.of(), 0, false));
    boolean isFresh = known.at() != 0 && System.nanoTime() - known.at() < FRESH.toNanos();
    if (!isFresh && !known.isAsked() && submit(() -> lookUp(key))) {
      histories.put(key, new Known(known.decisions(), known.at(), true));
    }
    return known.decisions();
  }

  private void forgetHistories() {
    submit(() -> {
      readTip = "";
      synchronized (this) {
        histories.replaceAll((_, known) -> new Known(known.decisions(), 0, known.isAsked()));
      }
      news.run();
    });
  }

  private void lookUp(ObjectKey key) {
    List<RecordedDecision> found;
    boolean isNews;
    synchronized (this) {
      found = Optional.ofNullable(histories.get(key)).map(Known::decisions).orElse(List.of());
    }
    var before = found;
    try {
      found = decisions(key);
    } catch (IOException | RuntimeException e) {
      // The folder is being made anew, or was not made yet: the next look finds it.
      LOG.debug("the record cannot be read at this moment", e);
    } finally {
      synchronized (this) {
        histories.put(key, new Known(found, System.nanoTime(), false));
        isNews = !found.equals(before);
      }
    }
    if (isNews) {
      news.run();
    }
  }

  private List<RecordedDecision> decisions(ObjectKey key) throws IOException {
    String tip = recordTip.get().orElse("");
    if (!tip.equals(readTip)) {
      read = record.newest(tip, COMMITS);
      readTip = tip;
    }
    String resource = key.toString();
    return read.stream()
        .filter(it -> it.trailers().values("Reeve-Resource").contains(resource))
        .limit(DECISIONS)
        .map(it ->
            new RecordedDecision(
                it.commit().sha(),
                it.commit().subject().replace(" [skip ci]", ""),
                it.commit().at(),
                it.trailers().values("Reeve-Reason").stream().findFirst().orElse("")))
        .toList();
  }

  // --- texts

  /// How the texts of objects differ between two commits; empty where it is not known yet. Secrets
  /// are left out, and so is everything else that is in the same files.
  public synchronized Optional<String> diff(List<Place> places, String from, String to) {
    var change =
        new Change(
            places.stream().filter(it -> !it.key().kind().equals("Secret")).toList(), from, to);
    var known = diffs.get(change);
    if (known != null) {
      return known;
    }
    if (submit(() -> compare(change))) {
      diffs.put(change, Optional.empty());
    }
    return Optional.empty();
  }

  private void compare(Change change) {
    String text;
    try {
      text = unified(change);
    } catch (IOException | RuntimeException e) {
      LOG.debug("texts cannot be compared at this moment", e);
      synchronized (this) {
        diffs.remove(change);
      }
      return;
    }
    synchronized (this) {
      diffs.put(change, Optional.of(text));
    }
    news.run();
  }

  private String unified(Change change) throws IOException {
    var all = new StringBuilder();
    for (Place place : change.files()) {
      String before = text(place, change.from());
      String after = text(place, change.to());
      String hunks = TextDiff.unified(before, after);
      if (!hunks.isEmpty()) {
        all.append(place.key()).append(" in ").append(place.file()).append('\n').append(hunks);
      }
      if (all.length() > DIFF_MAX) {
        all.setLength(DIFF_MAX);
        return all.append("\n… and more\n").toString();
      }
    }
    return all.toString();
  }

  /// The document of an object as it is written; where the document holds other objects too, the
  /// object alone, as it is read.
  private String text(Place place, String commit) throws IOException {
    var format = Format.of(place.file());
    var bytes = mirror.file(commit, place.file(), FILE_MAX);
    if (format.isEmpty() || bytes.isEmpty()) {
      return "";
    }
    var file = ManifestFile.parse(bytes.get(), format.get());
    List<ManifestObject> objects = file.objects();
    var object = objects.stream().filter(it -> it.key().equals(place.key())).findFirst();
    if (object.isEmpty()) {
      return "";
    }
    if (format.get() == Format.YAML && file.problems().isEmpty()) {
      var document = document(new String(bytes.get(), StandardCharsets.UTF_8), object.get());
      boolean isAlone = objects.stream().filter(it -> document.holds(it.line())).count() == 1;
      if (isAlone) {
        return document.text();
      }
    }
    return object.get().json().toPrettyString() + "\n";
  }

  private record Document(int firstLine, List<String> lines) {
    boolean holds(int line) {
      return line >= firstLine && line < firstLine + lines.size();
    }

    String text() {
      return String.join("\n", lines) + "\n";
    }
  }

  /// Between the lines that part documents. A line that begins with three hyphens is never anything
  /// else in YAML.
  private static Document document(String text, ManifestObject object) {
    var lines = new ArrayList<String>();
    int first = 1;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.equals("---") || line.startsWith("--- ") || line.startsWith("---\t")) {
        if (number > object.line()) {
          break;
        }
        lines.clear();
        first = number;
      }
      lines.add(line);
    }
    return new Document(first, lines);
  }

  private boolean submit(Runnable work) {
    try {
      worker.execute(work);
      return true;
    } catch (RejectedExecutionException full) {
      return false;
    }
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
