package dev.reeve.bench.traffic;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// A process that asks for pages as fast as it gets them. It reads lines of `ADDRESS PORT kept|new
/// SECONDS REQUESTS` (whichever of the last two comes first), and answers each with `REQUESTS
/// SECONDS LOST BODY=COUNT...`.
final class CallerMain {
  private static final int USERS = 8;
  private static final int PATIENCE_MILLIS = 5_000;

  private final InetSocketAddress to;
  private final boolean keepsAlive;
  private final long until;
  private final long most;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final SortedMap<String, Long> bodies = new TreeMap<>();

  private CallerMain(InetSocketAddress to, boolean keepsAlive, double seconds, long most) {
    this.to = to;
    this.keepsAlive = keepsAlive;
    this.most = most;
    until = System.nanoTime() + (long) (seconds * 1e9);
  }

  static void main() throws IOException, InterruptedException {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      var words = line.split(" ");
      var caller =
          new CallerMain(
              new InetSocketAddress(words[0], Integer.parseInt(words[1])),
              words[2].equals("kept"),
              Double.parseDouble(words[3]),
              Long.parseLong(words[4]));
      System.out.println(caller.call());
    }
  }

  private String call() throws InterruptedException {
    long start = System.nanoTime();
    var users = new ArrayList<Thread>();
    for (int i = 0; i < USERS; i++) {
      users.add(Thread.ofPlatform().start(this::ask));
    }
    for (Thread user : users) {
      user.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    var said = new StringBuilder(answered + " " + seconds + " " + lost);
    bodies.forEach((body, count) -> said.append(' ').append(body).append('=').append(count));
    return said.toString();
  }

  private void ask() {
    SortedMap<String, Long> own = new TreeMap<>();
    Connection connection = null;
    while (System.nanoTime() < until && begun.getAndIncrement() < most) {
      try {
        if (connection == null) {
          connection = new Connection();
        }
        own.merge(connection.get(), 1L, Long::sum);
        answered.incrementAndGet();
        if (!keepsAlive) {
          connection.close();
          connection = null;
        }
      } catch (IOException e) {
        lost.incrementAndGet();
        connection = null;
      }
    }
    if (connection != null) {
      connection.close();
    }
    synchronized (bodies) {
      own.forEach((body, count) -> bodies.merge(body, count, Long::sum));
    }
  }

  private final class Connection {
    private final Socket socket = new Socket();
    private final BufferedInputStream in;

    private Connection() throws IOException {
      socket.setTcpNoDelay(true);
      socket.connect(to, PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
    }

    /// The body of a page.
    String get() throws IOException {
      var end = keepsAlive ? "\r\n" : "Connection: close\r\n\r\n";
      socket
          .getOutputStream()
          .write(("GET / HTTP/1.1\r\nHost: app\r\n" + end).getBytes(StandardCharsets.US_ASCII));
      if (!line().contains(" 200 ")) {
        throw new IOException("no page");
      }
      int length = 0;
      for (var header = line(); !header.isEmpty(); header = line()) {
        if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Integer.parseInt(header.substring(15).strip());
        }
      }
      var body = new String(in.readNBytes(length), StandardCharsets.US_ASCII).strip();
      if (!keepsAlive && in.read() >= 0) {
        // Who closes first keeps the port for a minute: that is the server's to do, it has one.
        throw new IOException("more than was asked for");
      }
      return body;
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("cut off");
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
}
