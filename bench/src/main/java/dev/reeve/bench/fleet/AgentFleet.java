package dev.reeve.bench.fleet;

import dev.reeve.bench.scale.SimulatedNode;
import dev.reeve.core.protocol.NodeInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/// All agents on one thread, which sleeps until a line is ready or an alarm is due.
final class AgentFleet implements AutoCloseable {
  static final State NOBODY = new State(0, 0, 0, 0, 0, "");

  /// So many at once are between dialling and being let in, where not the agents themselves dial
  /// again.
  private static final int DIALLING = 64;

  /// Alarms may be late by as much.
  private static final Duration LATE = Duration.ofMillis(5);

  private record Alarm(long at, Agent agent, long number) {}

  /// @param open agents with an open line
  /// @param pods on all nodes together
  /// @param acts how often a pod was started or stopped
  /// @param talking nodes that have something to say
  /// @param lost how many lines were lost
  record State(int open, long pods, long acts, int talking, long lost, String lastLoss) {}

  private final URI server;
  private final Identities identities;
  private final List<Agent> agents;
  private final Selector selector;
  private final TlsChannel.Buffers buffers = TlsChannel.Buffers.make();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>((one, other) -> Long.signum(one.at() - other.at()));
  private final LinkedHashSet<Agent> talking = new LinkedHashSet<>();
  private final ArrayDeque<Agent> toDial = new ArrayDeque<>();
  private final LinkedHashSet<Agent> dialling = new LinkedHashSet<>();
  private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();
  private final Thread thread = Thread.ofPlatform().name("agents").unstarted(this::run);
  private boolean closed;
  private long lost;
  private String lastLoss = "";

  private AgentFleet(URI server, Identities identities, SortedMap<String, NodeInfo> infos)
      throws IOException {
    this.server = server;
    this.identities = identities;
    agents = SimulatedNode.all(infos).values().stream().map(node -> new Agent(node, this)).toList();
    selector = Selector.open();
  }

  static AgentFleet start(URI server, Identities identities, SortedMap<String, NodeInfo> infos)
      throws IOException {
    var fleet = new AgentFleet(server, identities, infos);
    fleet.thread.start();
    return fleet;
  }

  private void run() {
    try (selector) {
      work();
    } catch (IOException | RuntimeException e) {
      // Nobody could do anything here any more.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private void work() throws IOException {
    while (!closed) {
      if (talking.isEmpty()) {
        selector.select(this::ready, untilNextAlarm());
      } else {
        selector.selectNow(this::ready);
      }
      for (var call = calls.poll(); call != null; call = calls.poll()) {
        call.run();
      }
      ring();
      dialMore();
      for (Agent agent : List.copyOf(talking)) {
        if (!agent.talk()) {
          talking.remove(agent);
        }
      }
    }
  }

  private void ready(SelectionKey key) {
    ((Agent) key.attachment()).ready();
  }

  private long untilNextAlarm() {
    var next = alarms.peek();
    long millis = next == null ? 1_000 : Duration.ofNanos(next.at() - System.nanoTime()).toMillis();
    return Math.max(LATE.toMillis(), millis);
  }

  private void ring() {
    long now = System.nanoTime();
    for (var next = alarms.peek(); next != null && next.at() <= now; next = alarms.peek()) {
      alarms.remove();
      if (next.number() == next.agent().rings()) {
        next.agent().rung();
      }
    }
  }

  private void dialMore() {
    while (dialling.size() < DIALLING && !toDial.isEmpty()) {
      var agent = toDial.remove();
      dialling.add(agent);
      agent.dial();
    }
  }

  // --- for agents

  Line dial(String node, Agent agent) throws IOException {
    return Line.dial(server, selector, agent, identities.engine(node), buffers, agent);
  }

  void opened(Agent agent) {
    dialling.remove(agent);
  }

  void lost(Agent agent, IOException why) {
    dialling.remove(agent);
    lost++;
    lastLoss = agent.node().name() + ": " + why;
  }

  void willTalk(Agent agent) {
    talking.add(agent);
  }

  void ring(Agent agent, long at) {
    alarms.add(new Alarm(at, agent, agent.rings()));
  }

  // --- from other threads

  /// All dial in, a few at a time.
  void dialAll() {
    ask(() -> toDial.addAll(agents));
  }

  /// The first so many are gone at once, and do not come back.
  void cut(int count) {
    ask(() -> {
      agents.subList(0, count).forEach(Agent::cut);
      return count;
    });
  }

  /// All are gone, and nothing more is done.
  @Override
  public void close() {
    ask(() -> {
      agents.forEach(Agent::cut);
      closed = true;
      return closed;
    });
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  State state() {
    return ask(() -> {
      int open = 0;
      long pods = 0;
      long acts = 0;
      for (Agent agent : agents) {
        open += agent.isOpen() ? 1 : 0;
        pods += agent.node().pods();
        acts += agent.node().acts();
      }
      return new State(open, pods, acts, talking.size(), lost, lastLoss);
    });
  }

  private <T> T ask(Supplier<T> call) {
    var answer = new CompletableFuture<T>();
    calls.add(() -> answer.complete(call.get()));
    selector.wakeup();
    return answer.join();
  }
}
