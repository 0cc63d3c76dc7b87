package dev.reeve.core;

import dev.reeve.core.Effect.Notice.Severity;
import dev.reeve.core.model.Cidr;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodIdentity;
import dev.reeve.core.model.Reason;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Service;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.services.Addresses;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.ServiceState;
import dev.reeve.core.state.WorkloadState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Services: what they are given, and who serves them. A pod that is to stop is taken out first,
/// and stopped once no node sends it anything.
final class Services {
  /// Nodes that have not taken it over by then are not waited for.
  private static final Duration LONGEST_WITHDRAWAL = Duration.ofSeconds(3);

  private static final int UDP = 65_536;

  private Services() {}

  // --- what a commit says

  /// What a commit changes. All that it changes gives back what it had first, then who asks for
  /// something by name gets that, and then the others: so one may get what another had, whatever
  /// their names.
  ///
  /// @param gone those that it removes
  static void change(Draft draft, List<Service> wanted, List<ObjectKey> gone, String commit) {
    gone.forEach(key -> unwant(draft, key, commit));
    for (Service service : wanted) {
      draft.routes.services.get(service.key()).ifPresent(it -> giveBack(draft, it.given()));
    }
    wanted.stream().filter(Services::asks).forEach(it -> want(draft, it, commit));
    wanted.stream().filter(it -> !asks(it)).forEach(it -> want(draft, it, commit));
  }

  private static boolean asks(Service service) {
    return !service.clusterIp().isEmpty()
        || service.ports().stream().anyMatch(it -> it.nodePort() > 0);
  }

  /// @param commit that says so
  private static void want(Draft draft, Service wanted, String commit) {
    var before = draft.routes.services.get(wanted.key());
    var recorded = before.map(it -> file(it.given()));
    before.ifPresent(it -> giveBack(draft, it.given()));
    var given = give(draft, wanted, recorded, commit);
    put(draft, wanted, given);
    var file = file(given);
    if (!recorded.equals(Optional.of(file)) && (hasAny(file) || recorded.isPresent())) {
      draft.decide(
          Reason.SERVICE_ALLOCATED,
          Optional.of(wanted.key()),
          wanted.key().namespace() + "/" + wanted.key().name() + ": " + told(file),
          commit,
          List.of(),
          file.path(),
          hasAny(file) ? Optional.<RecordFile>of(file) : Optional.empty());
    }
  }

  /// As the record has it.
  static void resume(Draft draft, Service wanted, Optional<RecordFile.ServiceFile> file) {
    put(draft, wanted, give(draft, wanted, file, ""));
  }

  private static void put(Draft draft, Service wanted, Service given) {
    var before = draft.routes.services.get(wanted.key());
    var parts = parts(draft, given);
    long version =
        before.isPresent()
                && before.get().given().equals(given)
                && isSame(before.get().parts(), parts)
            ? before.get().version()
            : draft.routes.changed(wanted.key(), before.map(ServiceState::version).orElse(0L));
    before.ifPresent(it -> withdrawFrom(draft, it.parts(), parts));
    draft.routes.put(new ServiceState(wanted, given, parts, version));
  }

  private static void unwant(Draft draft, ObjectKey key, String commit) {
    draft
        .routes
        .services
        .get(key)
        .ifPresent(it -> {
          giveBack(draft, it.given());
          draft.routes.remove(it);
          withdrawFrom(draft, it.parts(), PagedMap.empty());
          if (hasAny(file(it.given()))) {
            draft.decide(
                Reason.PRUNED,
                Optional.of(key),
                key.namespace() + "/" + key.name() + ": its address is free",
                commit,
                List.of(),
                key.recordPath(),
                Optional.empty());
          }
        });
  }

  // --- what it is given

  private static Service give(
      Draft draft, Service wanted, Optional<RecordFile.ServiceFile> recorded, String commit) {
    var ip = wanted.hasAddress() ? address(draft, wanted, recorded, commit) : "";
    var ports = new ArrayList<Service.Port>();
    for (Service.Port port : wanted.ports()) {
      int nodePort =
          wanted.type() == Service.Type.NODE_PORT
              ? nodePort(draft, wanted, port, recorded, commit)
              : 0;
      ports.add(
          new Service.Port(port.name(), port.protocol(), port.port(), port.target(), nodePort));
    }
    return wanted.at(ip, ports);
  }

