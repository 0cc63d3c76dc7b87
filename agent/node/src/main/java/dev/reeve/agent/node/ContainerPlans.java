package dev.reeve.agent.node;

import dev.reeve.agent.mind.DeviceSet;
import dev.reeve.agent.node.ContainerPlan.Limits;
import dev.reeve.agent.node.ContainerPlan.Mount;
import dev.reeve.agent.node.ContainerPlan.Network;
import dev.reeve.agent.node.ContainerPlan.PortBinding;
import dev.reeve.agent.node.ContainerPlan.Program;
import dev.reeve.agent.node.ContainerPlan.Rights;
import dev.reeve.agent.node.ContainerPlan.Ulimit;
import dev.reeve.agent.node.network.HostPort;
import dev.reeve.agent.node.network.PodNetwork;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.PodOrder;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/// From a pod's spec to what the engine is told, with Kubernetes' meaning of each field.
final class ContainerPlans {
  private static final long FEWEST_SHARES = 2;
  private static final long MOST_SHARES = 262_144;

  private static final String ULIMITS = "reeve.dev/ulimits";

  private ContainerPlans() {}

  // --- the sandbox

  /// @param place empty for one on the host's network
  /// @param names where the cluster's names are answered
  /// @param held volumes that are to be mounted as long as the pod lives
  static ContainerPlan sandbox(
      String cluster,
      PodOrder pod,
      PodSpec spec,
      Images.Pause pause,
      Optional<PodNetwork.Place> place,
      Optional<PodNetwork.Names> names,
      List<ContainerPlan.Mount> held) {
    var labels = Labels.of(cluster, pod, Labels.SANDBOX, 0, "pause", "");
    place.ifPresent(it -> labels.putAll(it.labels()));
    var resolver = PodDns.resolver(pod.namespace(), spec, names);
    return new ContainerPlan(
        Labels.name(pod, Labels.SANDBOX, 0),
        pause.image(),
        labels,
        Program.plain(pause.entrypoint()),
        place.isEmpty()
            ? hostNetwork(spec, resolver)
            : podNetwork(place.get(), pod, spec, resolver),
        Limits.none(),
        Rights.usual(),
        held,
        List.of());
  }

  private static Network hostNetwork(PodSpec spec, ContainerPlan.Resolver resolver) {
    return new Network(
        "host",
        Optional.empty(),
        resolver,
        hosts(spec),
        List.of(),
        Optional.of("shareable"),
        Optional.empty(),
        sysctls(spec));
  }

  private static SortedMap<String, String> sysctls(PodSpec spec) {
    var sysctls = new TreeMap<String, String>();
    Optional.ofNullable(spec.getSecurityContext())
        .map(it -> PodTemplates.orNone(it.getSysctls()))
        .orElse(List.of())
        .forEach(it -> sysctls.put(it.getName(), it.getValue()));
    return sysctls;
  }

  private static Network podNetwork(
      PodNetwork.Place place, PodOrder pod, PodSpec spec, ContainerPlan.Resolver resolver) {
    var given = PodTemplates.or(spec.getHostname(), "");
    var hostname = shortened(given.isEmpty() ? pod.name() : given);
    var hosts = new ArrayList<>(hosts(spec));
    // The engine writes this itself where the address is its own.
    place.address().ifPresent(it -> hosts.add(hostname + ":" + it));
    return new Network(
        place.mode(),
        Optional.of(hostname),
        resolver,
        hosts,
        place.address().isPresent() ? List.of() : ports(spec),
        Optional.of("shareable"),
        Optional.empty(),
        sysctls(spec));
  }

  /// A hostname has no more than 63 characters, and does not end in a dash or dot.
  private static String shortened(String name) {
    return name.length() <= 63 ? name : name.substring(0, 63).replaceAll("[-.]+$", "");
  }

  private static List<String> hosts(PodSpec spec) {
    var hosts = new ArrayList<String>();
    for (var alias : PodTemplates.orNone(spec.getHostAliases())) {
      PodTemplates.orNone(alias.getHostnames())
          .forEach(name -> hosts.add(name + ":" + alias.getIp()));
    }
    return hosts;
  }

  private static List<PortBinding> ports(PodSpec spec) {
    var bindings = new ArrayList<PortBinding>();
    for (var container : PodTemplates.lasting(spec)) {
      for (var port : PodTemplates.orNone(container.getPorts())) {
        if (port.getHostPort() != null && port.getHostPort() > 0) {
          bindings.add(
              new PortBinding(
                  PodTemplates.or(port.getHostIP(), ""),
                  port.getHostPort(),
                  port.getContainerPort(),
                  PodTemplates.or(port.getProtocol(), "TCP").toLowerCase(Locale.ROOT)));
        }
      }
    }
    return bindings;
  }

