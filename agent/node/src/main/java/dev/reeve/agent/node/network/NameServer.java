package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// Answers pods that ask for names: those of the cluster by what the node was told, all others by
/// asking the servers of the node.
final class NameServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);
  private static final int PORT = 53;

  /// Seconds, as in Kubernetes' own.
  private static final int TTL = 5;

  private static final int LEAST_SIZE = 512;
  private static final int MOST_SIZE = 4096;
  private static final int LARGEST = 65_535;
  private static final int ASKED_AT_ONCE = 512;
  private static final int MOST_ALIASES = 8;
  private static final Duration OTHERS = Duration.ofSeconds(2);
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private final String address;
  private final Semaphore asked = new Semaphore(ASKED_AT_ONCE);
  private final AtomicLong turn = new AtomicLong();
  private volatile ClusterNames names = new ClusterNames(RouteTable.NONE);
  private Optional<DatagramSocket> udp = Optional.empty();
  private Optional<ServerSocket> tcp = Optional.empty();

  NameServer(String address) {
    this.address = address;
  }

  void set(RouteTable routes) {
    names = new ClusterNames(routes);
  }

  synchronized boolean isOpen() {
    return udp.isPresent();
  }

  /// The address must be there.
  synchronized void open() throws NetworkException {
    try {
      var at = new InetSocketAddress(InetAddress.getByName(address), PORT);
      var datagrams = new DatagramSocket(at);
      udp = Optional.of(datagrams);
      var connections = new ServerSocket();
      tcp = Optional.of(connections);
      connections.setReuseAddress(true);
      connections.bind(at);
      Thread.ofPlatform().daemon().name("names").start(() -> receive(datagrams));
      Thread.ofVirtual().name("names-tcp").start(() -> accept(connections));
    } catch (IOException e) {
      close();
      throw new NetworkException(
          "names cannot be answered at " + address + ": " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    udp.ifPresent(DatagramSocket::close);
    tcp.ifPresent(it -> {
      try {
        it.close();
      } catch (IOException e) {
        LOG.debug("{}", e.getMessage());
      }
    });
    udp = Optional.empty();
    tcp = Optional.empty();
  }

  // --- who asks

  private void receive(DatagramSocket socket) {
    var buffer = new byte[LARGEST];
    while (!socket.isClosed()) {
      var packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
      } catch (IOException e) {
        LOG.debug("{}", e.getMessage());
        continue;
      }
      var bytes = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
      var from = packet.getSocketAddress();
      answer(
          bytes,
          true,
          reply -> {
            try {
              socket.send(new DatagramPacket(reply, reply.length, from));
            } catch (IOException e) {
              LOG.debug("{} is not answered: {}", from, e.getMessage());
            }
          });
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        var connection = socket.accept();
        Thread.ofVirtual().name("names-tcp").start(() -> serve(connection));
      } catch (IOException e) {
        LOG.debug("{}", e.getMessage());
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setSoTimeout((int) IDLE.toMillis());
      var in = new DataInputStream(connection.getInputStream());
      var out = new DataOutputStream(connection.getOutputStream());
      while (true) {
        var bytes = in.readNBytes(in.readUnsignedShort());
        var reply = now(bytes, false, 0);
        out.writeShort(reply.length);
        out.write(reply);
        out.flush();
      }
    } catch (IOException e) {
      LOG.debug("{}", e.getMessage());
    }
  }

  /// Where an answer goes.
  private interface Reply {
    void send(byte[] bytes);
  }

  /// What the cluster knows is answered at once, what others are asked on a thread of its own.
  private void answer(byte[] bytes, boolean isDatagram, Reply reply) {
    try {
      var query = new Message(bytes);
      var own = isAlias(query) ? Optional.<Message>empty() : own(query, 0);
      if (own.isPresent()) {
        reply.send(written(own.get(), query, isDatagram));
      } else if (asked.tryAcquire()) {
        Thread.ofVirtual()
            .name("names")
            .start(() -> {
              try {
                reply.send(now(bytes, isDatagram, 0));
              } catch (IOException | RuntimeException e) {
                LOG.debug("a question that cannot be answered: {}", e.getMessage());
              } finally {
                asked.release();
              }
            });
      } else {
        reply.send(failure(query, Rcode.SERVFAIL).toWire());
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("a question that cannot be read: {}", e.getMessage());
    }
  }

  /// Whether others may have to be asked though the name is the cluster's.
  private boolean isAlias(Message query) {
    var question = query.getQuestion();
    var known = names;
    if (question == null) {
      return false;
    }
    var name = question.getName().toString().toLowerCase(Locale.ROOT);
    return known.isOwn(name) && known.find(name).map(it -> !it.alias().isEmpty()).orElse(false);
  }

  /// @param depth how many aliases have led here
  private byte[] now(byte[] bytes, boolean isDatagram, int depth) throws IOException {
    var query = new Message(bytes);
    var own = own(query, depth);
    return own.isPresent()
        ? written(own.get(), query, isDatagram)
        : others(bytes, query, isDatagram);
  }

  private static byte[] written(Message reply, Message query, boolean isDatagram) {
    int size = LARGEST;
    if (isDatagram) {
      int offered = query.getOPT() == null ? LEAST_SIZE : query.getOPT().getPayloadSize();
      size = Math.clamp(offered, LEAST_SIZE, MOST_SIZE);
    }
    return reply.toWire(size);
  }

  // --- the cluster's names

  /// Empty where others are to be asked.
  private Optional<Message> own(Message query, int depth) {
    var header = query.getHeader();
    var question = query.getQuestion();
    if (header.getFlag(Flags.QR) || header.getOpcode() != Opcode.QUERY || question == null) {
      return Optional.of(failure(query, Rcode.NOTIMP));
    }
    var known = names;
    var name = question.getName().toString().toLowerCase(Locale.ROOT);
    if (known.isOwn(name)) {
      return Optional.of(own(query, question, name, known, depth));
    }
    if (name.endsWith(".in-addr.arpa.")) {
      try {
        var ip = ReverseMap.fromName(question.getName()).getHostAddress();
        if (known.isOwnAddress(ip)) {
          return Optional.of(back(query, question, known.namesOf(ip), known));
        }
      } catch (UnknownHostException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private Message own(Message query, Record question, String name, ClusterNames known, int depth) {
    var found = known.find(name);
    var reply = reply(query);
    if (found.isEmpty()) {
      reply.getHeader().setRcode(Rcode.NXDOMAIN);
      reply.addRecord(authority(known), Section.AUTHORITY);
      return reply;
    }
    var at = question.getName();
    int type = question.getType();
    boolean isAny = type == Type.ANY;
    if (!found.get().alias().isEmpty()) {
      var alias = name(found.get().alias());
      reply.addRecord(new CNAMERecord(at, DClass.IN, TTL, alias), Section.ANSWER);
      if (type == Type.A || type == Type.AAAA) {
        followed(alias, type, depth).forEach(it -> reply.addRecord(it, Section.ANSWER));
      }
      return reply;
    }
    if (type == Type.A || isAny) {
      for (String ip : rotated(found.get().addresses())) {
        reply.addRecord(new ARecord(at, DClass.IN, TTL, inet(ip)), Section.ANSWER);
      }
    }
    if (type == Type.SRV || isAny) {
      for (ClusterNames.Port port : found.get().ports()) {
        var host = name(port.host());
        reply.addRecord(
            new SRVRecord(at, DClass.IN, TTL, 0, 100, port.number(), host), Section.ANSWER);
        if (!port.address().isEmpty()) {
          reply.addRecord(
              new ARecord(host, DClass.IN, TTL, inet(port.address())), Section.ADDITIONAL);
        }
      }
    }
    if (reply.getSection(Section.ANSWER).isEmpty()) {
      reply.addRecord(authority(known), Section.AUTHORITY);
    }
    return reply;
  }

  private static Message back(
      Message query, Record question, List<String> found, ClusterNames known) {
    var reply = reply(query);
    if (found.isEmpty()) {
      reply.getHeader().setRcode(Rcode.NXDOMAIN);
      reply.addRecord(authority(known), Section.AUTHORITY);
    } else if (question.getType() == Type.PTR || question.getType() == Type.ANY) {
      for (String name : found) {
        reply.addRecord(
            new PTRRecord(question.getName(), DClass.IN, TTL, name(name)), Section.ANSWER);
      }
    }
    return reply;
  }

  /// Each time another one is the first: many a client takes only that.
  private List<String> rotated(List<String> all) {
    if (all.size() < 2) {
      return all;
    }
    var rotated = new ArrayList<>(all);
    Collections.rotate(rotated, (int) (turn.getAndIncrement() % all.size()));
    return rotated;
  }

  private static Message reply(Message query) {
    var reply = new Message(query.getHeader().getID());
    reply.getHeader().setFlag(Flags.QR);
    reply.getHeader().setFlag(Flags.AA);
    reply.getHeader().setFlag(Flags.RA);
    if (query.getHeader().getFlag(Flags.RD)) {
      reply.getHeader().setFlag(Flags.RD);
    }
    if (query.getQuestion() != null) {
      reply.addRecord(query.getQuestion(), Section.QUESTION);
    }
    return reply;
  }

  private static Message failure(Message query, int code) {
    var reply = reply(query);
    reply.getHeader().unsetFlag(Flags.AA);
    reply.getHeader().setRcode(code);
    return reply;
  }

  /// Says how long it may be believed that there is nothing.
  private static SOARecord authority(ClusterNames known) {
    var zone = name(known.domain());
    return new SOARecord(
        zone,
        DClass.IN,
        TTL,
        name("ns.dns." + known.domain()),
        name("hostmaster." + known.domain()),
        1,
        7200,
        1800,
        86_400,
        TTL);
  }

  private static Name name(String text) {
    try {
      return Name.fromString(text.endsWith(".") ? text : text + ".");
    } catch (TextParseException e) {
      throw new IllegalArgumentException("not a name: " + text, e);
    }
  }

  private static InetAddress inet(String ip) {
    try {
      return InetAddress.getByName(ip);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address: " + ip, e);
    }
  }

  // --- all other names

  private byte[] others(byte[] bytes, Message query, boolean isDatagram) {
    for (InetSocketAddress server : servers()) {
      try {
        return isDatagram ? byDatagram(bytes, server) : byConnection(bytes, server);
      } catch (IOException e) {
        LOG.debug("{} does not answer: {}", server, e.getMessage());
      }
    }
    return failure(query, Rcode.SERVFAIL).toWire();
  }

  private static byte[] byDatagram(byte[] bytes, InetSocketAddress server) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.connect(server);
      socket.setSoTimeout((int) OTHERS.toMillis());
      socket.send(new DatagramPacket(bytes, bytes.length));
      var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
      do {
        socket.receive(packet);
      } while (!isAnswer(packet, bytes));
      return java.util.Arrays.copyOf(packet.getData(), packet.getLength());
    }
  }

  /// By the number that the question has.
  private static boolean isAnswer(DatagramPacket packet, byte[] question) {
    return packet.getLength() >= Header.LENGTH
        && packet.getData()[0] == question[0]
        && packet.getData()[1] == question[1];
  }

  private static byte[] byConnection(byte[] bytes, InetSocketAddress server) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(server, (int) OTHERS.toMillis());
      socket.setSoTimeout((int) OTHERS.toMillis());
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(bytes.length);
      out.write(bytes);
      out.flush();
      var in = new DataInputStream(socket.getInputStream());
      return in.readNBytes(in.readUnsignedShort());
    }
  }

  /// The addresses of a name that stands for one outside the cluster.
  private List<Record> followed(Name alias, int type, int depth) {
    if (depth >= MOST_ALIASES) {
      return List.of();
    }
    var question = Message.newQuery(Record.newRecord(alias, type, DClass.IN));
    try {
      var reply = new Message(now(question.toWire(), true, depth + 1));
      return reply.getSection(Section.ANSWER).stream()
          .filter(
              it -> it instanceof ARecord || it instanceof AAAARecord || it instanceof CNAMERecord)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /// Those of the node, read anew each time: the node may have moved to another network.
  private List<InetSocketAddress> servers() {
    var servers = new ArrayList<InetSocketAddress>();
    try {
      for (String line : Files.readAllLines(RESOLV_CONF)) {
        var words = line.strip().split("\\s+");
        if (words.length > 1 && words[0].equals("nameserver") && !words[1].equals(address)) {
          servers.add(new InetSocketAddress(InetAddress.getByName(words[1]), PORT));
        }
      }
    } catch (IOException e) {
      LOG.debug("{}: {}", RESOLV_CONF, e.getMessage());
    }
    return servers;
  }
}
