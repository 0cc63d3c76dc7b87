package dev.reeve.simulation;

import dev.reeve.simulation.Action.Verb;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/// A run before it happens: how many nodes and workloads there are, what is done to them and when,
/// and the seed of the streams that decide how long everything takes.
public record Script(long seed, int nodes, int workloads, List<Action> actions) {
  /// While actions come. Afterwards the world is left in peace until it is quiet.
  public static final long BUSY_MILLIS = 200_000;

  public Script {
    actions = List.copyOf(actions);
  }

  /// The script of a seed. Faults and pushes come from streams of their own, so that dropping one
  /// of them leaves the others as they were.
  public static Script of(long seed) {
    var world = new SplittableRandom(seed);
    var pushes = world.split();
    var faults = world.split();
    int nodes = 3 + world.nextInt(6);
    int workloads = 2 + world.nextInt(3);
    var actions = new ArrayList<Action>();
    var chosen = new ArrayList<Integer>();
    for (int form = 0; form < Manifests.FORMS; form++) {
      // Of those that are left, as many as are still wanted: each choice is as likely as another.
      if (world.nextInt(Manifests.FORMS - form) < workloads - chosen.size()) {
        chosen.add(form);
      }
    }
    chosen.forEach(it -> actions.add(new Action(0, Verb.PUSH_ADD, List.of(it))));
    int pushCount = 3 + pushes.nextInt(6);
    for (int i = 0; i < pushCount; i++) {
      actions.add(push(pushes, chosen, i));
    }
    var pushTimes = actions.stream().map(Action::atMillis).toList();
    int faultCount = faults.nextInt(12);
    for (int i = 0; i < faultCount; i++) {
      actions.add(fault(faults, nodes, pushTimes));
    }
    actions.addAll(moves(world.split(), nodes, chosen));
    actions.addAll(flags(world.split(), actions.stream().map(Action::atMillis).toList()));
    Collections.sort(actions);
    return new Script(seed, nodes, workloads, actions);
  }

