package dev.reeve.agent.node.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Ulimit;
import dev.reeve.agent.node.ContainerPlan;
import dev.reeve.agent.node.NodeDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A plan in the engine's words: what a container is made of.
final class Creation {
  private static final String READ_WRITE_MAKE = "rwm";

  private Creation() {}

  static void describe(CreateContainerCmd command, ContainerPlan plan) {
    var program = plan.program();
    command
        .withLabels(plan.labels())
        .withEnv(program.env())
        .withTty(program.tty())
        .withStdinOpen(program.stdin())
        .withStdInOnce(program.stdinOnce());
    if (!program.entrypoint().isEmpty()) {
      command.withEntrypoint(program.entrypoint());
    }
    if (!program.command().isEmpty()) {
      command.withCmd(program.command());
    }
    program.workingDir().ifPresent(command::withWorkingDir);
    program.user().ifPresent(command::withUser);
    program.stopSignal().ifPresent(command::withStopSignal);
    plan.network().hostname().ifPresent(command::withHostName);
    var exposed = new ArrayList<ExposedPort>();
    plan.network().ports().forEach(it -> exposed.add(port(it)));
    if (!exposed.isEmpty()) {
      command.withExposedPorts(exposed);
    }
    command.withHostConfig(hostConfig(plan));
  }

  static HostConfig hostConfig(ContainerPlan plan) {
    var network = plan.network();
    var rights = plan.rights();
    var limits = plan.limits();
    var config =
        HostConfig.newHostConfig()
            .withNetworkMode(network.mode())
            .withRestartPolicy(RestartPolicy.noRestart())
            .withInit(plan.program().init())
            .withPrivileged(rights.privileged())
            .withReadonlyRootfs(rights.readOnlyRoot())
            .withOomScoreAdj(limits.oomScoreAdj());
    limits.cpuShares().ifPresent(it -> config.withCpuShares(Math.toIntExact(it)));
    limits.nanoCpus().ifPresent(config::withNanoCPUs);
    // Swap equal to memory: none beyond it.
    limits.memoryBytes().ifPresent(it -> config.withMemory(it).withMemorySwap(it));
    limits.shmBytes().ifPresent(config::withShmSize);
    if (!limits.ulimits().isEmpty()) {
      config.withUlimits(
          limits.ulimits().stream()
              .map(it -> new Ulimit(it.name(), it.soft(), it.hard()))
              .toList());
    }
    network(config, network);
    rights(config, rights);
    var binds = new ArrayList<Bind>();
    plan.mounts().forEach(it -> binds.add(bind(it)));
    config.withBinds(binds);
    devices(config, plan.devices());
    return config;
  }

  private static void network(HostConfig config, ContainerPlan.Network network) {
    network.ipc().ifPresent(config::withIpcMode);
    network.pid().ifPresent(config::withPidMode);
    var resolver = network.resolver();
    if (!resolver.servers().isEmpty()) {
      config.withDns(resolver.servers());
    }
    if (!resolver.searches().isEmpty()) {
      config.withDnsSearch(resolver.searches());
    }
    if (!resolver.options().isEmpty()) {
      config.withDnsOptions(resolver.options());
    }
    if (!network.hosts().isEmpty()) {
      config.withExtraHosts(network.hosts().toArray(String[]::new));
    }
    if (!network.sysctls().isEmpty()) {
      config.withSysctls(network.sysctls());
    }
    var bindings = new Ports();
    network
        .ports()
        .forEach(it ->
            bindings.bind(
                port(it),
                it.hostIp().isEmpty()
                    ? Ports.Binding.bindPort(it.hostPort())
                    : Ports.Binding.bindIpAndPort(it.hostIp(), it.hostPort())));
    if (!network.ports().isEmpty()) {
      config.withPortBindings(bindings);
    }
  }

  private static void rights(HostConfig config, ContainerPlan.Rights rights) {
    if (!rights.groups().isEmpty()) {
      config.withGroupAdd(rights.groups());
    }
    if (!rights.options().isEmpty()) {
      config.withSecurityOpts(rights.options());
    }
    config.withCapAdd(capabilities(rights.addCapabilities()));
    config.withCapDrop(capabilities(rights.dropCapabilities()));
  }

  private static void devices(HostConfig config, List<NodeDevice> devices) {
    var files = new ArrayList<Device>();
    var gpus = new ArrayList<String>();
    for (NodeDevice device : devices) {
      switch (device) {
        case NodeDevice.File(var _, var path) -> files.add(new Device(READ_WRITE_MAKE, path, path));
        case NodeDevice.Gpu(var _, var number) -> gpus.add(number);
      }
    }
    if (!files.isEmpty()) {
      config.withDevices(files);
    }
    if (!gpus.isEmpty()) {
      // As `docker run --gpus device=N` asks for them.
      config.withDeviceRequests(
          List.of(
              new DeviceRequest()
                  .withDriver("")
                  .withCount(0)
                  .withDeviceIds(gpus)
                  .withCapabilities(List.of(List.of("gpu")))
                  .withOptions(Map.of())));
    }
  }

  private static ExposedPort port(ContainerPlan.PortBinding it) {
    return new ExposedPort(it.containerPort(), InternetProtocol.parse(it.protocol()));
  }

  private static Bind bind(ContainerPlan.Mount mount) {
    return Bind.parse(
        mount.source()
            + ":"
            + mount.target()
            + ":"
            + (mount.readOnly() ? "ro" : "rw")
            + ","
            + mount.propagation());
  }

  private static Capability[] capabilities(List<String> names) {
    return names.stream().map(Capability::valueOf).toArray(Capability[]::new);
  }
}
