package dev.reeve.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.Deciders;
import dev.reeve.core.Effect;
import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.disruption.Disruptions;
import dev.reeve.core.disruption.Disruptions.Covered;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Service;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.protocol.Routing;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.rollouts.RolloutPlan;
import dev.reeve.core.rollouts.RolloutView;
import dev.reeve.core.rollouts.RolloutView.PodView;
import dev.reeve.core.rollouts.RolloutView.Seat;
import dev.reeve.core.rollouts.RolloutView.Standing;
import dev.reeve.core.rollouts.Split;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.Search;
import dev.reeve.core.state.Root;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Cores made wrong on purpose, each in one way. An oracle that does not notice its mutant looks at
/// nothing.
class MutantsTest {
  private static final int SEEDS = 500;

  record Mutant(String name, List<String> laws, Mind.Maker maker) {
    @Override
    public String toString() {
      return name + " breaks " + String.join(" or ", laws);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void isNoticed(Mutant mutant) throws Exception {
    var noticed = new TreeSet<String>();
    for (long seed = 0;
        seed < SEEDS && noticed.stream().noneMatch(mutant.laws()::contains);
        seed++) {
      Simulation.run(Script.of(seed), mutant.maker(), new Coverage(), line -> {})
          .ifPresent(violation -> noticed.add(violation.law()));
    }
    // What seldom comes by chance was written down.
    for (String name : SimulationTest.regressions()) {
      if (noticed.stream().noneMatch(mutant.laws()::contains)) {
        Simulation.run(SimulationTest.regression(name), mutant.maker(), new Coverage(), line -> {})
            .ifPresent(violation -> noticed.add(violation.law()));
      }
    }

    assertThat(noticed).as("laws that noticed it").containsAnyElementsOf(mutant.laws());
  }

  static Stream<Mutant> mutants() {
    return Stream.of(
        deciding(
            "stops an old pod for each new one started", "S1", rollout(MutantsTest::impatient)),
        deciding("takes one more than may be missing", "S1", rollout(MutantsTest::oneTooMany)),
        deciding("starts all that is missing at once", "S2", rollout(MutantsTest::eager)),
        deciding("does not count what is stopping", "S2", rollout(MutantsTest::forgetful)),
        deciding("scales down one too far", "S9", rollout(MutantsTest::overzealous)),
        wrong("does not take up what runs", List.of("S9", "S2", "S12"), Blind::new),
        wrong("orders before its epoch is recorded", List.of("S10"), Hasty::new),
        wrong("orders under an older epoch", List.of("S10"), Stale::new),
        deciding("prunes whatever is gone", "S11", prune((present, deletions, percent) -> true)),
        deciding(
            "takes the budget for all",
            "S11",
            prune((present, gone, percent) -> !gone.equals(present) || present.size() < 5)),
        wrong("records no reasons", List.of("S12"), Wordless::new),
        wrong("records starts twice", List.of("S12"), Stammering::new),
        wrong("says that it recorded, and did not", List.of("S12", "L1", "L3"), Lying::new),
        wrong("takes a refused commit", List.of("S15"), Gullible::new),
        wrong("does not hear changes", List.of("L1", "L4"), Deaf::new),
        deciding("finds no room", "L1", place(MutantsTest::nowhere)),
        deciding("puts all pods on one node", "S4", place(MutantsTest::onTheFirst)),
        deciding("never starts the last pod", "L1", rollout(MutantsTest::lazy)),
        deciding(
            "replaces a pod whenever it looks",
            List.of("L2", "S1", "S9"),
            rollout(MutantsTest::restless)),
        wrong("does something at every second look", List.of("L2"), Fidgeting::new),
        wrong("records no stable release", List.of("L3", "L1"), Careless::new),
        wrong("records no nodes", List.of("S12", "L3"), Homeless::new),
        wrong("forgets answers", List.of("L4", "L1"), Inattentive::new),
        wrong("lets nodes in before it is recorded", List.of("S12"), Welcoming::new),
        wrong("takes a token twice", List.of("S12"), Forgetful::new),
        wrong("never asks to be woken", List.of("L4"), Sleepy::new),
        wrong("asks to be woken too late", List.of("L4"), Late::new),
        wrong("does not hear signs of life", List.of("S2", "L1"), Inconsolable::new),
        wrong("keeps final verdicts to itself", List.of("L5"), Discreet::new),
        wrong("never makes up its mind", List.of("L5"), Evasive::new),
        wrong("rolls back to what failed", List.of("S13"), Circular::new),
        wrong("rolls back before the failure is recorded", List.of("S13"), Rash::new),
        wrong("never rolls back text", List.of("L1"), Lenient::new),
        wrong("gives pods the config of another release", List.of("S5"), Mixing::new),
        wrong("never tells a text anew", List.of("S5"), Monotonous::new),
        wrong("does not say which image it is", List.of("S16"), Vague::new),
        wrong("does not record which image it is", List.of("S16", "L3"), Unresolved::new),
        deciding("gives the canary one pod more", "S6", scale(MutantsTest::oneCanaryMore)),
        wrong("takes a step before it is recorded", List.of("S6"), Eager::new),
        deciding(
            "takes from the stable release too early", "S7", scale(MutantsTest::oneStableFewer)),
        wrong("forgets where a rollout was", List.of("S6", "S12", "L3"), Absent::new),
        wrong("skips a step", List.of("S12"), Skipping::new),
        wrong("counts a measurement twice", List.of("S12"), Doubling::new),
        wrong("leaves pauses early", List.of("S12"), Hurried::new),
        wrong("takes every measurement for a success", List.of("S7"), Deafened::new),
        wrong("says a secret", List.of("S14"), Telling::new),
        deciding("moves pods without asking budgets", "S8", disrupt((budget, pods) -> 100)),
        deciding(
            "counts pods that are not ready for a budget",
            "S8",
            disrupt((budget, pods) ->
                Disruptions.allowed(
                    budget, new Covered(pods.expected(), pods.ready() + pods.others(), 0)))),
        deciding("rounds what must stay down", "S8", disrupt(MutantsTest::roundedDown)),
        new Mutant("lets all of a step use the same allowance", List.of("S8"), Unmindful::new),
        deciding("sends traffic to pods that are not ready", "S6", route(MutantsTest::readyOrNot)),
        deciding("shares traffic by the number of pods", "S6", route(MutantsTest::allAlike)),
        wrong("takes no pod out of a Service", List.of("S6"), Clinging::new),
        wrong("stops pods before nodes have let go of them", List.of("S6"), Abrupt::new),
        wrong("takes success for granted", List.of("L5"), Boastful::new),
        deciding(
            "replaces a StatefulSet's pod though its node may have it still",
            "S3",
            rollout(MutantsTest::impatientWithSilence)),
        deciding(
            "starts a number while its pod is stopping",
            List.of("S3", "S2"),
            rollout(MutantsTest::impatientWithEnds)),
        wrong("does not record where numbers are", List.of("S3", "L3"), Placeless::new),
        deciding("takes a volume from a node that it does not hear", "S3", forgetsSilentNodes()));
  }

  private static Mutant deciding(String name, String law, Deciders deciders) {
    return deciding(name, List.of(law), deciders);
  }

  private static Mutant deciding(String name, List<String> laws, Deciders deciders) {
    return new Mutant(name, laws, (cluster, now) -> new Simulation.Real(cluster, now, deciders));
  }

  private interface Wrapping {
    Mind wrap(Mind real);
  }

  private static Mutant wrong(String name, List<String> laws, Wrapping wrapping) {
    return new Mutant(
        name, laws, (cluster, now) -> wrapping.wrap(Simulation.REAL.make(cluster, now)));
  }

  // --- decisions

  private interface Change {
    RolloutPlan change(RolloutView view, RolloutPlan plan);
  }

  private static Deciders rollout(Change change) {
    var real = Deciders.REAL;
    return new Deciders(
        (strategy, view) -> change.change(view, real.rollout().plan(strategy, view)),
        real.scale(),
        real.place(),
        real.prune(),
        real.brake(),
        real.disrupt(),
        real.route(),
        real.job());
  }

  /// A node that is not heard uses nothing.
  private static Deciders forgetsSilentNodes() {
    return Deciders.REAL.with((isUsed, _) -> !isUsed);
  }

  private static Deciders scale(Deciders.Scale scale) {
    var real = Deciders.REAL;
    return new Deciders(
        real.rollout(),
        scale,
        real.place(),
        real.prune(),
        real.brake(),
        real.disrupt(),
        real.route(),
        real.job());
  }

  private static Split oneCanaryMore(Stepwise strategy, int replicas, int index) {
    var split = Deciders.REAL.scale().at(strategy, replicas, index);
    boolean isBetween = index < strategy.steps().size() && split.target() < replicas;
    return isBetween ? new Split(split.target() + 1, split.stable()) : split;
  }

  private static Split oneStableFewer(Stepwise strategy, int replicas, int index) {
    var split = Deciders.REAL.scale().at(strategy, replicas, index);
    return new Split(split.target(), Math.max(0, split.stable() - 1));
  }

  private static Deciders prune(Deciders.Prune prune) {
    var real = Deciders.REAL;
    return new Deciders(
        real.rollout(),
        real.scale(),
        real.place(),
        prune,
        real.brake(),
        real.disrupt(),
        real.route(),
        real.job());
  }

  private static Deciders place(Deciders.Place place) {
    var real = Deciders.REAL;
    return new Deciders(
        real.rollout(),
        real.scale(),
        place,
        real.prune(),
        real.brake(),
        real.disrupt(),
        real.route(),
        real.job());
  }

  private static Deciders disrupt(Deciders.Disrupt disrupt) {
    var real = Deciders.REAL;
    return new Deciders(
        real.rollout(),
        real.scale(),
        real.place(),
        real.prune(),
        real.brake(),
        disrupt,
        real.route(),
        real.job());
  }

  private static Deciders route(Deciders.Route route) {
    var real = Deciders.REAL;
    return new Deciders(
        real.rollout(),
        real.scale(),
        real.place(),
        real.prune(),
        real.brake(),
        real.disrupt(),
        route,
        real.job());
  }

  private static List<Endpoint> readyOrNot(
      Service service, WorkloadState workload, Predicate<String> isReady) {
    var tolerant =
        new Service(
            service.key(),
            service.type(),
            service.selector(),
            service.ports(),
            service.clusterIp(),
            service.externalIps(),
            service.externalName(),
            service.stickySeconds(),
            service.externalLocal(),
            service.internalLocal(),
            true);
    return Deciders.REAL.route().endpoints(tolerant, workload, isReady);
  }

  private static List<Endpoint> allAlike(
      Service service, WorkloadState workload, Predicate<String> isReady) {
    return Deciders.REAL.route().endpoints(service, workload, isReady).stream()
        .map(it ->
            new Endpoint(
                it.pod(), it.ip(), it.node(), 1, 1, it.headers(), it.hostname(), it.ports()))
        .toList();
  }

  private static int roundedDown(Budget budget, Covered pods) {
    int bounded = budget.bound().roundedDown(pods.expected());
    boolean isMinimum = budget.kind() == Budget.Kind.MIN_AVAILABLE;
    return isMinimum ? pods.ready() - bounded : Disruptions.allowed(budget, pods);
  }

  private static RolloutPlan impatient(RolloutView view, RolloutPlan plan) {
    if (plan.start() == 0) {
      return plan;
    }
    return withStop(
        plan, view.old().stream().filter(it -> it.standing() == Standing.AVAILABLE).findFirst());
  }

  private static RolloutPlan oneTooMany(RolloutView view, RolloutPlan plan) {
    if (plan.stop().isEmpty()) {
      return plan;
    }
    return withStop(
        plan,
        view.old().stream()
            .filter(it -> it.standing() == Standing.AVAILABLE && !plan.stop().contains(it.id()))
            .findFirst());
  }

  private static RolloutPlan eager(RolloutView view, RolloutPlan plan) {
    long active = view.target().stream().filter(it -> it.standing() != Standing.STOPPING).count();
    return new RolloutPlan(
        (int) Math.max(plan.start(), view.replicas() - active), plan.startStable(), plan.stop());
  }

  private static RolloutPlan impatientWithSilence(RolloutView view, RolloutPlan plan) {
    return withSeats(view, plan, Standing.UNREACHABLE);
  }

  private static RolloutPlan impatientWithEnds(RolloutView view, RolloutPlan plan) {
    return withSeats(view, plan, Standing.STOPPING);
  }

  /// Whose pods stand so is taken to have none.
  private static RolloutPlan withSeats(RolloutView view, RolloutPlan plan, Standing standing) {
    var seats = new ArrayList<>(plan.seats());
    for (Seat seat : view.seats()) {
      var holders =
          Stream.of(view.target(), view.stable(), view.old())
              .flatMap(List::stream)
              .filter(it -> it.seat().equals(seat.name()))
              .toList();
      if (!holders.isEmpty() && holders.stream().allMatch(it -> it.is(standing))) {
        seats.add(seat);
      }
    }
    return new RolloutPlan(plan.start(), plan.startStable(), seats, plan.stop());
  }

  private static RolloutPlan forgetful(RolloutView view, RolloutPlan plan) {
    long stopping =
        Stream.concat(view.target().stream(), view.old().stream())
            .filter(it -> it.standing() == Standing.STOPPING)
            .count();
    long active = view.target().stream().filter(it -> it.standing() != Standing.STOPPING).count();
    return new RolloutPlan(
        (int) Math.max(0, Math.min(plan.start() + stopping, view.replicas() - active)),
        plan.startStable(),
        plan.stop());
  }

  private static RolloutPlan overzealous(RolloutView view, RolloutPlan plan) {
    boolean scales = view.old().isEmpty() && !plan.stop().isEmpty();
    return scales
        ? withStop(
            plan,
            view.target().stream()
                .filter(it -> it.standing() == Standing.AVAILABLE && !plan.stop().contains(it.id()))
                .findFirst())
        : plan;
  }

  private static RolloutPlan lazy(RolloutView view, RolloutPlan plan) {
    boolean isLast = view.replicas() > 1 && view.target().size() == view.replicas() - 1;
    return isLast ? new RolloutPlan(0, plan.startStable(), plan.stop()) : plan;
  }

  private static RolloutPlan restless(RolloutView view, RolloutPlan plan) {
    boolean isSettled =
        view.old().isEmpty() && plan.start() == 0 && plan.stop().isEmpty() && view.replicas() > 0;
    return isSettled
        ? withStop(
            plan,
            view.target().stream().filter(it -> it.standing() == Standing.AVAILABLE).findFirst())
        : plan;
  }

  private static RolloutPlan withStop(RolloutPlan plan, Optional<PodView> pod) {
    if (pod.isEmpty()) {
      return plan;
    }
    var stop = new ArrayList<>(plan.stop());
    stop.add(pod.get().id());
    return new RolloutPlan(plan.start(), plan.startStable(), stop);
  }

  private static Ledger.Choice onTheFirst(Search search) {
    var ready = search.readyNodes();
    return ready.isEmpty() ? search.next() : new Ledger.Choice.Node(ready.getFirst());
  }

  private static Ledger.Choice nowhere(Search search) {
    return new Ledger.Choice.Nowhere("no room");
  }

  // --- whole minds

  /// Passes everything on; a mutant overrides what it gets wrong.
  private abstract static class Wrong implements Mind {
    final Mind real;

    Wrong(Mind real) {
      this.real = real;
    }

    @Override
    public Root root() {
      return real.root();
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return real.step(event, now).stream().map(this::change).toList();
    }

    Effect change(Effect effect) {
      return effect;
    }
  }

  /// Who serves once is told of for ever.
  private static final class Clinging extends Wrong {
    private final SortedMap<ObjectKey, SortedMap<String, Endpoint>> ever = new TreeMap<>();

    Clinging(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      return effect instanceof Effect.Route(var nodes, var it)
          ? new Effect.Route(
              nodes,
              new Routing(
                  it.epoch(),
                  it.base(),
                  it.version(),
                  it.scope(),
                  it.network(),
                  it.services().stream().map(this::withAll).toList(),
                  it.ingresses(),
                  it.policies(),
                  it.gone(),
                  it.nodes(),
                  it.goneNodes()))
          : effect;
    }

    private Routing.ServiceRoute withAll(Routing.ServiceRoute route) {
      var all = ever.computeIfAbsent(route.service().key(), key -> new TreeMap<>());
      route.endpoints().forEach(it -> all.put(it.pod(), it));
      return new Routing.ServiceRoute(route.service(), List.copyOf(all.values()));
    }
  }

  /// Takes each node's word for more than it has said.
  private static final class Abrupt extends Wrong {
    Abrupt(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return super.step(
          event instanceof Event.NodesReported(var reports)
              ? new Event.NodesReported(reports.stream().map(this::trusting).toList())
              : event,
          now);
    }

    private Event.NodeReport trusting(Event.NodeReport it) {
      var report = it.report();
      return new Event.NodeReport(
          it.node(),
          it.identity(),
          new Report(
              report.boot(),
              report.base(),
              report.sequence(),
              report.scope(),
              report.epoch(),
              report.generation(),
              root().routes().version() + 1,
              report.info(),
              report.pods(),
              report.gone()));
    }
  }

  /// Asks each budget once a step.
  private static final class Unmindful extends Wrong {
    private final SortedMap<ObjectKey, Integer> asked;

    Unmindful(String cluster, Instant now) {
      this(cluster, now, new TreeMap<>());
    }

    private Unmindful(String cluster, Instant now, SortedMap<ObjectKey, Integer> asked) {
      super(
          new Simulation.Real(
              cluster,
              now,
              disrupt((budget, pods) ->
                  asked.computeIfAbsent(budget.key(), key -> Disruptions.allowed(budget, pods)))));
      this.asked = asked;
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      asked.clear();
      return super.step(event, now);
    }
  }

  private static final class Blind extends Wrong {
    Blind(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      if (!(event instanceof Event.NodesReported(var reports))) {
        return super.step(event, now);
      }
      return super.step(
          new Event.NodesReported(reports.stream().map(this::halfSeen).toList()), now);
    }

    private Event.NodeReport halfSeen(Event.NodeReport it) {
      var report = it.report();
      if (report.scope() != Report.Scope.FULL || report.epoch() >= root().epoch()) {
        return it;
      }
      return new Event.NodeReport(
          it.node(),
          it.identity(),
          new Report(
              report.boot(),
              report.base(),
              report.sequence(),
              report.scope(),
              report.epoch(),
              report.generation(),
              report.routed(),
              report.info(),
              List.of(),
              List.of()));
    }
  }

  private static final class Hasty extends Wrong {
    Hasty(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<>(super.step(event, now));
      for (Effect effect : List.copyOf(effects)) {
        if (effect instanceof Request.Append append && root().lead() == Root.Lead.OBSERVING) {
          effects.remove(effect);
          effects.addAll(super.step(new Event.Answered(append.id(), new Answer.Ok()), now));
        }
      }
      return effects;
    }
  }

  private static final class Stale extends Wrong {
    Stale(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      if (effect instanceof Effect.Order(var node, var order) && order.epoch() > 1) {
        return new Effect.Order(
            node,
            new Order(
                order.epoch() - 1,
                order.base(),
                order.generation(),
                order.scope(),
                order.pods(),
                order.remove(),
                order.releases()));
      }
      return effect;
    }
  }

  private abstract static class Misrecording extends Wrong {
    Misrecording(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      return effect instanceof Request.Append(var id, var commits)
          ? new Request.Append(id, commits.stream().map(this::change).toList())
          : effect;
    }

    abstract RecordCommit change(RecordCommit commit);

    static RecordCommit with(
        RecordCommit commit, List<String> lines, SortedMap<String, Optional<RecordFile>> files) {
      return new RecordCommit(
          commit.subject(),
          lines,
          commit.resources(),
          commit.configCommit(),
          commit.reason(),
          commit.epoch(),
          files);
    }
  }

  /// The commit with each file of a workload altered.
  private static RecordCommit altered(
      RecordCommit commit, UnaryOperator<RecordFile.WorkloadFile> how) {
    var files = new TreeMap<String, Optional<RecordFile>>();
    commit
        .files()
        .forEach((path, file) ->
            files.put(
                path,
                file.map(it -> it instanceof RecordFile.WorkloadFile of ? how.apply(of) : it)));
    return Misrecording.with(commit, commit.lines(), files);
  }

  private static RecordFile.WorkloadFile copied(
      RecordFile.WorkloadFile file,
      Optional<Release.Ref> stable,
      Optional<StepProgress> steps,
      SortedMap<String, List<ImagePin>> images,
      SortedMap<String, RecordFile.Placement> placements) {
    return new RecordFile.WorkloadFile(
        file.key(),
        file.phase(),
        file.release(),
        stable,
        file.startedAt(),
        file.desired(),
        file.ready(),
        file.failed(),
        file.failure(),
        file.rollback(),
        steps,
        file.revisions(),
        file.others(),
        images,
        placements,
        file.job(),
        file.cron(),
        file.owner(),
        file.autoscaled());
  }

  private static final class Wordless extends Misrecording {
    Wordless(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      return with(commit, List.of(), new TreeMap<>(commit.files()));
    }
  }

  private static final class Stammering extends Misrecording {
    Stammering(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      var twice = new ArrayList<>(commit.lines());
      twice.addAll(commit.lines());
      return with(commit, twice, new TreeMap<>(commit.files()));
    }
  }

  private static final class Placeless extends Misrecording {
    Placeless(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      return altered(
          commit, it -> copied(it, it.stable(), it.steps(), it.images(), new TreeMap<>()));
    }
  }

  /// Records what was resolved as if nothing had been.
  private static final class Unresolved extends Misrecording {
    Unresolved(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      return altered(
          commit, it -> copied(it, it.stable(), it.steps(), new TreeMap<>(), it.placements()));
    }
  }

  private static final class Careless extends Misrecording {
    Careless(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      return altered(
          commit, it -> copied(it, Optional.empty(), it.steps(), it.images(), it.placements()));
    }
  }

  private static final class Homeless extends Misrecording {
    Homeless(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      var files = new TreeMap<>(commit.files());
      files.keySet().removeIf(path -> path.startsWith("nodes/"));
      return with(commit, commit.lines(), files);
    }
  }

  private static final class Lying extends Wrong {
    private int count;

    Lying(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<Effect>();
      for (Effect effect : super.step(event, now)) {
        if (effect instanceof Request.Append append && count++ % 4 == 3) {
          effects.addAll(super.step(new Event.Answered(append.id(), new Answer.Ok()), now));
        } else {
          effects.add(effect);
        }
      }
      return effects;
    }
  }

  private static final class Gullible extends Wrong {
    Gullible(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      if (event instanceof Event.CommitRefused refused && root().accepted().isPresent()) {
        var state = root().accepted().get();
        var objects = new TreeMap<ObjectKey, DesiredObject>();
        state.objects().forEach(objects::put);
        objects.replaceAll((key, object) ->
            new DesiredObject(
                key,
                object.contentHash() + "!",
                object.prune(),
                object.workload().map(Gullible::other)));
        return super.step(
            new Event.DesiredChanged(
                new DesiredState(refused.commit(), "", "", state.settings(), objects, List.of()),
                List.of(),
                List.of(),
                List.of()),
            now);
      }
      return super.step(event, now);
    }

    private static Workload other(Workload workload) {
      var release = workload.release();
      return workload.with(
          new Release(
              release.hash() + "x", release.commit(), release.template(), release.config()));
    }
  }

  private static final class Deaf extends Wrong {
    Deaf(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      if (!(event instanceof Event.NodesReported(var reports))) {
        return super.step(event, now);
      }
      var heard = reports.stream().filter(it -> it.report().scope() != Report.Scope.DELTA).toList();
      return heard.isEmpty() ? List.of() : super.step(new Event.NodesReported(heard), now);
    }
  }

  private static final class Fidgeting extends Wrong {
    Fidgeting(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<>(super.step(event, now));
      if (event instanceof Event.Resynced) {
        effects.add(new Effect.AskReport("n0"));
      }
      return effects;
    }
  }

  private static final class Inattentive extends Wrong {
    private int answers;

    Inattentive(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return event instanceof Event.Answered && answers++ > 4 ? List.of() : super.step(event, now);
    }
  }

  private static final class Sleepy extends Wrong {
    Sleepy(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return super.step(event, now).stream().filter(it -> !(it instanceof Effect.WakeAt)).toList();
    }
  }

  private static final class Late extends Wrong {
    Late(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      return effect instanceof Effect.WakeAt(var at)
          ? new Effect.WakeAt(at.plusMillis(700))
          : effect;
    }
  }

  private static final class Inconsolable extends Wrong {
    Inconsolable(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return event instanceof Event.NodesHeard
          ? super.step(new Event.Woken(), now)
          : super.step(event, now);
    }
  }

  private static final class Discreet extends Wrong {
    Discreet(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<Effect>();
      for (Effect effect : super.step(event, now)) {
        if (effect instanceof Request.Annotate annotate
            && annotate.notes().values().stream().anyMatch(it -> it.outcome().isFinal())) {
          effects.addAll(super.step(new Event.Answered(annotate.id(), new Answer.Ok()), now));
        } else {
          effects.add(effect);
        }
      }
      return effects;
    }
  }

  /// Says of every commit that it is pending, whatever it has come to.
  private static final class Evasive extends Wrong {
    Evasive(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      if (effect instanceof Request.Annotate(var id, var notes)) {
        var vague = new TreeMap<>(notes);
        vague.replaceAll((commit, said) -> new Verdict(Verdict.Outcome.PENDING, said.lines()));
        return new Request.Annotate(id, vague);
      }
      return effect;
    }
  }

  private static final class Welcoming extends Wrong {
    Welcoming(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<>(super.step(event, now));
      if (event instanceof Event.JoinAsked(var node, var token, var _)) {
        effects.add(new Effect.JoinAnswered(node, token, Effect.Join.ADMITTED));
      }
      return effects;
    }
  }

  private static final class Forgetful extends Wrong {
    Forgetful(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      return effect instanceof Effect.JoinAnswered(var node, var token, var answer)
              && answer == Effect.Join.USED
          ? new Effect.JoinAnswered(node, token, Effect.Join.ADMITTED)
          : effect;
    }
  }

  private static final class Boastful extends Wrong {
    Boastful(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      if (effect instanceof Request.Annotate(var id, var notes)) {
        var proud = new TreeMap<>(notes);
        proud.replaceAll((commit, said) -> new Verdict(Verdict.Outcome.SUCCESS, said.lines()));
        return new Request.Annotate(id, proud);
      }
      return effect;
    }
  }

  private static final class Circular extends Wrong {
    Circular(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      return effect instanceof Request.Restore it
          ? new Request.Restore(
              it.id(),
              it.epoch(),
              it.tip(),
              it.propose(),
              it.restorations().stream()
                  .map(each ->
                      new Request.Restoration(each.key(), each.failed(), each.failed(), each.why()))
                  .toList())
          : effect;
    }
  }

  /// Takes the record of a failure for written when it is not.
  private static final class Rash extends Wrong {
    Rash(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<Effect>();
      for (Effect effect : super.step(event, now)) {
        if (effect instanceof Request.Append append
            && append.commits().stream().anyMatch(it -> it.reason() == Reason.ROLLOUT_FAILED)) {
          effects.addAll(super.step(new Event.Answered(append.id(), new Answer.Ok()), now));
        } else {
          effects.add(effect);
        }
      }
      return effects;
    }
  }

  private static final class Mixing extends Wrong {
    Mixing(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      if (!(effect instanceof Effect.Order(var node, var order))) {
        return effect;
      }
      var texts =
          order.releases().stream()
              .map(it ->
                  new ReleaseText(
                      it.hash(),
                      it.commit(),
                      it.template(),
                      it.config().stream()
                          .map(use -> new ConfigUse(use.key(), "config-1"))
                          .toList()))
              .toList();
      return new Effect.Order(
          node,
          new Order(
              order.epoch(),
              order.base(),
              order.generation(),
              order.scope(),
              order.pods(),
              order.remove(),
              texts));
    }
  }

  /// Tells of a release's config what it told first, to whomever.
  private static final class Monotonous extends Wrong {
    private final TreeMap<String, List<ConfigUse>> told = new TreeMap<>();

    Monotonous(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      if (!(effect instanceof Effect.Order(var node, var order))) {
        return effect;
      }
      var texts =
          order.releases().stream()
              .map(it ->
                  new ReleaseText(
                      it.hash(),
                      it.commit(),
                      it.template(),
                      told.computeIfAbsent(it.hash(), hash -> it.config())))
              .toList();
      return new Effect.Order(
          node,
          new Order(
              order.epoch(),
              order.base(),
              order.generation(),
              order.scope(),
              order.pods(),
              order.remove(),
              texts,
              order.unclaimed()));
    }
  }

  /// Leaves it to each node which image a tag stands for.
  private static final class Vague extends Wrong {
    Vague(Mind real) {
      super(real);
    }

    @Override
    Effect change(Effect effect) {
      if (!(effect instanceof Effect.Order(var node, var order))) {
        return effect;
      }
      return new Effect.Order(
          node,
          new Order(
              order.epoch(),
              order.base(),
              order.generation(),
              order.scope(),
              order.pods().stream()
                  .map(it ->
                      new PodOrder(
                          it.uid(),
                          it.name(),
                          it.workload(),
                          it.release(),
                          it.commit(),
                          it.volumes(),
                          List.of()))
                  .toList(),
              order.remove(),
              order.releases(),
              order.unclaimed()));
    }
  }

  /// Takes the record of a step for written when it is not.
  private static final class Eager extends Wrong {
    Eager(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      var effects = new ArrayList<Effect>();
      for (Effect effect : super.step(event, now)) {
        effects.add(effect);
        if (effect instanceof Request.Append append
            && append.commits().stream()
                .anyMatch(it ->
                    it.reason() == Reason.ROLLOUT_STEPPED
                        || it.reason() == Reason.ROLLOUT_STARTED)) {
          effects.addAll(super.step(new Event.Answered(append.id(), new Answer.Ok()), now));
        }
      }
      return effects;
    }
  }

  private abstract static class Missteps extends Misrecording {
    Missteps(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      return altered(
          commit,
          it ->
              copied(
                  it, it.stable(), it.steps().flatMap(this::change), it.images(), it.placements()));
    }

    abstract Optional<StepProgress> change(StepProgress steps);

    static StepProgress with(StepProgress steps, int index, List<AnalysisRun> runs) {
      return new StepProgress(
          steps.plan(),
          index,
          steps.count(),
          steps.startedAt(),
          steps.pauseUntil(),
          steps.weight(),
          steps.keepUntil(),
          runs);
    }
  }

  private static final class Absent extends Missteps {
    Absent(Mind real) {
      super(real);
    }

    @Override
    Optional<StepProgress> change(StepProgress steps) {
      return Optional.empty();
    }
  }

  private static final class Skipping extends Missteps {
    Skipping(Mind real) {
      super(real);
    }

    @Override
    Optional<StepProgress> change(StepProgress steps) {
      boolean isMidway = steps.index() > 1 && steps.index() < steps.count() - 1;
      return Optional.of(isMidway ? with(steps, steps.index() + 1, steps.runs()) : steps);
    }
  }

  private static final class Doubling extends Missteps {
    Doubling(Mind real) {
      super(real);
    }

    @Override
    Optional<StepProgress> change(StepProgress steps) {
      var runs =
          steps.runs().stream()
              .map(run ->
                  new AnalysisRun(
                      run.name(),
                      run.outcome(),
                      run.startedAt(),
                      run.metrics().stream().map(Doubling::twice).toList()))
              .toList();
      return Optional.of(with(steps, steps.index(), runs));
    }

    private static MetricRun twice(MetricRun metric) {
      return new MetricRun(
          metric.name(),
          metric.outcome(),
          metric.count() * 2,
          metric.successful() * 2,
          metric.failed(),
          metric.inconclusive(),
          metric.errors(),
          metric.consecutiveErrors(),
          metric.consecutiveSuccesses(),
          metric.dryRun(),
          metric.nextAt(),
          metric.measurements());
    }
  }

  /// Promises longer pauses than it makes.
  private static final class Hurried extends Missteps {
    Hurried(Mind real) {
      super(real);
    }

    @Override
    Optional<StepProgress> change(StepProgress steps) {
      return Optional.of(
          new StepProgress(
              steps.plan(),
              steps.index(),
              steps.count(),
              steps.startedAt(),
              steps.pauseUntil().map(it -> it.plusSeconds(5)),
              steps.weight(),
              steps.keepUntil(),
              steps.runs()));
    }
  }

  private static final class Deafened extends Wrong {
    Deafened(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return event instanceof Event.Answered(var id, Answer.Measured _)
          ? super.step(new Event.Answered(id, new Answer.Measured(Outcome.SUCCESSFUL, "", "")), now)
          : super.step(event, now);
    }
  }

  private static final class Telling extends Misrecording {
    Telling(Mind real) {
      super(real);
    }

    @Override
    RecordCommit change(RecordCommit commit) {
      var lines = new ArrayList<>(commit.lines());
      lines.add("PASSWORD=" + Manifests.SECRET + "1");
      return with(commit, lines, new TreeMap<>(commit.files()));
    }
  }

  private static final class Lenient extends Wrong {
    Lenient(Mind real) {
      super(real);
    }

    @Override
    public List<Effect> step(Event event, Instant now) {
      return super.step(event, now).stream()
          .filter(it -> !(it instanceof Request.Restore))
          .toList();
    }
  }
}
