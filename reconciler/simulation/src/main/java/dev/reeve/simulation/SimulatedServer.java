package dev.reeve.simulation;

import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.Recovery;
import dev.reeve.core.model.Command;
import dev.reeve.core.model.PruneApproval;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.RecordTree;
import dev.reeve.simulation.Manifests.Text;
import dev.reeve.simulation.SimulatedGit.ConfigCommit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The control plane's process: the core, and the edges around it. What it knows is gone with it;
/// the next one starts from Git and what nodes say.
final class SimulatedServer {
  static final Duration TOKEN_LIFETIME = Duration.ofMinutes(15);
  private static final Duration POLL = Duration.ofSeconds(15);
  private static final int LOOK_MILLIS = 80;

  private final World world;
  final TreeSet<String> heard = new TreeSet<>();

  /// Reports that nobody has looked at, by node.
  private final SortedMap<String, List<Report>> waiting = new TreeMap<>();

  Optional<Mind> mind = Optional.empty();
  int serverLife;
  private int recordLength;
  private boolean isReading;
  String seenTip = "";
  private Instant coreWake = Instant.MAX;

  SimulatedServer(World world) {
    this.world = world;
  }

  private void joinAnswered(SimulatedNode node, String token, Effect.Join answer) {
    if (answer == Effect.Join.ADMITTED) {
      world.laws.admitted(node.name, token);
    }
    world.in(
        world.between(1, 30),
        () -> {
          if (!world.isReachable(node) || !token.equals(node.token())) {
            return;
          }
          switch (answer) {
            case ADMITTED -> {
              node.hasCertificate = true;
              world.reconnect(node);
            }
            case USED -> node.renewToken();
            case NOT_NOW -> {}
          }
        });
  }

  void restart() {
    mind = Optional.empty();
    serverLife++;
    coreWake = Instant.MAX;
    heard.clear();
    waiting.clear();
    for (SimulatedNode node : world.nodes.values()) {
      world.disconnect(node);
    }
    world.in(world.between(300, 3_000), this::boot);
  }

  void boot() {
    if (mind.isPresent()) {
      return;
    }
    if (world.git.away) {
      world.in(1_000, this::boot);
      return;
    }
    serverLife++;
    isReading = false;
    var tree = Codec.through(world.git.tree(), world.coded);
    recordLength = world.git.record.size();
    mind = Optional.of(world.maker.make(Manifests.CLUSTER, world.now));
    world.tell("  the control plane starts");
    world.laws.serverStarts(world.now);
    int life = serverLife;
    // Agents may be connected before the record is read.
    world.in(
        world.between(0, 1_500),
        () -> {
          if (life == serverLife) {
            begin(tree, life);
          }
        });
  }

  private void begin(RecordTree tree, int life) {
    isReading = true;
    start(tree);
    tick(life);
    pollRegularly(life);
  }

  private void start(RecordTree tree) {
    world.laws.serverStarts(world.now);
    var started = started(tree);
    seenTip = started.accepted().map(it -> it.commit()).orElse("");
    step(started);
  }

  /// Someone wrote to the record after it was read.
  private void startAgain() {
    if (world.git.away) {
      int life = serverLife;
      world.in(
          1_000,
          () -> {
            if (life == serverLife) {
              startAgain();
            }
          });
      return;
    }
    world.tell("  the control plane reads the record again");
    recordLength = world.git.record.size();
    start(Codec.through(world.git.tree(), world.coded));
  }

  Event.Started started(RecordTree tree) {
    return Recovery.started(
        Manifests.CLUSTER,
        tree,
        commit -> world.git.at(commit).map(Manifests::state),
        commit -> Optional.ofNullable(world.git.notes.get(commit)));
  }

  private void tick(int life) {
    if (life != serverLife || mind.isEmpty()) {
      return;
    }
    if (!heard.isEmpty()) {
      var names = new ArrayList<>(heard);
      heard.clear();
      step(new Event.NodesHeard(names));
    }
    world.in(1_000, () -> tick(life));
  }

  private void pollRegularly(int life) {
    if (life != serverLife || mind.isEmpty()) {
      return;
    }
    poll();
    world.at(world.now.plus(POLL), () -> pollRegularly(life));
  }

  void poll() {
    if (mind.isEmpty() || !isReading || world.git.away || world.git.tip().id().equals(seenTip)) {
      return;
    }
    takeReports();
    var tip = world.git.tip();
    var passed = new ArrayList<String>();
    boolean between = seenTip.isEmpty();
    for (ConfigCommit commit : world.git.tracked) {
      if (between && !commit.equals(tip)) {
        passed.add(commit.id());
      }
      between |= commit.id().equals(seenTip);
    }
    seenTip = tip.id();
    if (tip.manifests().isEmpty()) {
      step(new Event.CommitRefused(tip.id(), List.of("w.yaml:1:1: nonsense"), passed));
      return;
    }
    var approvals = approvals();
    var commands = commands();
    world.laws.desired(tip.manifests().get(), approvals, commands);
    step(new Event.DesiredChanged(tip.manifests().get().state(), approvals, commands, passed));
  }

