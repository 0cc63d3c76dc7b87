package dev.reeve.bench.scale;

import dev.reeve.bench.Heap;
import dev.reeve.core.Effect;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.Report;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import dev.reeve.wire.Wire;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// All simulated nodes, and the codec between them and the core, on one thread of their own: orders
/// are written, read at the node, obeyed; reports are written there and read again.
final class Fleet implements AutoCloseable {
  private sealed interface Call {
    record Order(Effect.Order order) implements Call {}

    record Route(Effect.Route route) implements Call {}

    record TellAll(String node) implements Call {}

    record Lose(String node) implements Call {}
  }

  private final Map<String, SimulatedNode> nodes;
  private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<SimulatedNode> talking = new ArrayDeque<>();
  private final LinkedHashSet<String> queued = new LinkedHashSet<>();
  private final Inbox inbox;
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private volatile long cpuNanos;

  Fleet(SortedMap<String, NodeInfo> infos, Inbox inbox) {
    this.inbox = inbox;
    nodes = SimulatedNode.all(infos);
    thread = Thread.ofPlatform().name("nodes").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  List<String> names() {
    return List.copyOf(nodes.keySet());
  }

  void order(Effect.Order order) {
    calls.add(new Call.Order(order));
  }

  void route(Effect.Route route) {
    calls.add(new Call.Route(route));
  }

  /// The node says everything anew, as on connecting.
  void tellAll(String node) {
    calls.add(new Call.TellAll(node));
  }

  /// The node is never heard again.
  void lose(String node) {
    calls.add(new Call.Lose(node));
  }

  double cpuSeconds() {
    return cpuNanos / 1e9;
  }

  /// Pods on all nodes together. For when the fleet has nothing to do.
  long pods() {
    return nodes.values().stream().mapToLong(SimulatedNode::pods).sum();
  }

  /// Pods that were started or stopped on all nodes together. For when the fleet has nothing to do.
  long acts() {
    return nodes.values().stream().mapToLong(SimulatedNode::acts).sum();
  }

  void check() {
    var thrown = failure;
    if (thrown != null) {
      throw new IllegalStateException("the simulated nodes failed", thrown);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a wait of its own thread, nothing more
  private void run() {
    try {
      while (!closed) {
        // Orders first: they are to be taken over, and acknowledged, in time.
        var call = calls.poll();
        if (call != null) {
          take(call);
        } else if (talking.isEmpty() || inbox.isFull()) {
          Thread.sleep(0, 200_000);
        } else {
          talk(talking.remove());
        }
        cpuNanos = Heap.cpuNanos();
      }
    } catch (InterruptedException e) {
      // Closed.
    } catch (Wire.UnreadableMessage | RuntimeException | Error e) {
      failure = e;
    }
  }

  private void take(Call call) throws Wire.UnreadableMessage {
    switch (call) {
      case Call.Order(var given) -> {
        var text = Wire.write(new ToNode.Give(given.order(), List.of()));
        var read = (ToNode.Give) Wire.toNode(text);
        var node = nodes.get(given.node());
        if (node == null) {
          return;
        }
        if (!node.take(read.order())) {
          inbox.askFullOrder(node.name());
        } else if (queued.add(node.name())) {
          talking.add(node);
        }
      }
      case Call.Route(var route) -> {
        // Written once for all, as the gateway does.
        var text = Wire.write(new ToNode.Route(route.routing(), List.of()));
        for (String name : route.nodes()) {
          var node = nodes.get(name);
          if (node != null) {
            node.route(((ToNode.Route) Wire.toNode(text)).routing());
            if (queued.add(name)) {
              talking.add(node);
            }
          }
        }
      }
      case Call.TellAll(var name) -> {
        var node = nodes.get(name);
        if (node != null) {
          say(node, node.full());
        }
      }
      case Call.Lose(var name) -> nodes.remove(name);
    }
  }

  private void talk(SimulatedNode node) throws Wire.UnreadableMessage {
    if (nodes.containsKey(node.name()) && node.hasNews()) {
      say(node, node.news());
    }
    if (node.hasNews()) {
      talking.add(node);
    } else {
      queued.remove(node.name());
    }
  }

  private void say(SimulatedNode node, Report report) throws Wire.UnreadableMessage {
    var text = Wire.write(new FromNode.Tell(report));
    inbox.put(node.name(), ((FromNode.Tell) Wire.fromNode(text)).report());
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
