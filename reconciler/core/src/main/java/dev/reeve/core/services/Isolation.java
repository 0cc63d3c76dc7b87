package dev.reeve.core.services;

import dev.reeve.core.model.NetworkPolicy;
import dev.reeve.core.model.NetworkPolicy.Peer;
import dev.reeve.core.model.NetworkPolicy.Rule;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.PolicyState.Part;
import dev.reeve.core.state.WorkloadState;
import java.util.ArrayList;
import java.util.List;

/// Which pods of a workload a NetworkPolicy speaks of: ready or not, until they are gone.
public final class Isolation {
  private Isolation() {}

  public static Part part(NetworkPolicy policy, WorkloadState workload) {
    var namespace = workload.key().namespace();
    var selected = new ArrayList<String>();
    var in = lists(policy.in());
    var out = lists(policy.out());
    for (Pod pod : workload.pods().values()) {
      if (!pod.hasAddress()) {
        continue;
      }
      var labels = pod.labels();
      if (namespace.equals(policy.key().namespace()) && policy.pods().matches(labels)) {
        selected.add(pod.ip());
      }
      peers(policy.in(), in, namespace, pod);
      peers(policy.out(), out, namespace, pod);
    }
    return new Part(selected, copies(in), copies(out));
  }

  private static List<List<String>> lists(List<Rule> rules) {
    var lists = new ArrayList<List<String>>();
    rules.forEach(rule -> lists.add(new ArrayList<>()));
    return lists;
  }

  private static List<List<String>> copies(List<List<String>> lists) {
    return lists.stream().map(List::copyOf).toList();
  }

  private static void peers(List<Rule> rules, List<List<String>> into, String namespace, Pod pod) {
    var labels = pod.labels();
    for (int i = 0; i < rules.size(); i++) {
      boolean isPeer =
          rules.get(i).peers().stream()
              .anyMatch(it ->
                  it instanceof Peer.Pods(var namespaces, var pods)
                      && namespaces.contains(namespace)
                      && pods.matches(labels));
      if (isPeer) {
        into.get(i).add(pod.ip());
      }
    }
  }
}