  private static String address(
      Draft draft, Service wanted, Optional<RecordFile.ServiceFile> recorded, String commit) {
    var key = wanted.key();
    var addresses = draft.routes.addresses;
    var asked = wanted.clusterIp();
    if (!asked.isEmpty()) {
      // Who asked for it by name comes before who was given it.
      var holder = addresses.get(asked).filter(it -> !it.equals(key));
      addresses.put(asked, key);
      holder.flatMap(draft.routes.services::get).ifPresent(it -> want(draft, it.desired(), commit));
      return asked;
    }
    var range = draft.settings.network().services();
    var again =
        recorded
            .map(RecordFile.ServiceFile::clusterIp)
            .filter(it -> !it.isEmpty() && range.contains(it) && !addresses.containsKey(it));
    var ip = again.orElseGet(() -> Addresses.clusterIp(range, key, addresses::containsKey));
    if (ip.isEmpty()) {
      exhausted(draft, key, "no address of " + range + " is free");
    } else {
      addresses.put(ip, key);
    }
    return ip;
  }

  private static int nodePort(
      Draft draft,
      Service wanted,
      Service.Port port,
      Optional<RecordFile.ServiceFile> recorded,
      String commit) {
    var key = wanted.key();
    int offset = port.protocol() == Service.Protocol.UDP ? UDP : 0;
    var taken = draft.routes.nodePorts;
    if (port.nodePort() > 0) {
      var holder = taken.get(offset + port.nodePort()).filter(it -> !it.equals(key));
      taken.put(offset + port.nodePort(), key);
      holder.flatMap(draft.routes.services::get).ifPresent(it -> want(draft, it.desired(), commit));
      return port.nodePort();
    }
    var again = recorded.map(it -> it.nodePorts().getOrDefault(name(port), 0)).orElse(0);
    int given =
        again > 0 && !taken.containsKey(offset + again)
            ? again
            : Addresses.nodePort(key, port, it -> taken.containsKey(offset + (int) it));
    if (given == 0) {
      exhausted(draft, key, "no port of the nodes is free");
    } else {
      taken.put(offset + given, key);
    }
    return given;
  }

  private static void exhausted(Draft draft, ObjectKey key, String why) {
    draft.notice(Severity.WARNING, Optional.of(key), Reason.ADDRESSES_EXHAUSTED, key + ": " + why);
  }

  private static void giveBack(Draft draft, Service given) {
    var key = given.key();
    if (draft.routes.addresses.get(given.clusterIp()).equals(Optional.of(key))) {
      draft.routes.addresses.remove(given.clusterIp());
    }
    for (Service.Port port : given.ports()) {
      int at = port.nodePort() + (port.protocol() == Service.Protocol.UDP ? UDP : 0);
      if (draft.routes.nodePorts.get(at).equals(Optional.of(key))) {
        draft.routes.nodePorts.remove(at);
      }
    }
  }

  private static String name(Service.Port port) {
    return port.port() + "/" + port.protocol();
  }

  static RecordFile.ServiceFile file(Service given) {
    SortedMap<String, Integer> nodePorts = new TreeMap<>();
    for (Service.Port port : given.ports()) {
      if (port.nodePort() > 0) {
        nodePorts.put(name(port), port.nodePort());
      }
    }
    return new RecordFile.ServiceFile(given.key(), given.clusterIp(), nodePorts);
  }

  private static boolean hasAny(RecordFile.ServiceFile file) {
    return !file.clusterIp().isEmpty() || !file.nodePorts().isEmpty();
  }

  private static String told(RecordFile.ServiceFile file) {
    if (!hasAny(file)) {
      return "has no address";
    }
    var words = new ArrayList<String>();
    if (!file.clusterIp().isEmpty()) {
      words.add("at " + file.clusterIp());
    }
    file.nodePorts().forEach((port, node) -> words.add(port + " on every node's port " + node));
    return String.join(", ", words);
  }

  // --- who serves it

  /// All workloads of a namespace are looked at: only where what a Service selects has changed.
  private static PagedMap<ObjectKey, List<Endpoint>> parts(Draft draft, Service service) {
    var parts = PagedMap.<ObjectKey, List<Endpoint>>empty().edit();
    if (service.selector().isEmpty()) {
      return parts.publish();
    }
    var namespace = service.key().namespace();
    for (WorkloadState each :
        draft.workloads.publish().valuesFrom(new ObjectKey("", namespace, ""))) {
      if (!each.key().namespace().equals(namespace)) {
        break;
      }
      var part = part(draft, service, each);
      if (!part.isEmpty()) {
        parts.put(each.key(), part);
      }
    }
    return parts.publish();
  }

  private static List<Endpoint> part(Draft draft, Service service, WorkloadState workload) {
    return draft.deciders.route().endpoints(service, workload, it -> Nodes.isReady(draft, it));
  }

