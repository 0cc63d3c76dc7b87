package dev.reeve.server.gateway;

import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.manifest.Catalog;
import dev.reeve.server.ReconcileLoop;
import dev.reeve.server.authority.ClusterAuthority;
import dev.reeve.server.authority.JoinTokens;
import dev.reeve.server.sync.ConfigContents;
import dev.reeve.server.web.view.Counter;
import dev.reeve.server.web.view.UsedNode;
import dev.reeve.wire.ConfigContent;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import dev.reeve.wire.Wire;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.websocket.WsConnectContext;
import io.javalin.websocket.WsContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.session.NullSessionCache;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where agents dial in: TLS by the cluster's authority, a certificate of it for everything but
/// joining, JSON over a WebSocket. It carries; it decides nothing.
public final class AgentGateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentGateway.class);
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final String PEER = "reeve.peer";
  private static final long MESSAGE_LIMIT = 64L << 20;
  private static final int WAITING_LIMIT = 1_000;
  private static final int DIALLING_LIMIT = 4_096;
  private static final int BODY_LIMIT = 64 << 10;

  /// Three times as long as an agent takes between two measurements.
  private static final Duration USAGE_KEPT = Duration.ofSeconds(45);

  /// Less than an agent waits for its answer.
  private static final Duration JOIN_PATIENCE = Duration.ofSeconds(15);

  private final ClusterAuthority authority;
  private final ConfigContents contents;
  private final Supplier<Catalog> newest;
  private final ReconcileLoop loop;
  private final SslContextFactory.Server tls;
  private final Javalin web;
  private final ConcurrentMap<String, Connection> connections = new ConcurrentHashMap<>();
  private final ConcurrentMap<Long, LogReader> logs = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, CompletableFuture<Effect.Join>> joining =
      new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Peer> peers = new ConcurrentHashMap<>();
  private final AtomicLong nextLog = new AtomicLong();
  private final ServedTotals totals = new ServedTotals();
  private final ConcurrentMap<String, UsedNode> used = new ConcurrentHashMap<>();

  /// Takes the pieces of a log.
  public interface LogReader {
    void piece(byte[] bytes);

    /// No more follows; `error` is empty when all is well.
    void end(String error);
  }

  private record Peer(String node, String identity) {}

  /// One agent's connection: messages are written and leave it in order, not on the thread that has
  /// them, so that a slow agent keeps nobody waiting. While nothing is to be sent there is no
  /// thread either.
  private static final class Connection {
    private final String node;
    private final WsContext socket;
    private final Queue<Supplier<String>> outgoing = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final PullSecrets pullSecrets = new PullSecrets();
    private volatile boolean closed;

    Connection(String node, WsContext socket) {
      this.node = node;
      this.socket = socket;
    }

    void offer(ToNode message) {
      offer(() -> Wire.write(message));
    }

    /// @param text of a message, asked for when its turn has come
    void offer(Supplier<String> text) {
      if (waiting.get() >= WAITING_LIMIT) {
        // It asks for everything anew when it is back; nothing is lost but time.
        LOG.warn("{} does not read its messages; it is cut off", node);
        socket.closeSession();
        return;
      }
      outgoing.add(text);
      if (waiting.getAndIncrement() == 0) {
        Thread.ofVirtual().name("to-" + node).start(this::send);
      }
    }

    private void send() {
      try {
        do {
          socket.send(outgoing.remove().get());
        } while (waiting.decrementAndGet() > 0 && !closed);
      } catch (RuntimeException e) {
        LOG.debug("the connection to {} broke: {}", node, e.getMessage());
        socket.closeSession();
      }
    }

    void close() {
      closed = true;
    }
  }

  /// @param newest the objects of the newest accepted commit
  public AgentGateway(
      String host,
      int port,
      ClusterAuthority authority,
      ConfigContents contents,
      Supplier<Catalog> newest,
      ReconcileLoop loop)
      throws IOException {
    this.authority = authority;
    this.contents = contents;
    this.newest = newest;
    this.loop = loop;
    tls = new SslContextFactory.Server();
    configure(tls, authority);
    web =
        Javalin.create(config -> {
          config.concurrency.useVirtualThreads = true;
          config.startup.showJavalinBanner = false;
          config.http.maxRequestSize = BODY_LIMIT;
          config.jetty.addConnector((server, http) -> connector(server, http, tls, host, port));
          config.jetty.modifyServletContextHandler(
              context -> context.setSessionHandler(withoutSessions()));
          config.jetty.modifyWebSocketServletFactory(factory -> {
            factory.setMaxTextMessageSize(MESSAGE_LIMIT);
            factory.setIdleTimeout(Duration.ofSeconds(15));
          });
          config.routes.post("/join", this::join);
          config.routes.post("/renew", this::renew);
          config.routes.wsBeforeUpgrade("/agent", this::admit);
          config.routes.ws(
              "/agent",
              socket -> {
                socket.onConnect(this::connected);
                socket.onMessage(message -> said(message.sessionId(), message.message()));
                socket.onClose(closed -> closed(closed.sessionId()));
                socket.onError(error -> closed(error.sessionId()));
              });
        });
  }

  /// Every WebSocket begins with asking for an HTTP session, which would be kept for as long as the
  /// process lives.
  private static SessionHandler withoutSessions() {
    var handler = new SessionHandler();
    var cache = new NullSessionCache(handler);
    cache.setSessionDataStore(new NullSessionDataStore());
    handler.setSessionCache(cache);
    return handler;
  }

  private static void configure(SslContextFactory.Server tls, ClusterAuthority authority)
      throws IOException {
    var password = "in memory only".toCharArray();
    tls.setKeyStore(authority.serverKeyStore(password));
    tls.setKeyStorePassword(new String(password));
    tls.setTrustStore(authority.trustStore());
    // Wanted, not needed: whoever joins has none yet. The other routes ask for it.
    tls.setWantClientAuth(true);
    tls.setIncludeProtocols("TLSv1.3");
    // Agents do not come back to a session of TLS; what is kept of them would be kept for a day.
    tls.setSslSessionCacheSize(1);
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, SslContextFactory.Server tls, String host, int port) {
    var secure = new HttpConfiguration(http);
    var customizer = new SecureRequestCustomizer();
    customizer.setSniHostCheck(false);
    secure.addCustomizer(customizer);
    var connector =
        new ServerConnector(
            server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(secure));
    connector.setHost(host);
    connector.setPort(port);
    // A whole fleet dials in at once when a control plane comes back; whom the usual fifty leave
    // out tries again a second later, and the next time after two.
    connector.setAcceptQueueSize(DIALLING_LIMIT);
    return connector;
  }

  /// Gives new connections a fresh certificate; those that stand are not touched.
  public void renewCertificate() {
    try {
      tls.reload(fresh -> {
        try {
          configure(tls, authority);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (Exception e) {
      LOG.error("the server's certificate cannot be renewed", e);
    }
  }

  public void start() {
    web.start();
  }

  /// Nodes that are connected at this moment.
  public List<String> connected() {
    return new ArrayList<>(new TreeSet<>(connections.keySet()));
  }

  // --- joining

  private void join(Context request) throws IOException {
    var header = Optional.ofNullable(request.header("Authorization")).orElse("");
    var ticket =
        header.startsWith("Bearer ")
            ? JoinTokens.check(authority, header.substring("Bearer ".length()))
            : Optional.<JoinTokens.Ticket>empty();
    if (ticket.isEmpty()) {
      refuse(
          request,
          HttpStatus.UNAUTHORIZED,
          "the token is not valid, or has expired; make a new one with 'reeve token create'");
      return;
    }
    switch (mayJoin(ticket.get())) {
      case ADMITTED -> issue(request, ticket.get().node());
      case USED ->
          refuse(
              request,
              HttpStatus.UNAUTHORIZED,
              "the token was used already; make a new one with 'reeve token create'");
      case NOT_NOW ->
          refuse(
              request,
              HttpStatus.SERVICE_UNAVAILABLE,
              "the control plane cannot record the node at this moment; try again");
    }
  }

  /// Asks until it is recorded that the token is used, or patience ends.
  private Effect.Join mayJoin(JoinTokens.Ticket ticket) {
    var end = System.nanoTime() + JOIN_PATIENCE.toNanos();
    var answer = Effect.Join.NOT_NOW;
    try {
      while (answer == Effect.Join.NOT_NOW && System.nanoTime() < end) {
        var asked = new CompletableFuture<Effect.Join>();
        joining.put(ticket.id(), asked);
        loop.submit(new Event.JoinAsked(ticket.node(), ticket.id(), ticket.expiresAt()));
        answer = asked.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (answer == Effect.Join.NOT_NOW) {
          TimeUnit.MILLISECONDS.sleep(100);
        }
      }
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("node {} waits to be recorded in vain", ticket.node());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    joining.remove(ticket.id());
    return answer;
  }

  /// What the core says of one that asked to join.
  public void joinAnswered(Effect.JoinAnswered answer) {
    var asked = joining.get(answer.token());
    if (asked != null) {
      asked.complete(answer.answer());
    }
  }

  private void renew(Context request) throws IOException {
    var node = certificate(request.attribute(CERTIFICATES)).flatMap(authority::nodeOf);
    if (node.isEmpty()) {
      refuse(request, HttpStatus.UNAUTHORIZED, "a certificate of this cluster is needed");
      return;
    }
    issue(request, node.get());
  }

  private void issue(Context request, String node) throws IOException {
    try {
      var certificate = authority.issueForNode(node, request.body());
      LOG.info("a certificate is issued to node {}", node);
      request.contentType("application/json");
      request.result(Wire.bytes(new Issued(certificate, authority.certificatePem())));
    } catch (ClusterAuthority.BadRequest e) {
      refuse(request, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  /// The answer to a join: two PEM texts.
  public record Issued(String certificate, String ca) {}

  private static void refuse(Context request, HttpStatus status, String why) {
    request.status(status);
    request.result(why + "\n");
  }

  private static Optional<X509Certificate> certificate(@Nullable Object attribute) {
    return attribute instanceof X509Certificate[] chain && chain.length > 0
        ? Optional.of(chain[0])
        : Optional.empty();
  }

  // --- connections

  /// Who has no certificate of this cluster is not let in. Who has one is known by it from here on:
  /// the request that carried it is gone once the connection stands.
  private void admit(Context request) {
    var presented = certificate(request.attribute(CERTIFICATES));
    var node = presented.flatMap(authority::nodeOf);
    if (node.isEmpty()) {
      throw new UnauthorizedResponse("a certificate of this cluster is needed");
    }
    request.attribute(
        PEER, new Peer(node.get(), ClusterAuthority.identity(presented.orElseThrow())));
  }

  private void connected(WsConnectContext socket) {
    Peer peer = socket.attribute(PEER);
    if (peer == null) {
      socket.closeSession(4001, "a certificate of this cluster is needed");
      return;
    }
    peers.put(socket.sessionId(), peer);
    var connection = new Connection(peer.node(), socket);
    var older = connections.put(peer.node(), connection);
    if (older != null) {
      older.close();
      older.socket.closeSession(4002, "a newer connection of this node took over");
    }
    LOG.info("node {} is connected", peer.node());
  }

  private void said(String session, String text) {
    var peer = peers.get(session);
    if (peer == null) {
      return;
    }
    var node = peer.node();
    var identity = peer.identity();
    try {
      switch (Wire.fromNode(text)) {
        case FromNode.Tell(var report) -> loop.submitReport(node, identity, report);
        case FromNode.Heartbeat _ -> loop.submitHeartbeat(node);
        case FromNode.AskFullOrder _ -> loop.submit(new Event.FullOrderAsked(node));
        case FromNode.Served served -> totals.add(served);
        case FromNode.Used(var usage) -> {
          used.put(node, new UsedNode(usage, Instant.now()));
          loop.submitUsage(node, usage);
        }
        case FromNode.LogChunk(var id, var bytes, var end, var error) -> {
          var reader = logs.get(id);
          if (reader != null) {
            if (bytes.size() > 0) {
              reader.piece(bytes.toArray());
            }
            if (end) {
              logs.remove(id);
              reader.end(error);
            }
          }
        }
      }
    } catch (Wire.UnreadableMessage e) {
      LOG.warn("node {} says what cannot be read: {}", node, e.getMessage());
    }
  }

  private void closed(String session) {
    var peer = peers.remove(session);
    if (peer == null) {
      return;
    }
    var connection = connections.get(peer.node());
    if (connection != null && connection.socket.sessionId().equals(session)) {
      connections.remove(peer.node(), connection);
      connection.close();
      LOG.info("node {} is disconnected", peer.node());
    }
  }

  public List<Counter> counters() {
    return totals.counters();
  }

  /// What nodes have measured last, by their names; of those that have measured lately.
  public SortedMap<String, UsedNode> usage() {
    var oldest = Instant.now().minus(USAGE_KEPT);
    used.values().removeIf(it -> it.at().isBefore(oldest));
    return new TreeMap<>(used);
  }

  // --- what nodes are told

  /// An order, joined with the contents its releases use. Dropped where the node is not connected:
  /// it is derived again when it reports.
  public void order(Effect.Order effect) {
    var connection = connections.get(effect.node());
    if (connection == null) {
      return;
    }
    var config = new ArrayList<ConfigContent>();
    var known = new TreeSet<String>();
    for (ReleaseText text : effect.order().releases()) {
      for (ConfigUse use : text.config()) {
        if (known.add(use.key() + "@" + use.hash())) {
          config.addAll(contents.of(List.of(use)));
        }
      }
    }
    connection.pullSecrets.note(effect.order());
    tellPullSecrets(connection);
    connection.offer(new ToNode.Give(effect.order(), config));
  }

  /// Tells nodes of registry logins that have changed since they were told.
  public void tellPullSecrets() {
    connections.values().forEach(this::tellPullSecrets);
  }

  private void tellPullSecrets(Connection connection) {
    connection
        .pullSecrets
        .news(secret -> newest.get().configData(secret))
        .ifPresent(it -> connection.offer(new ToNode.PullSecrets(it)));
  }

  /// Written once, for all of them.
  public void route(Effect.Route effect) {
    var certificates = new ArrayList<ConfigUse>();
    for (Ingress ingress : effect.routing().ingresses()) {
      ingress.tls().forEach(it -> certificates.add(it.secret()));
    }
    var text = new Once(new ToNode.Route(effect.routing(), contents.of(certificates)));
    for (String node : effect.nodes()) {
      var connection = connections.get(node);
      if (connection != null) {
        connection.offer(text);
      }
    }
  }

  /// The text of a message to many, which the first of them to send it writes.
  private static final class Once implements Supplier<String> {
    private final ToNode message;
    private String text = "";

    private Once(ToNode message) {
      this.message = message;
    }

    @Override
    public synchronized String get() {
      if (text.isEmpty()) {
        text = Wire.write(message);
      }
      return text;
    }
  }

  public void askReport(String node) {
    var connection = connections.get(node);
    if (connection != null) {
      connection.offer(new ToNode.AskReport());
    }
  }

  /// Asks a node for a log. What is returned stops it.
  public Runnable readLog(
      String node,
      String uid,
      String container,
      boolean follow,
      boolean previous,
      boolean timestamps,
      int tail,
      int since,
      LogReader reader) {
    var connection = connections.get(node);
    if (connection == null) {
      reader.end("node " + node + " is not connected");
      return () -> {};
    }
    long id = nextLog.incrementAndGet();
    logs.put(id, reader);
    connection.offer(
        new ToNode.ReadLog(id, uid, container, follow, previous, timestamps, tail, since));
    return () -> {
      if (logs.remove(id) != null) {
        connection.offer(new ToNode.StopLog(id));
      }
    };
  }

  @Override
  public void close() {
    connections.values().forEach(Connection::close);
    web.stop();
  }
}
