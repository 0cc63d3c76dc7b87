package dev.reeve.agent.node;

import dev.reeve.wire.FromNode;
import dev.reeve.wire.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The line to the control plane: a WebSocket over mutual TLS that the node dials. It is dialled
/// again whenever it is lost, and given up when nothing has been heard on it for a while.
public final class ControlPlaneLink implements Link {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlaneLink.class);
  public static final Duration HEARTBEAT = Duration.ofSeconds(2);

  /// Nothing heard for so long: the line is given up.
  public static final Duration SILENCE = Duration.ofSeconds(10);

  /// Nothing heard for so long: the other side is asked for a sign of life.
  public static final Duration DOUBT = Duration.ofSeconds(5);

  public static final Duration FIRST_RETRY = Duration.ofMillis(200);
  public static final Duration LAST_RETRY = Duration.ofSeconds(5);
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SEND = Duration.ofSeconds(30);
  private static final Duration RENEWAL_EVERY = Duration.ofMinutes(10);
  private static final int LONGEST_MESSAGE = 64 << 20;

  private final URI server;
  private final String node;
  private final Thread thread;
  private NodeIdentity identity;
  private Instant renewalAt = Instant.EPOCH;
  private volatile @Nullable Listener listener;
  private volatile @Nullable Connection connection;

  /// @param server `wss://HOST:PORT`
  public ControlPlaneLink(URI server, String node, NodeIdentity identity) {
    int port = server.getPort() < 0 ? 7071 : server.getPort();
    this.server = URI.create("wss://" + server.getHost() + ":" + port + "/agent");
    this.node = node;
    this.identity = identity;
    thread = Thread.ofVirtual().name("control-plane").unstarted(this::keepConnected);
  }

  @Override
  public void open(Listener agent) {
    listener = agent;
    thread.start();
  }

  @Override
  public void send(FromNode message) {
    var present = connection;
    if (present != null) {
      present.outgoing.add(message);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keepConnected() {
    var pause = FIRST_RETRY;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        renewIfDue();
        long begin = System.nanoTime();
        runOnce();
        boolean wasGood = System.nanoTime() - begin > SILENCE.toNanos();
        pause = wasGood ? FIRST_RETRY : longer(pause);
      } catch (InterruptedException e) {
        return;
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        LOG.warn("control plane {}: {}", server, OneLine.of(e));
        pause = longer(pause);
      }
      try {
        // A whole fleet that lost its control plane does not come back in one moment.
        Thread.sleep(pause.toMillis() / 2 + ThreadLocalRandom.current().nextLong(pause.toMillis()));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static Duration longer(Duration pause) {
    var doubled = pause.multipliedBy(2);
    return doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
  }

  private void renewIfDue() throws InterruptedException {
    var now = Instant.now();
    if (!identity.isDue(now) || now.isBefore(renewalAt)) {
      return;
    }
    renewalAt = now.plus(RENEWAL_EVERY);
    try {
      identity = Join.renewed(identity, node, server);
      LOG.info("the node's certificate is renewed");
    } catch (Join.JoinException e) {
      LOG.warn("the node's certificate is not renewed yet: {}", OneLine.of(e));
    }
  }

  /// Connects, and returns when the connection is over.
  private void runOnce() throws IOException, GeneralSecurityException, InterruptedException {
    var agent = listener;
    if (agent == null) {
      throw new IllegalStateException("nobody listens");
    }
    var client =
        HttpClient.newBuilder()
            .sslContext(identity.mutualTls())
            .sslParameters(NodeIdentity.tls13())
            .connectTimeout(CONNECT)
            .build();
    try {
      var made = new Connection(agent);
      made.socket = connect(client, made);
      connection = made;
      agent.linked();
      try {
        made.run();
      } finally {
        connection = null;
        made.socket.abort();
        made.over.await(1, TimeUnit.SECONDS);
        agent.unlinked();
      }
    } finally {
      client.shutdownNow();
    }
  }

  private WebSocket connect(HttpClient client, Connection made)
      throws IOException, InterruptedException {
    var pending = client.newWebSocketBuilder().connectTimeout(CONNECT).buildAsync(server, made);
    return await(pending, CONNECT.multipliedBy(2));
  }

  private static <T> T await(java.util.concurrent.CompletableFuture<T> pending, Duration limit)
      throws IOException, InterruptedException {
    try {
      return pending.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(OneLine.of(e.getCause() == null ? e : e.getCause()), e);
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new IOException("no answer within " + limit.toSeconds() + " s", e);
    }
  }

  /// One connection, from its first message to its last.
  private final class Connection implements WebSocket.Listener {
    private final Listener agent;
    private final BlockingQueue<FromNode> outgoing = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final StringBuilder incoming = new StringBuilder();
    private volatile long heardAt = System.nanoTime();
    private @Nullable WebSocket socket;
    private volatile String end = "closed";

    private Connection(Listener agent) {
      this.agent = agent;
    }

    /// Sends what is to be sent, and a sign of life where there is nothing.
    private void run() throws IOException, InterruptedException {
      var open = socket;
      if (open == null) {
        throw new IllegalStateException("not connected");
      }
      long beatAt = System.nanoTime();
      while (over.getCount() > 0) {
        long now = System.nanoTime();
        if (now - heardAt > SILENCE.toNanos()) {
          throw new IOException("nothing heard for " + SILENCE.toSeconds() + " s");
        }
        if (now >= beatAt) {
          beatAt = now + HEARTBEAT.toNanos();
          await(open.sendText(Wire.write(new FromNode.Heartbeat()), true), SEND);
          // Its answer tells that the other side is alive even when it has nothing to say. Asked
          // only in doubt: to thousands of agents at once, answers are what costs.
          if (now - heardAt > DOUBT.toNanos()) {
            await(open.sendPing(ByteBuffer.allocate(0)), SEND);
          }
          if (identity.isDue(Instant.now())) {
            renewIfDue();
          }
        }
        var next = outgoing.poll(Math.max(1, beatAt - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (next != null && over.getCount() > 0) {
          await(open.sendText(Wire.write(next), true), SEND);
        }
      }
      LOG.warn("control plane {}: {}", server, end);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      heardAt = System.nanoTime();
      incoming.append(data);
      if (incoming.length() > LONGEST_MESSAGE) {
        over("a message is longer than " + LONGEST_MESSAGE + " characters");
        from.abort();
        return null;
      }
      if (last) {
        var text = incoming.toString();
        incoming.setLength(0);
        try {
          agent.received(Wire.toNode(text));
        } catch (Wire.UnreadableMessage | RuntimeException e) {
          LOG.warn("a message from the control plane is not understood: {}", OneLine.of(e));
        }
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
      heardAt = System.nanoTime();
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
      heardAt = System.nanoTime();
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      over("closed with " + status + " " + OneLine.of(reason));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      over(OneLine.of(error));
    }

    private void over(String why) {
      end = why;
      over.countDown();
      // Whoever waits for something to send need not wait any more; this is not sent.
      outgoing.add(new FromNode.Heartbeat());
    }
  }
}