  /// Brings the Services, and the policies, of all that was touched in this step up to date.
  static void drain(Draft draft) {
    var touched = draft.routes.takeTouched();
    Policies.touched(draft, touched);
    for (ObjectKey workload : touched) {
      for (ObjectKey service : concerned(draft, workload)) {
        refresh(draft, draft.routes.services.get(service).orElseThrow(), workload);
      }
    }
    draft.routes.released(draft.now).forEach(draft::markNode);
  }

  private static SortedSet<ObjectKey> concerned(Draft draft, ObjectKey key) {
    var services = new TreeSet<>(draft.routes.servedBy(key));
    var workload = draft.workloads.get(key);
    if (workload.isPresent()) {
      Optional<Release> last = Optional.empty();
      for (Pod pod : workload.get().pods().values()) {
        // Pods of a release come one after another, nearly always.
        if (!last.equals(Optional.of(pod.release())) || PodIdentity.isOwnKind(key)) {
          last = Optional.of(pod.release());
          pod.labels()
              .forEach((name, value) ->
                  services.addAll(draft.routes.withLabel(key.namespace(), name, value)));
        }
      }
    }
    return services;
  }

  private static void refresh(Draft draft, ServiceState service, ObjectKey workload) {
    var before = service.parts().get(workload).orElse(List.of());
    var now =
        draft.workloads.get(workload).map(it -> part(draft, service.given(), it)).orElse(List.of());
    if (before.equals(now)) {
      return;
    }
    var parts =
        now.isEmpty() ? service.parts().without(workload) : service.parts().with(workload, now);
    long version = draft.routes.changed(service.key(), service.version());
    draft.routes.put(new ServiceState(service.desired(), service.given(), parts, version));
    withdraw(draft, workload, before, now);
  }

  private static void withdrawFrom(
      Draft draft,
      PagedMap<ObjectKey, List<Endpoint>> before,
      PagedMap<ObjectKey, List<Endpoint>> now) {
    before.forEach((workload, endpoints) ->
        withdraw(draft, workload, endpoints, now.get(workload).orElse(List.of())));
  }

  private static boolean isSame(
      PagedMap<ObjectKey, List<Endpoint>> before, PagedMap<ObjectKey, List<Endpoint>> now) {
    var differing = new ArrayList<ObjectKey>();
    PagedMap.difference(
        before,
        now,
        (key, old, present) -> {
          if (!Objects.equals(old, present)) {
            differing.add(key);
          }
        });
    return differing.isEmpty();
  }

  /// Pods that served and do not any more: as long as some node may still send them something, they
  /// are not stopped.
  private static void withdraw(
      Draft draft, ObjectKey workload, List<Endpoint> before, List<Endpoint> now) {
    var left = names(before);
    left.removeAll(names(now));
    var came = names(now);
    came.removeAll(names(before));
    var state = draft.workloads.get(workload);
    if (left.isEmpty() && came.isEmpty() || state.isEmpty()) {
      return;
    }
    for (Pod pod : state.get().pods().values()) {
      if (left.contains(pod.name())) {
        draft.routes.withdraw(pod.id(), pod.node(), draft.now.plus(LONGEST_WITHDRAWAL));
      } else if (came.contains(pod.name())) {
        draft.routes.withdrawn(pod.id());
      }
    }
  }

  private static SortedSet<String> names(List<Endpoint> endpoints) {
    var names = new TreeSet<String>();
    endpoints.forEach(it -> names.add(it.pod()));
    return names;
  }

  // --- the pods' network

  /// The first part of the pods' network that no node has.
  static String podNetwork(Draft draft, String node) {
    var network = draft.settings.network();
    var taken = draft.routes.podNetworks;
    OptionalLong found =
        Addresses.part(
            network.pods(), network.nodeBits(), taken.size(), it -> taken.containsKey(it));
    if (found.isEmpty()) {
      draft.notice(
          Severity.WARNING,
          Optional.empty(),
          Reason.ADDRESSES_EXHAUSTED,
          "node " + node + ": no part of " + network.pods() + " is free for its pods");
      return "";
    }
    taken.put(found.getAsLong(), node);
    return network.pods().part(found.getAsLong(), network.nodeBits()).toString();
  }

  /// What the record says that a node has.
  static void hasPodNetwork(Draft draft, String node, String pods) {
    var network = draft.settings.network();
    if (!pods.isEmpty() && network.pods().contains(pods.substring(0, pods.indexOf('/')))) {
      var part = Cidr.parse(pods);
      long index = network.pods().indexOf(pods.substring(0, pods.indexOf('/')));
      draft.routes.podNetworks.put(index >>> 32 - part.bits(), node);
    }
  }
}
