package dev.reeve.e2e;

import dev.reeve.lab.LabNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Users who ask at a fixed rate, however long the answers take: a request that finds everyone busy
/// is late, not left out. What is reset, not answered in time, or answered with an error is lost.
///
/// A connection that was used before may be closed by the other side just as a request is written;
/// such a request, of which no byte was answered, is written again once on a new connection, as all
/// HTTP clients do (RFC 9110, 9.2.2), and counted as repeated.
final class OpenLoop {
  private static final int PATIENCE_MILLIS = 10_000;

  private final InetSocketAddress to;
  private final String path;
  private final boolean keepsAlive;
  private final long periodNanos;
  private final long start = System.nanoTime();
  private final AtomicLong next = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;
  private Counts counts = new Counts();

  /// What came of the requests of a time.
  static final class Counts {
    long answered;
    long repeated;
    final List<String> lost = new ArrayList<>();
    final SortedMap<String, Long> releases = new TreeMap<>();
    long longestMillis;

    /// Of all answers, how many in a hundred came from a release.
    double share(String release) {
      return answered == 0 ? 0 : 100.0 * releases.getOrDefault(release, 0L) / answered;
    }

    @Override
    public String toString() {
      return answered
          + " answered, "
          + lost.size()
          + " lost, "
          + repeated
          + " repeated, longest "
          + longestMillis
          + " ms, "
          + releases
          + (lost.isEmpty() ? "" : " " + lost.subList(0, Math.min(3, lost.size())));
    }
  }

  private OpenLoop(InetSocketAddress to, String path, boolean keepsAlive, double perSecond) {
    this.to = to;
    this.path = path;
    this.keepsAlive = keepsAlive;
    periodNanos = (long) (1e9 / perSecond);
  }

  /// @param namespace of the network that is asked from; empty for the host's
  static OpenLoop start(
      Optional<Path> namespace,
      InetSocketAddress to,
      String path,
      boolean keepsAlive,
      double perSecond,
      int users) {
    var loop = new OpenLoop(to, path, keepsAlive, perSecond);
    for (int i = 0; i < users; i++) {
      loop.threads.add(
          namespace.isPresent()
              ? LabNode.startIn(namespace.get(), "user", loop::ask)
              : Thread.ofPlatform().daemon().name("user").start(loop::ask));
    }
    return loop;
  }

  /// What was counted since the last time.
  synchronized Counts take() {
    var taken = counts;
    counts = new Counts();
    return taken;
  }

  private void ask() {
    Connection connection = null;
    while (!closed) {
      long due = start + next.getAndIncrement() * periodNanos;
      while (System.nanoTime() < due && !closed) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      if (closed) {
        break;
      }
      boolean isUsed = connection != null;
      try {
        if (connection == null) {
          connection = new Connection();
        }
        connection = count(connection, due, false);
      } catch (Unanswered e) {
        if (connection != null) {
          connection.close();
        }
        connection = null;
        if (isUsed) {
          connection = again(due);
        } else {
          lose(due, e);
        }
      } catch (IOException e) {
        if (connection != null) {
          connection.close();
        }
        connection = null;
        lose(due, e);
      }
    }
    if (connection != null) {
      connection.close();
    }
  }

  private @org.jspecify.annotations.Nullable Connection again(long due) {
    try {
      return count(new Connection(), due, true);
    } catch (IOException e) {
      lose(due, e);
      return null;
    }
  }

  private @org.jspecify.annotations.Nullable Connection count(
      Connection connection, long due, boolean isRepeated) throws IOException {
    var answer = connection.get();
    long millis = (System.nanoTime() - due) / 1_000_000;
    synchronized (this) {
      counts.longestMillis = Math.max(counts.longestMillis, millis);
      counts.repeated += isRepeated ? 1 : 0;
      if (answer.code == 200) {
        counts.answered++;
        counts.releases.merge(answer.body, 1L, Long::sum);
      } else {
        counts.lost.add("answered with " + answer.code);
      }
    }
    if (!keepsAlive || answer.isLast) {
      connection.close();
      return null;
    }
    return connection;
  }

  private synchronized void lose(long due, IOException why) {
    counts.lost.add(
        why.getClass().getSimpleName()
            + " "
            + why.getMessage()
            + " after "
            + (System.nanoTime() - due) / 1_000_000
            + " ms");
  }

  /// The connection ended before a byte of the answer came.
  private static final class Unanswered extends IOException {
    private Unanswered(String message, @org.jspecify.annotations.Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private record Answer(int code, String body, boolean isLast) {}

  private final class Connection {
    private final Socket socket = new Socket();
    private final BufferedInputStream in;

    private Connection() throws IOException {
      socket.setTcpNoDelay(true);
      socket.connect(to, PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
    }

    Answer get() throws IOException {
      var request =
          "GET "
              + path
              + " HTTP/1.1\r\nHost: app\r\n"
              + (keepsAlive ? "" : "Connection: close\r\n")
              + "\r\n";
      int first;
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        first = in.read();
      } catch (java.net.SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        throw new Unanswered(String.valueOf(e.getMessage()), e);
      }
      if (first < 0) {
        throw new Unanswered("closed", null);
      }
      var status = (char) first + line();
      int length = -1;
      boolean isLast = false;
      for (var header = line(); !header.isEmpty(); header = line()) {
        var lower = header.toLowerCase(java.util.Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
        isLast |= lower.equals("connection: close");
      }
      var body =
          new String(
              length < 0 ? in.readAllBytes() : in.readNBytes(length), StandardCharsets.US_ASCII);
      return new Answer(Integer.parseInt(status.split(" ")[1]), body.strip(), isLast || length < 0);
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("cut off in the middle of an answer");
        }
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // It is of no more use anyway.
      }
    }
  }

  void close() throws InterruptedException {
    closed = true;
    for (Thread thread : threads) {
      thread.join(PATIENCE_MILLIS + 1_000L);
    }
  }
}