  /// Ports of the node that lead into the pod.
  static List<HostPort> hostPorts(PodSpec spec) {
    return ports(spec).stream()
        .map(it ->
            new HostPort(
                Service.Protocol.valueOf(it.protocol().toUpperCase(Locale.ROOT)),
                it.hostIp().equals("0.0.0.0") ? "" : it.hostIp(),
                it.hostPort(),
                it.containerPort()))
        .toList();
  }

  // --- a container

  /// @param confinement security options as the engine spells them
  /// @param init whether the engine has an init to put before processes
  /// @param given the devices that it is given
  /// @param devices the same, as they are on this node
  static ContainerPlan container(
      String cluster,
      PodFacts facts,
      Container container,
      int attempt,
      String sandbox,
      Images.Resolved resolved,
      Map<String, String> env,
      List<Mount> mounts,
      List<String> confinement,
      boolean init,
      DeviceSet given,
      List<NodeDevice> devices)
      throws Trouble {
    var spec = facts.template().spec();
    var pod = facts.order();
    var image = resolved.image();
    var own = Optional.ofNullable(container.getSecurityContext());
    var shared = Optional.ofNullable(spec.getSecurityContext());
    checkNotRoot(own, shared, image);
    var join = "container:" + sandbox;
    boolean sharesProcesses = Boolean.TRUE.equals(spec.getShareProcessNamespace());
    boolean onHostPid = Boolean.TRUE.equals(spec.getHostPID());
    var labels =
        Labels.of(
            cluster,
            pod,
            container.getName(),
            attempt,
            PodTemplates.hash(container),
            resolved.id());
    if (!given.isEmpty()) {
      labels.put(Labels.DEVICES, given.text());
    }
    return new ContainerPlan(
        Labels.name(pod, container.getName(), attempt),
        resolved.name(),
        labels,
        new Program(
            expanded(container.getCommand(), env),
            expanded(container.getArgs(), env),
            env.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList(),
            Optional.ofNullable(container.getWorkingDir()).filter(it -> !it.isEmpty()),
            user(own, shared, image),
            Boolean.TRUE.equals(container.getStdin()),
            Boolean.TRUE.equals(container.getStdinOnce()),
            Boolean.TRUE.equals(container.getTty()),
            init && !sharesProcesses && !onHostPid,
            Optional.ofNullable(container.getLifecycle()).map(Lifecycle::getStopSignal)),
        new Network(
            join,
            Optional.empty(),
            ContainerPlan.Resolver.OF_THE_NODE,
            List.of(),
            List.of(),
            Optional.of(Boolean.TRUE.equals(spec.getHostIPC()) ? "host" : join),
            onHostPid
                ? Optional.of("host")
                : sharesProcesses ? Optional.of(join) : Optional.empty(),
            Collections.emptySortedMap()),
        limits(container, facts),
        rights(own, shared, confinement),
        mounts,
        devices);
  }

  private static List<String> expanded(
      @org.jspecify.annotations.Nullable List<String> words, Map<String, String> env) {
    return PodTemplates.orNone(words).stream().map(it -> Expansion.expand(it, env)).toList();
  }

  private static Limits limits(Container container, PodFacts facts) {
    var resources = container.getResources();
    Map<String, Quantity> limits =
        resources == null ? Map.of() : PodTemplates.orNone(resources.getLimits());
    Map<String, Quantity> requests =
        resources == null ? Map.of() : PodTemplates.orNone(resources.getRequests());
    var cpuLimit = amount(limits, "cpu");
    var memoryLimit = amount(limits, "memory");
    var cpuRequest = amount(requests, "cpu").or(() -> cpuLimit);
    var memoryRequest = amount(requests, "memory").or(() -> memoryLimit);
    long shares =
        cpuRequest.map(it -> it.multiply(BigDecimal.valueOf(1024)).longValue()).orElse(0L);
    return new Limits(
        OptionalLong.of(Math.clamp(shares, FEWEST_SHARES, MOST_SHARES)),
        optional(cpuLimit.map(it -> it.movePointRight(9).longValue())),
        optional(memoryLimit.map(BigDecimal::longValue)),
        oomScore(memoryRequest, cpuLimit.isPresent() && memoryLimit.isPresent(), facts),
        OptionalLong.empty(),
        ulimits(facts.template().annotations().getOrDefault(ULIMITS, "")));
  }

