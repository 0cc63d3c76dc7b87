package dev.reeve.simulation;

import java.util.List;

/// Something done to the world from outside: a push, or a fault. A script is a list of these; each
/// can be written as a line and read back.
///
/// @param atMillis when, since the start of the run
/// @param verb what
/// @param numbers its operands; what they mean depends on the verb
public record Action(long atMillis, Verb verb, List<Integer> numbers)
    implements Comparable<Action> {

  /// What can be done to the world.
  public enum Verb {
    /// workload, version, flavour: a new release of a workload.
    PUSH_RELEASE,
    /// workload, replicas.
    PUSH_SCALE,
    /// workload: its text goes.
    PUSH_DELETE,
    /// workload: its text comes (back).
    PUSH_ADD,
    /// All texts go.
    PUSH_DELETE_ALL,
    /// node: it takes no new pods.
    PUSH_CORDON,
    /// node: it takes no new pods, and those it has go elsewhere.
    PUSH_DRAIN,
    /// node: a taint under which pods leave.
    PUSH_TAINT,
    /// node: whatever was written of it goes.
    PUSH_OPEN,
    /// workload (or one after the last for all together), kind, number: a disruption budget. Kind 0
    /// and 1 say how many must stay, 2 and 3 how many may be missing; 1 and 3 in percent.
    PUSH_BUDGET,
    /// The live ConfigMap that all workloads use has other content.
    PUSH_FLAGS,
    /// The last refused deletion is approved.
    PUSH_APPROVAL,
    /// A commit that cannot be read.
    PUSH_INVALID,
    /// workload, reach: whoever watches promotes what is under way; 0 past the pause, 1 to the last
    /// step, 2 past all.
    PUSH_PROMOTE,
    /// workload: what is under way is given up.
    PUSH_ABORT,
    /// workload: the text of the release that failed comes back, to be tried again.
    PUSH_RETRY,
    /// node, index: a container is killed.
    KILL_CONTAINER,
    /// node, index: a pause container is killed.
    KILL_SANDBOX,
    /// node, milliseconds: power off; its containers are gone when it is back.
    NODE_DOWN,
    /// node, milliseconds: nothing gets through.
    PARTITION,
    /// node: the agent's process starts anew.
    AGENT_RESTART,
    /// node, milliseconds: the engine does not answer; its containers run on.
    ENGINE_DOWN,
    /// The control plane's process starts anew, with nothing but Git.
    SERVER_RESTART,
    /// milliseconds: pushes fail.
    GIT_DOWN,
    /// milliseconds: people's branch takes no pushes of Reeve's.
    GIT_PROTECTED,
    /// milliseconds: what is to be measured cannot be.
    METRICS_DOWN,
    /// The answer to the next push is lost after it was applied.
    GIT_LOSES_ANSWER,
    /// node: the next message to it is lost.
    LOSE_MESSAGE;

    boolean isPush() {
      return name().startsWith("PUSH");
    }
  }

  public Action {
    numbers = List.copyOf(numbers);
  }

  int number(int index) {
    return numbers.get(index);
  }

  @Override
  public int compareTo(Action other) {
    int order = Long.compare(atMillis, other.atMillis);
    return order != 0 ? order : verb.compareTo(other.verb);
  }

  /// `1200 PUSH_SCALE 0 5`.
  @Override
  public String toString() {
    var text = new StringBuilder().append(atMillis).append(' ').append(verb);
    numbers.forEach(number -> text.append(' ').append(number));
    return text.toString();
  }

  static Action parse(String line) {
    var words = line.trim().split(" +");
    var numbers = new java.util.ArrayList<Integer>();
    for (int i = 2; i < words.length; i++) {
      numbers.add(Integer.valueOf(words[i]));
    }
    return new Action(Long.parseLong(words[0]), Verb.valueOf(words[1]), numbers);
  }
}
