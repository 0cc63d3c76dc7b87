package dev.reeve.bench.fleet;

import dev.reeve.agent.node.ControlPlaneLink;
import dev.reeve.bench.scale.SimulatedNode;
import dev.reeve.wire.FromNode;
import dev.reeve.wire.ToNode;
import dev.reeve.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// A simulated node at its end of a line, which keeps to a real agent's times: it gives signs of
/// life, gives up a silent line, and dials again after the same pauses.
///
/// Confined to the fleet's thread.
final class Agent implements Line.Listener {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final SimulatedNode node;
  private final AgentFleet fleet;
  private Optional<Line> line = Optional.empty();
  private Duration pause = ControlPlaneLink.FIRST_RETRY;
  private boolean isOff = true;
  private long dialledAt;
  private long heardAt;
  private long beatAt;
  private long rings;

  Agent(SimulatedNode node, AgentFleet fleet) {
    this.node = node;
    this.fleet = fleet;
  }

  SimulatedNode node() {
    return node;
  }

  boolean isOpen() {
    return line.filter(Line::isOpen).isPresent();
  }

  /// Which of its alarms counts: setting a new one takes back those before.
  long rings() {
    return rings;
  }

  private void ringAt(long nanos) {
    rings++;
    fleet.ring(this, nanos);
  }

  void dial() {
    isOff = false;
    dialledAt = System.nanoTime();
    heardAt = dialledAt;
    try {
      line = Optional.of(fleet.dial(node.name(), this));
      ringAt(dialledAt + CONNECT.toNanos());
    } catch (IOException e) {
      lost(e);
    }
  }

  /// Is gone, and does not come back.
  void cut() {
    isOff = true;
    rings++;
    line.ifPresent(Line::cut);
    line = Optional.empty();
  }

  private void lost(IOException why) {
    line.ifPresent(Line::cut);
    line = Optional.empty();
    fleet.lost(this, why);
    long now = System.nanoTime();
    boolean wasGood = now - dialledAt > ControlPlaneLink.SILENCE.toNanos();
    pause = wasGood ? ControlPlaneLink.FIRST_RETRY : longer(pause);
    long millis = pause.toMillis() / 2 + ThreadLocalRandom.current().nextLong(pause.toMillis());
    ringAt(now + Duration.ofMillis(millis).toNanos());
  }

  private static Duration longer(Duration pause) {
    var doubled = pause.multipliedBy(2);
    return doubled.compareTo(ControlPlaneLink.LAST_RETRY) < 0
        ? doubled
        : ControlPlaneLink.LAST_RETRY;
  }

  /// Its alarm has come.
  void rung() {
    if (isOff) {
      return;
    }
    if (line.isEmpty()) {
      dial();
      return;
    }
    try {
      if (!isOpen()) {
        throw new IOException("not connected in time");
      }
      if (System.nanoTime() - heardAt > ControlPlaneLink.SILENCE.toNanos()) {
        throw new IOException("nothing heard");
      }
      beat();
    } catch (IOException e) {
      lost(e);
    }
  }

  private void beat() throws IOException {
    say(new FromNode.Heartbeat());
    if (System.nanoTime() - heardAt > ControlPlaneLink.DOUBT.toNanos()) {
      line.orElseThrow().send(Frames.ping());
    }
    beatAt += ControlPlaneLink.HEARTBEAT.toNanos();
    ringAt(beatAt);
  }

  /// Its channel is ready for something.
  void ready() {
    try {
      if (line.isPresent() && line.get().ready()) {
        heardAt = System.nanoTime();
      }
      if (mayTalk()) {
        fleet.willTalk(this);
      }
    } catch (IOException e) {
      lost(e);
    }
  }

  @Override
  public void opened() throws IOException {
    beatAt = System.nanoTime();
    fleet.opened(this);
    beat();
    say(new FromNode.Tell(node.full()));
  }

  @Override
  public void text(String message) throws IOException {
    try {
      switch (Wire.toNode(message)) {
        case ToNode.Give(var order, _) -> {
          if (!node.take(order)) {
            say(new FromNode.AskFullOrder());
          }
        }
        case ToNode.Route(var routing, _) -> node.route(routing);
        case ToNode.AskReport _ -> say(new FromNode.Tell(node.full()));
        case ToNode.PullSecrets _ -> {
          // No images are pulled here.
        }
        case ToNode.ReadLog _, ToNode.StopLog _ -> {
          // Nobody reads logs here.
        }
      }
    } catch (Wire.UnreadableMessage e) {
      throw new IOException(e);
    }
  }

  @Override
  public void ping(byte[] payload) throws IOException {
    line.orElseThrow().send(Frames.pong(payload));
  }

  /// Says one message of what is new.
  ///
  /// @return whether there is more to say now
  boolean talk() {
    try {
      if (mayTalk()) {
        say(new FromNode.Tell(node.news()));
      }
      return mayTalk();
    } catch (IOException e) {
      lost(e);
      return false;
    }
  }

  private boolean mayTalk() {
    return node.hasNews() && line.filter(it -> it.isOpen() && it.isFlushed()).isPresent();
  }

  private void say(FromNode message) throws IOException {
    line.orElseThrow().send(Frames.text(Wire.write(message)));
  }
}