  /// What approval commits since the accepted one allow.
  private List<PruneApproval> approvals() {
    var accepted = mind.orElseThrow().root().accepted();
    var approvals = new ArrayList<PruneApproval>();
    if (accepted.isEmpty()) {
      return approvals;
    }
    boolean since = false;
    for (ConfigCommit commit : world.git.tracked) {
      if (since && !commit.approves().isEmpty()) {
        world
            .git
            .at(commit.approves())
            .ifPresent(approved -> {
              var deletions = new TreeSet<>(accepted.get().objects().keys());
              deletions.removeAll(approved.state().objects().keys());
              approvals.add(new PruneApproval(commit.approves(), deletions));
            });
      }
      since |= commit.id().equals(accepted.get().commit());
    }
    return approvals;
  }

  /// Trailers of the commits since the accepted one.
  private List<Command> commands() {
    var accepted = mind.orElseThrow().root().accepted();
    var commands = new ArrayList<Command>();
    boolean since = false;
    for (ConfigCommit commit : world.git.tracked) {
      if (since) {
        commands.addAll(commit.commands());
      }
      since |= accepted.map(it -> it.commit().equals(commit.id())).orElse(false);
    }
    return commands;
  }

  /// A report comes in. Where reports are gathered, of a node one waits, and a newer one is folded
  /// into it, until somebody looks.
  void reported(String node, Report report) {
    waiting.computeIfAbsent(node, it -> new ArrayList<>()).add(report);
    if (!world.gathers) {
      takeReports();
    } else if (waiting.size() == 1) {
      int life = serverLife;
      world.in(
          LOOK_MILLIS,
          () -> {
            if (life == serverLife) {
              takeReports();
            }
          });
    }
  }

  private void takeReports() {
    if (waiting.isEmpty()) {
      return;
    }
    var reports = new ArrayList<Event.NodeReport>();
    waiting.forEach((node, said) -> {
      said.forEach(it -> world.laws.delivered(node, it, world.now));
      var whole = said.stream().reduce(Report::followedBy).orElseThrow();
      reports.add(new Event.NodeReport(node, "id-" + node, Codec.through(whole, world.coded)));
    });
    waiting.clear();
    takeStep(new Event.NodesReported(reports));
  }

  void step(Event event) {
    takeReports();
    takeStep(event);
  }

  private void takeStep(Event event) {
    if (mind.isEmpty()) {
      return;
    }
    world.laws.onTime(mind.get().root(), world.now);
    world.laws.stepBegins();
    for (Effect effect : mind.get().step(event, world.now)) {
      world.laws.leaves(effect);
      carryOut(effect);
    }
    mind.ifPresent(it -> {
      world.laws.traffic(it.root());
      world.laws.decides(it.root(), world.now);
    });
    world.laws.stepEnds(world.now);
  }