  /// `nofile=1024:2048,nproc=512`; what is not written so was refused where it came from.
  private static List<Ulimit> ulimits(String text) {
    var ulimits = new ArrayList<Ulimit>();
    for (String word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      var parts = word.strip().split("[=:]", -1);
      long soft = Long.parseLong(parts[1]);
      ulimits.add(new Ulimit(parts[0], soft, parts.length > 2 ? Long.parseLong(parts[2]) : soft));
    }
    return ulimits;
  }

  /// Who asked for nothing goes first when memory runs out, who asked for much of it goes later.
  private static int oomScore(
      Optional<BigDecimal> memoryRequest, boolean isLimited, PodFacts facts) {
    if (memoryRequest.isEmpty()) {
      return 1000;
    }
    if (isLimited) {
      return 0;
    }
    long all = Math.max(1, facts.allocatable().memoryBytes());
    return Math.clamp(1000 - 1000 * memoryRequest.get().longValue() / all, 2, 999);
  }

  private static Optional<BigDecimal> amount(Map<String, Quantity> quantities, String resource) {
    return Optional.ofNullable(quantities.get(resource))
        .map(PodFacts::amount)
        .filter(it -> it.signum() > 0);
  }

  private static OptionalLong optional(Optional<Long> value) {
    return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
  }

  // --- rights

  private static Optional<Long> runAsUser(
      Optional<SecurityContext> own, Optional<PodSecurityContext> shared) {
    return own.map(SecurityContext::getRunAsUser)
        .or(() -> shared.map(PodSecurityContext::getRunAsUser));
  }

  private static Optional<String> user(
      Optional<SecurityContext> own, Optional<PodSecurityContext> shared, Engine.Image image) {
    var user = runAsUser(own, shared).map(it -> Long.toString(it));
    var group =
        own.map(SecurityContext::getRunAsGroup)
            .or(() -> shared.map(PodSecurityContext::getRunAsGroup));
    if (group.isEmpty()) {
      return user;
    }
    var imageUser = image.user().split(":", 2)[0];
    return Optional.of(user.orElse(imageUser.isEmpty() ? "0" : imageUser) + ":" + group.get());
  }

  private static void checkNotRoot(
      Optional<SecurityContext> own, Optional<PodSecurityContext> shared, Engine.Image image)
      throws Trouble {
    boolean mustNot =
        own.map(SecurityContext::getRunAsNonRoot)
            .or(() -> shared.map(PodSecurityContext::getRunAsNonRoot))
            .orElse(false);
    if (!mustNot) {
      return;
    }
    var asked = runAsUser(own, shared);
    if (asked.isPresent()) {
      if (asked.get() == 0) {
        throw new Trouble(
            Trouble.CONFIG, "container's runAsUser breaks non-root policy (runAsUser is 0)");
      }
      return;
    }
    var user = image.user().split(":", 2)[0];
    if (user.isEmpty() || user.equals("0") || user.equals("root")) {
      throw new Trouble(Trouble.CONFIG, "container has runAsNonRoot and image will run as root");
    }
    if (!user.matches("[0-9]+")) {
      throw new Trouble(
          Trouble.CONFIG,
          "container has runAsNonRoot and image has non-numeric user ("
              + user
              + "), cannot verify user is non-root");
    }
  }

  private static Rights rights(
      Optional<SecurityContext> own,
      Optional<PodSecurityContext> shared,
      List<String> confinement) {
    var groups = new ArrayList<String>();
    shared
        .map(it -> PodTemplates.orNone(it.getSupplementalGroups()))
        .orElse(List.of())
        .forEach(it -> groups.add(Long.toString(it)));
    shared.map(PodSecurityContext::getFsGroup).ifPresent(it -> groups.add(Long.toString(it)));
    var options = new ArrayList<>(confinement);
    if (own.map(SecurityContext::getAllowPrivilegeEscalation).map(it -> !it).orElse(false)) {
      options.add("no-new-privileges");
    }
    var capabilities = own.map(SecurityContext::getCapabilities);
    return new Rights(
        own.map(SecurityContext::getPrivileged).orElse(false),
        own.map(SecurityContext::getReadOnlyRootFilesystem).orElse(false),
        names(capabilities.map(Capabilities::getAdd)),
        names(capabilities.map(Capabilities::getDrop)),
        groups,
        options);
  }

  private static List<String> names(Optional<List<String>> capabilities) {
    return capabilities.orElse(List.of()).stream()
        .map(it -> it.toUpperCase(Locale.ROOT))
        .map(it -> it.startsWith("CAP_") ? it.substring(4) : it)
        .toList();
  }
}
