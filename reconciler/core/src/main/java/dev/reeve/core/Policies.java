package dev.reeve.core;

import dev.reeve.core.model.NetworkPolicy;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.services.Isolation;
import dev.reeve.core.state.PolicyState;
import dev.reeve.core.state.PolicyState.Part;
import dev.reeve.core.state.WorkloadState;
import java.util.List;
import java.util.Optional;

/// NetworkPolicies, and the addresses of the pods that they speak of.
final class Policies {
  private Policies() {}

  static void want(Draft draft, NetworkPolicy policy) {
    var before = draft.routes.policies.get(policy.key());
    if (before.isPresent() && before.get().policy().equals(policy)) {
      return;
    }
    var parts = PagedMap.<ObjectKey, Part>empty().edit();
    for (WorkloadState workload : draft.workloads.publish().values()) {
      var part = Isolation.part(policy, workload);
      if (!part.isEmpty()) {
        parts.put(workload.key(), part);
      }
    }
    put(draft, policy, parts.publish(), before);
  }

  private static void put(
      Draft draft,
      NetworkPolicy policy,
      PagedMap<ObjectKey, Part> parts,
      Optional<PolicyState> before) {
    long version = draft.routes.changed(policy.key(), before.map(PolicyState::version).orElse(0L));
    draft.routes.policies.put(policy.key(), new PolicyState(policy, parts, version));
  }

  static void unwant(Draft draft, ObjectKey key) {
    draft
        .routes
        .policies
        .get(key)
        .ifPresent(gone -> {
          draft.routes.policies.remove(key);
          draft.routes.changed(key, gone.version());
        });
  }

  /// Workloads whose pods may be others than before.
  static void touched(Draft draft, List<ObjectKey> workloads) {
    if (draft.routes.policies.size() == 0) {
      return;
    }
    for (PolicyState each : draft.routes.policies.publish().values()) {
      var parts = each.parts();
      for (ObjectKey key : workloads) {
        var now = draft.workloads.get(key).map(it -> Isolation.part(each.policy(), it));
        var part = now.filter(it -> !it.isEmpty());
        if (!part.equals(parts.get(key))) {
          parts = part.isPresent() ? parts.with(key, part.get()) : parts.without(key);
        }
      }
      if (!isSame(parts, each.parts())) {
        put(draft, each.policy(), parts, Optional.of(each));
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same object where nothing is new
  private static boolean isSame(PagedMap<ObjectKey, Part> now, PagedMap<ObjectKey, Part> before) {
    return now == before;
  }
}
