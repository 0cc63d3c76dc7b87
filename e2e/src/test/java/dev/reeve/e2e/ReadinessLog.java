package dev.reeve.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.lab.LabNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// What happened to every pod, and when: the engines' events with the engines' times, and every
/// change of a pod's own answer, asked from inside its node's network without a pause.
///
/// A pod would have answered whoever asked at a moment, or not; so an answer, and its absence,
/// count from the moment of the question. Absent is an answer when the connection is refused or
/// broken, or nothing came for five seconds: to be slow on a busy machine is not to be gone.
final class ReadinessLog implements AutoCloseable {
  private static final int POD_PORT = 8080;
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  /// What is under way from an engine or a pod when nothing happens any more.
  private static final Duration LATENESS = Duration.ofSeconds(2);

  private final Path file;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Poller> pollers = new ConcurrentHashMap<>();
  private final List<InputStream> streams = new ArrayList<>();
  private final Questions questions = new Questions();

  /// @param web the container that answers
  static ReadinessLog start(Path file, List<LabNode> nodes, String web) throws IOException {
    var log = new ReadinessLog(file);
    for (LabNode node : nodes) {
      var events =
          node.follow(
              "/events?since=0&filters="
                  + Containers.filter(Map.of("type", "container", "label", "dev.reeve.cluster")));
      log.streams.add(events);
      Thread.ofVirtual().start(() -> log.follow(node, events, web));
    }
    return log;
  }

  private ReadinessLog(Path file) {
    this.file = file;
  }

  /// What an entry tells.
  enum Kind {
    /// A pause container.
    POD_STARTED,
    POD_DIED,
    /// A web container.
    STARTED,
    KILLED,
    DIED,
    /// A pod's own answer, when it is another than before.
    ANSWERS,
    SILENT,
    /// From now on a node's containers are no longer the control plane's to count.
    UNHEARD,
    /// From now on they are again.
    HEARD,
    MARK
  }

  /// @param pod uid, @param container id; empty where there is none
  record Entry(Instant at, Kind kind, String node, String pod, String container, String text) {
    @Override
    public String toString() {
      return "%s %-11s %s %s %s %s"
          .formatted(
              at, kind, node, pod, container.substring(0, Math.min(12, container.length())), text)
          .strip();
    }
  }

  /// @param longestPause between two questions to one pod
  record Asked(long questions, Duration slowestAnswer, Duration longestPause) {}

  void mark(String text) {
    add(new Entry(Instant.now(), Kind.MARK, "", "", "", text));
  }

  void unheard(LabNode node, Instant from) {
    add(new Entry(from, Kind.UNHEARD, name(node), "", "", ""));
  }

  void heard(LabNode node) {
    add(new Entry(Instant.now(), Kind.HEARD, name(node), "", "", ""));
  }

  Asked asked() {
    return questions.sum();
  }

  boolean has(Kind kind, Instant since) {
    synchronized (entries) {
      return entries.stream().anyMatch(it -> it.kind() == kind && it.at().isAfter(since));
    }
  }

  /// All in order of time, and written to the file; nothing more is coming that is older.
  List<Entry> settled() throws IOException, InterruptedException {
    TimeUnit.MILLISECONDS.sleep(LATENESS.toMillis());
    List<Entry> all;
    synchronized (entries) {
      all = entries.stream().sorted(Comparator.comparing(Entry::at)).toList();
    }
    Files.write(file, all.stream().map(Entry::toString).toList());
    return all;
  }

  private void add(Entry entry) {
    synchronized (entries) {
      entries.add(entry);
    }
  }

  private static String name(LabNode node) {
    return node.folder().getFileName().toString();
  }

  private void follow(LabNode node, InputStream events, String web) {
    try (var lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        note(node, Containers.read(line), web);
      }
    } catch (IOException e) {
      add(new Entry(Instant.now(), Kind.MARK, name(node), "", "", "no more events: " + e));
    }
  }

  private void note(LabNode node, JsonNode event, String web) {
    var of = event.at("/Actor/Attributes");
    var container = of.path(Containers.CONTAINER_LABEL).asText();
    boolean isPause = container.equals(Containers.PAUSE);
    if (!isPause && !container.equals(web)) {
      return;
    }
    Optional<Kind> kind =
        switch (event.path("Action").asText()) {
          case "start" -> Optional.of(isPause ? Kind.POD_STARTED : Kind.STARTED);
          case "die" -> Optional.of(isPause ? Kind.POD_DIED : Kind.DIED);
          case "kill" -> isPause ? Optional.empty() : Optional.of(Kind.KILLED);
          default -> Optional.empty();
        };
    if (kind.isEmpty()) {
      return;
    }
    var pod = of.path(Containers.POD_LABEL).asText();
    var id = event.at("/Actor/ID").asText();
    var at = Instant.EPOCH.plusNanos(event.path("timeNano").asLong());
    var image = of.path("image").asText();
    add(new Entry(at, kind.get(), name(node), pod, id, isPause ? "" : image));
    switch (kind.get()) {
      case POD_STARTED -> pollers.computeIfAbsent(id, it -> new Poller(node, pod, it)).start();
      case POD_DIED -> Optional.ofNullable(pollers.remove(id)).ifPresent(Poller::close);
      default -> {}
    }
  }

  /// Asks one pod until its sandbox is gone.
  private final class Poller {
    private final LabNode node;
    private final String pod;
    private final String pause;
    private volatile boolean isOver;

    Poller(LabNode node, String pod, String pause) {
      this.node = node;
      this.pod = pod;
      this.pause = pause;
    }

    void start() {
      node.startInside("ask " + pod, this::run);
    }

    void close() {
      isOver = true;
    }

    private void run() {
      try {
        var inspected = node.ask("/containers/" + pause + "/json").map(Containers::read);
        if (inspected.isPresent()) {
          ask(Containers.address(inspected.get()));
        }
      } catch (IOException e) {
        add(new Entry(Instant.now(), Kind.MARK, name(node), pod, pause, "cannot be asked: " + e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void ask(String ip) throws InterruptedException {
      boolean answered = false;
      long last = System.nanoTime();
      while (!isOver) {
        var at = Instant.now();
        long start = System.nanoTime();
        boolean answers = answers(ip);
        long end = System.nanoTime();
        if (isOver) {
          return;
        }
        questions.one(answers ? end - start : 0, start - last);
        last = end;
        if (answers != answered) {
          answered = answers;
          add(new Entry(at, answers ? Kind.ANSWERS : Kind.SILENT, name(node), pod, "", ip));
        }
        TimeUnit.MILLISECONDS.sleep(BETWEEN_QUESTIONS.toMillis());
      }
    }
  }

  /// Whether a pod answers its port; for threads in its node's network.
  static boolean answers(String ip) {
    try (var socket = new Socket()) {
      int patience = (int) ANSWER_PATIENCE.toMillis();
      socket.connect(new InetSocketAddress(ip, POD_PORT), patience);
      socket.setSoTimeout(patience);
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.matches("(?s)HTTP/1.. 200 .*");
    } catch (IOException e) {
      return false;
    }
  }

  private static final class Questions {
    private long count;
    private long slowest;
    private long pause;

    synchronized void one(long took, long after) {
      count++;
      slowest = Math.max(slowest, took);
      pause = Math.max(pause, after);
    }

    synchronized Asked sum() {
      return new Asked(count, Duration.ofNanos(slowest), Duration.ofNanos(pause));
    }
  }

  @Override
  public void close() throws IOException {
    pollers.values().forEach(Poller::close);
    for (InputStream stream : streams) {
      stream.close();
    }
  }
}
