package dev.reeve.agent.node;

import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.core.model.Bytes;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Logs that the control plane reads at the moment, each sent in chunks under its id.
final class Logs {
  private final String cluster;
  private final Engine engine;
  private final Consumer<FromNode> out;
  private final Map<Long, AutoCloseable> open = new HashMap<>();

  Logs(String cluster, Engine engine, Consumer<FromNode> out) {
    this.cluster = cluster;
    this.engine = engine;
    this.out = out;
  }

  void read(ToNode.ReadLog asked) {
    Thread.ofVirtual().name("log-" + asked.id()).start(() -> begin(asked));
  }

  private void begin(ToNode.ReadLog asked) {
    try {
      var container = container(asked);
      if (container.isEmpty()) {
        end(asked.id(), Optional.of("container " + asked.container() + " has no log"));
        return;
      }
      synchronized (open) {
        // Held before the stream begins, since it may end at once.
        open.put(asked.id(), () -> {});
      }
      var stream =
          engine.logs(
              container.get().id(),
              new Engine.LogQuery(asked.follow(), asked.timestamps(), asked.tail(), asked.since()),
              bytes -> out.accept(new FromNode.LogChunk(asked.id(), Bytes.of(bytes), false, "")),
              error -> end(asked.id(), error));
      boolean isStopped;
      synchronized (open) {
        isStopped = open.replace(asked.id(), stream) == null;
      }
      if (isStopped) {
        close(stream);
      }
    } catch (EngineException e) {
      end(asked.id(), Optional.of(e.summary()));
    } catch (RuntimeException e) {
      end(asked.id(), Optional.of(OneLine.of(e)));
    }
  }

  private void end(long id, Optional<String> error) {
    synchronized (open) {
      open.remove(id);
    }
    out.accept(new FromNode.LogChunk(id, Bytes.utf8(""), true, error.orElse("")));
  }

  private Optional<EngineContainer> container(ToNode.ReadLog asked) throws EngineException {
    return engine.containers(Labels.ofPod(cluster, asked.uid())).stream()
        .filter(it -> Labels.container(it).equals(asked.container()))
        .sorted(Comparator.<EngineContainer>comparingInt(Labels::attempt).reversed())
        .skip(asked.previous() ? 1 : 0)
        .findFirst();
  }

  void stop(long id) {
    AutoCloseable stream;
    synchronized (open) {
      stream = open.remove(id);
    }
    if (stream != null) {
      close(stream);
    }
  }

  void stopAll() {
    Map<Long, AutoCloseable> all;
    synchronized (open) {
      all = new HashMap<>(open);
      open.clear();
    }
    all.values().forEach(Logs::close);
  }

  private static void close(AutoCloseable stream) {
    try {
      stream.close();
    } catch (Exception e) {
      // Nobody reads it any more.
      return;
    }
  }
}