  void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Order(var name, var given) -> {
        world.laws.orders(name, given, world.now);
        var node = world.nodes.get(name);
        if (node != null) {
          world.give(node, given);
        }
      }
      case Effect.Route route -> {
        world.laws.routes.routes(route, world.now);
        for (String name : route.nodes()) {
          Optional.ofNullable(world.nodes.get(name))
              .ifPresent(it -> world.route(it, route.routing()));
        }
      }
      case Effect.JoinAnswered(var name, var token, var answer) -> {
        var node = world.nodes.get(name);
        if (node != null) {
          joinAnswered(node, token, answer);
        }
      }
      case Effect.AskReport(var name) -> {
        var node = world.nodes.get(name);
        if (node != null && node.connected) {
          world.inOrder(">" + name, () -> deliverAsk(node));
        }
      }
      case Effect.ReadRecord _ -> {
        int life = serverLife;
        world.in(
            world.between(1, 50),
            () -> {
              if (life == serverLife) {
                startAgain();
              }
            });
      }
      case Effect.Request.Append append -> append(append);
      case Effect.Request.Annotate annotate -> annotate(annotate);
      case Effect.Request.Restore restore ->
          answer(restore.id(), () -> world.git.loses(restore(restore)));
      case Effect.Request.UpdateImages update ->
          answer(update.id(), () -> new Answer.Refused("no image is followed here"));
      case Effect.Request.Measure measure -> measure(measure);
      case Effect.Request.Query query ->
          throw new IllegalStateException("no autoscaler here asks for " + query.metric());
      case Effect.Notice notice ->
          world.tell("* " + notice.reason().word() + ": " + notice.message());
      case Effect.WakeAt(var when) -> wakeCore(when);
      case Effect.Continue _ -> world.in(0, () -> step(new Event.Woken()));
    }
  }

  private void deliverAsk(SimulatedNode node) {
    if (node.connected) {
      world.stepNode(node, new NodeEvent.ReportAsked());
    }
  }

  private void append(Effect.Request.Append request) {
    int life = serverLife;
    int length = recordLength;
    answer(
        request.id(),
        () -> {
          var commits = request.commits();
          int before = world.git.record.size();
          var answer = world.git.loses(world.git.append(length, commits));
          if (world.git.record.size() > before) {
            world.laws.recorded(commits, world.now);
          }
          if (answer instanceof Answer.Ok && life == serverLife) {
            recordLength = world.git.record.size();
          }
          return answer;
        });
  }

  /// What the provider says of the release, or that it does not answer. Some answers come too late.
  private void measure(Effect.Request.Measure request) {
    int life = serverLife;
    var flavour = world.laws.flavour(request.latest());
    boolean isLate = world.timing.nextInt(60) == 0;
    if (isLate) {
      world.in(59_999, () -> ifAlive(life, () -> world.laws.unanswered(request)));
    }
    world.in(
        isLate ? 61_000 : world.between(5, 20 + world.timing.nextInt(1_500)),
        () ->
            ifAlive(
                life,
                () -> {
                  var answer = measured(flavour);
                  if (!isLate) {
                    world.laws.measured(request, answer);
                  }
                  step(new Event.Answered(request.id(), answer));
                }));
  }

  private Answer measured(Manifests.Flavour flavour) {
    if (world.metricsAway) {
      return new Answer.Retry("connection refused");
    }
    return switch (flavour) {
      case MEASURED_BAD -> new Answer.Measured(Outcome.FAILED, "0.5", "");
      case UNSURE -> new Answer.Measured(Outcome.INCONCLUSIVE, "0.9", "");
      case GOOD, CRASHING, UNREADY, UNPULLABLE, ENDING ->
          new Answer.Measured(Outcome.SUCCESSFUL, "0.99", "");
    };
  }

  private void ifAlive(int life, Runnable what) {
    if (serverLife == life) {
      what.run();
    }
  }

  /// Text as it was at the stable commits, on top of the tip; where that is protected, on a branch.
  private Answer restore(Effect.Request.Restore request) {
    if (world.git.away || !world.git.tip().id().equals(request.tip())) {
      return new Answer.Retry("the branch has moved, or is away");
    }
    var tip = world.git.tip().manifests().orElseThrow();
    SortedMap<Integer, Text> restored = new TreeMap<>();
    for (var each : request.restorations()) {
      var present = tip.text(each.key());
      var stable = world.git.at(each.stable().commit()).flatMap(it -> it.text(each.key()));
      if (present.isEmpty()
          || stable.isEmpty()
          || !present.get().release().equals(each.failed().hash())) {
        return new Answer.Refused("the text is not what failed");
      }
      world.laws.restores(each, present.get(), stable.get());
      restored.put(
          present.get().workload(),
          new Text(
              present.get().workload(),
              stable.get().version(),
              stable.get().flavour(),
              present.get().replicas()));
    }
    if (request.propose() || world.git.isProtected) {
      return new Answer.Proposed("reeve-rollback/" + Manifests.CLUSTER, "protected");
    }
    var id =
        world.commit(Optional.of(tip.withTexts(texts -> texts.putAll(restored))), "", List.of());
    request.restorations().forEach(each -> world.laws.restored(each.key(), each.failed(), id));
    return new Answer.Restored(id);
  }

  private void annotate(Effect.Request.Annotate request) {
    request.notes().forEach(world.laws::says);
    int life = serverLife;
    long version = world.git.notesVersion;
    answer(request.id(), () -> world.git.annotate(version, life == serverLife, request.notes()));
  }

  private void answer(long id, java.util.function.Supplier<Answer> ask) {
    int life = serverLife;
    // Some pushes take so long that a successor has read the record before they arrive.
    world.in(
        world.timing.nextInt(8) == 0 ? world.between(10, 4_000) : world.between(10, 200),
        () -> {
          var answer = ask.get();
          world.in(
              world.between(5, 100),
              () -> {
                if (serverLife == life) {
                  step(new Event.Answered(id, answer));
                }
              });
        });
  }

  private void wakeCore(Instant when) {
    if (!coreWake.isAfter(when) && coreWake.isAfter(world.now)) {
      return;
    }
    coreWake = when;
    int life = serverLife;
    world.at(
        when,
        () -> {
          if (serverLife == life && when.equals(coreWake)) {
            coreWake = Instant.MAX;
            world.laws.woken(world.now);
            step(new Event.Woken());
          }
        });
  }
}
