package dev.reeve.agent.node;

import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.agent.node.Engine.EngineEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps an eye on the engine: listens to it before it lists what is there, so that nothing happens
/// unseen in between, and does both again whenever it was away. Lists once in a while without cause
/// too, against whatever was missed.
final class EngineWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineWatch.class);
  private static final Duration PING_EVERY = Duration.ofSeconds(10);
  private static final Duration LIST_EVERY = Duration.ofMinutes(5);
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LAST_RETRY = Duration.ofSeconds(2);

  private final Engine engine;
  private final Map<String, String> labels;
  private final Listener listener;
  private final Thread thread;
  private final List<EngineEvent> heldBack = new ArrayList<>();
  private boolean holdsBack;
  private boolean isUp;

  /// What the watch tells. `lost` is told only between two `listed`.
  interface Listener {
    /// Waits until what is under way on the engine has ended, and names the moment.
    long beforeListing();

    /// @param moment what `beforeListing` returned
    /// @param regular whether nothing was lost before
    void listed(List<EngineContainer> containers, long moment, boolean regular);

    void happened(EngineEvent event);

    void lost();
  }

  EngineWatch(Engine engine, Map<String, String> labels, Listener listener) {
    this.engine = engine;
    this.labels = labels;
    this.listener = listener;
    thread = Thread.ofVirtual().name("engine-watch").unstarted(this::watch);
  }

  void open() {
    thread.start();
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

  private void watch() {
    var pause = FIRST_RETRY;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        watchOnce();
        pause = FIRST_RETRY;
      } catch (EngineException e) {
        LOG.warn("engine: {}", e.summary());
      } catch (InterruptedException e) {
        return;
      } catch (Exception e) {
        LOG.error("engine", e);
      }
      if (isUp) {
        isUp = false;
        pause = FIRST_RETRY;
        listener.lost();
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        return;
      }
      pause = pause.multipliedBy(2).compareTo(LAST_RETRY) < 0 ? pause.multipliedBy(2) : LAST_RETRY;
    }
  }

  /// Returns when the engine has gone away.
  private void watchOnce() throws Exception {
    engine.ping();
    var ended = new CountDownLatch(1);
    hold();
    // The stream names seconds only: what is told twice is known to be old by its container.
    try (var _ =
        engine.events(labels, Instant.now().minusSeconds(1), this::hear, ended::countDown)) {
      list(false);
      isUp = true;
      long listAt = System.nanoTime() + LIST_EVERY.toNanos();
      while (!ended.await(PING_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        engine.ping();
        if (System.nanoTime() > listAt) {
          hold();
          list(true);
          listAt = System.nanoTime() + LIST_EVERY.toNanos();
        }
      }
    }
  }

  private void list(boolean regular) throws EngineException {
    try {
      long moment = listener.beforeListing();
      listener.listed(engine.containers(labels), moment, regular);
    } finally {
      release();
    }
  }

  private synchronized void hold() {
    holdsBack = true;
  }

  private synchronized void hear(EngineEvent event) {
    if (holdsBack) {
      heldBack.add(event);
    } else {
      listener.happened(event);
    }
  }

  private synchronized void release() {
    holdsBack = false;
    heldBack.forEach(listener::happened);
    heldBack.clear();
  }
}