  private static Action push(SplittableRandom random, List<Integer> workloads, int count) {
    long at = 3_000 + random.nextLong(BUSY_MILLIS - 3_000);
    int workload = workloads.get(random.nextInt(workloads.size()));
    return switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5 -> {
        int flavour = random.nextInt(10) < 6 ? 0 : 1 + random.nextInt(5);
        yield new Action(at, Verb.PUSH_RELEASE, List.of(workload, 2 + count, flavour));
      }
      case 6, 7, 8 -> new Action(at, Verb.PUSH_SCALE, List.of(workload, random.nextInt(6)));
      case 9 -> new Action(at, Verb.PUSH_DELETE, List.of(workload));
      case 10 -> new Action(at, Verb.PUSH_ADD, List.of(workload));
      case 11 ->
          random.nextBoolean()
              ? new Action(at, Verb.PUSH_DELETE_ALL, List.of())
              : new Action(at, Verb.PUSH_APPROVAL, List.of());
      case 12, 13 -> new Action(at, Verb.PUSH_PROMOTE, List.of(workload, random.nextInt(3)));
      case 14 ->
          random.nextBoolean()
              ? new Action(at, Verb.PUSH_ABORT, List.of(workload))
              : new Action(at, Verb.PUSH_RETRY, List.of(workload));
      default -> new Action(at, Verb.PUSH_INVALID, List.of());
    };
  }

  /// What is written of nodes and budgets. Nodes are closed several at a time, so that room gets
  /// scarce, and most of them are opened again.
  private static List<Action> moves(SplittableRandom random, int nodes, List<Integer> workloads) {
    var moves = new ArrayList<Action>();
    if (random.nextInt(4) == 0) {
      return moves;
    }
    int budgets = random.nextInt(4);
    for (int i = 0; i < budgets; i++) {
      boolean isForAll = random.nextInt(3) == 0;
      int covers = isForAll ? Manifests.FORMS : workloads.get(random.nextInt(workloads.size()));
      int kind = random.nextInt(4);
      int number =
          switch (kind) {
            case 0 -> 1 + random.nextInt(isForAll ? 9 : 4);
            case 1 -> 25 * (1 + random.nextInt(4));
            case 2 -> random.nextInt(3);
            default -> 25 * random.nextInt(3);
          };
      moves.add(
          new Action(
              random.nextBoolean() ? 1 : random.nextLong(BUSY_MILLIS),
              Verb.PUSH_BUDGET,
              List.of(covers, kind, number)));
    }
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      long at = 10_000 + random.nextLong(BUSY_MILLIS - 40_000);
      int count = random.nextBoolean() ? 1 : 1 + random.nextInt(nodes);
      boolean isAtOnce = random.nextBoolean();
      for (int closed = 0; closed < count; closed++) {
        var verb =
            switch (random.nextInt(8)) {
              case 0, 1 -> Verb.PUSH_CORDON;
              case 2 -> Verb.PUSH_TAINT;
              default -> Verb.PUSH_DRAIN;
            };
        var node = List.of(random.nextInt(nodes));
        moves.add(new Action(isAtOnce ? at : at + random.nextLong(3_000), verb, node));
        if (random.nextInt(4) > 0) {
          moves.add(new Action(at + 4_000 + random.nextLong(60_000), Verb.PUSH_OPEN, node));
        }
      }
    }
    return moves;
  }

  /// Most changes of live config come while something else is under way.
  private static List<Action> flags(SplittableRandom random, List<Long> busyTimes) {
    var flags = new ArrayList<Action>();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      long at =
          random.nextInt(4) == 0
              ? random.nextLong(BUSY_MILLIS)
              : busyTimes.get(random.nextInt(busyTimes.size())) + random.nextLong(8_000);
      flags.add(new Action(Math.min(BUSY_MILLIS, at), Verb.PUSH_FLAGS, List.of()));
    }
    return flags;
  }

  /// Half of the faults come while a push is worked off: that is where they hurt.
  private static Action fault(SplittableRandom random, int nodes, List<Long> pushTimes) {
    long at =
        random.nextBoolean()
            ? Math.min(
                BUSY_MILLIS,
                pushTimes.get(random.nextInt(pushTimes.size()))
                    + random.nextLong(random.nextBoolean() ? 4_000 : 40_000))
            : 2_000 + random.nextLong(BUSY_MILLIS - 2_000);
    int node = random.nextInt(nodes);
    int millis = random.nextInt(4) == 0 ? random.nextInt(60_000) : random.nextInt(12_000);
    return switch (random.nextInt(17)) {
      case 0, 1 -> new Action(at, Verb.KILL_CONTAINER, List.of(node, random.nextInt(10)));
      case 2 -> new Action(at, Verb.KILL_SANDBOX, List.of(node, random.nextInt(10)));
      case 3 -> new Action(at, Verb.NODE_DOWN, List.of(node, millis));
      case 4, 5 -> new Action(at, Verb.PARTITION, List.of(node, millis));
      case 6 -> new Action(at, Verb.AGENT_RESTART, List.of(node));
      case 7 -> new Action(at, Verb.ENGINE_DOWN, List.of(node, millis));
      case 8, 9, 10 -> new Action(at, Verb.SERVER_RESTART, List.of());
      case 11 -> new Action(at, Verb.GIT_DOWN, List.of(millis));
      case 13 -> new Action(at, Verb.GIT_PROTECTED, List.of(10_000 + millis));
      case 12 -> new Action(at, Verb.GIT_LOSES_ANSWER, List.of());
      case 14, 15 -> new Action(at, Verb.METRICS_DOWN, List.of(millis));
      default -> new Action(at, Verb.LOSE_MESSAGE, List.of(node));
    };
  }

  Script with(List<Action> fewer) {
    return new Script(seed, nodes, workloads, fewer);
  }

  /// As text: a line of header, then a line an action.
  public String text() {
    var text = new StringBuilder();
    text.append("seed ").append(seed).append(" nodes ").append(nodes);
    text.append(" workloads ").append(workloads).append('\n');
    actions.forEach(action -> text.append(action).append('\n'));
    return text.toString();
  }

  /// Reads what [#text] wrote; lines that begin with `#` are passed over.
  public static Script parse(String text) {
    var lines = text.lines().filter(it -> !it.isBlank() && !it.startsWith("#")).toList();
    var header = lines.getFirst().split(" ");
    return new Script(
        Long.parseLong(header[1]),
        Integer.parseInt(header[3]),
        Integer.parseInt(header[5]),
        lines.stream().skip(1).map(Action::parse).toList());
  }
}
