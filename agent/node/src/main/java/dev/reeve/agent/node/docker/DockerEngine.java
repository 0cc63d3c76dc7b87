package dev.reeve.agent.node.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.reeve.agent.node.ContainerPlan;
import dev.reeve.agent.node.Engine;
import dev.reeve.agent.node.EngineException;
import dev.reeve.agent.node.EngineException.Kind;
import dev.reeve.agent.node.Tar;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The Docker engine over its API. Calls run under a time limit of their own, since a stream that
/// is silent for hours and an engine that hangs look the same to the transport.
public final class DockerEngine implements Engine {
  private static final Duration QUICK = Duration.ofSeconds(10);
  private static final Duration SLOW = Duration.ofMinutes(2);
  private static final int CONNECTIONS = 1024;
  private static final int LONGEST_OUTPUT = 4096;

  /// The newest API that is spoken; engines from version 29 on refuse those before it.
  private static final int NEWEST_MINOR = 44;

  private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  private final String host;
  private volatile @Nullable DockerClient client;

  private DockerEngine(String host) {
    this.host = host;
  }

  /// @param host `unix:///var/run/docker.sock` or `tcp://…`; the engine need not be there yet
  public static DockerEngine at(String host) {
    return new DockerEngine(host);
  }

  // --- the machine

  @Override
  public void ping() throws EngineException {
    call(QUICK, () -> client().pingCmd().exec());
  }

  @Override
  public Facts facts() throws EngineException {
    return call(
        QUICK,
        () -> {
          var info = client().infoCmd().exec();
          return new Facts(
              or(info.getNCPU(), 1),
              or(info.getMemTotal(), 0L),
              or(info.getKernelVersion(), ""),
              or(info.getOperatingSystem(), ""),
              or(info.getOsType(), "linux"),
              or(info.getArchitecture(), ""),
              or(info.getServerVersion(), ""));
        });
  }

  // --- containers

  @Override
  public List<EngineContainer> containers(Map<String, String> labels) throws EngineException {
    var listed =
        call(
            QUICK,
            () -> client().listContainersCmd().withShowAll(true).withLabelFilter(labels).exec());
    var found = new ArrayList<EngineContainer>();
    for (var each : listed) {
      // One that went in between is not there any more, which is no trouble.
      container(each.getId()).ifPresent(found::add);
    }
    return found;
  }

  @Override
  public Optional<EngineContainer> container(String idOrName) throws EngineException {
    return found(QUICK, () -> described(client().inspectContainerCmd(idOrName).exec()));
  }

  private static EngineContainer described(InspectContainerResponse it) {
    var state = it.getState();
    var config = it.getConfig();
    var labels = new TreeMap<String, String>();
    Optional.ofNullable(config.getLabels()).ifPresent(labels::putAll);
    boolean runs = Boolean.TRUE.equals(state.getRunning());
    var startedAt = time(state.getStartedAt());
    var name = or(it.getName(), "");
    return new EngineContainer(
        it.getId(),
        name.startsWith("/") ? name.substring(1) : name,
        labels,
        runs
            ? EngineContainer.State.RUNNING
            : startedAt.isPresent() || "exited".equals(state.getStatus())
                ? EngineContainer.State.EXITED
                : EngineContainer.State.CREATED,
        or(config.getImage(), ""),
        or(it.getImageId(), ""),
        addresses(it),
        startedAt,
        runs ? Optional.empty() : time(state.getFinishedAt()),
        or(state.getExitCodeLong(), 0L).intValue(),
        Boolean.TRUE.equals(state.getOOMKilled()));
  }

  private static List<String> addresses(InspectContainerResponse it) {
    var ips = new ArrayList<String>();
    if (it.getNetworkSettings() != null && it.getNetworkSettings().getNetworks() != null) {
      for (ContainerNetwork network : it.getNetworkSettings().getNetworks().values()) {
        if (network.getIpAddress() != null && !network.getIpAddress().isEmpty()) {
          ips.add(network.getIpAddress());
        }
      }
    }
    return List.copyOf(ips);
  }

  private static Optional<Instant> time(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    try {
      var at = Instant.parse(text);
      return at.equals(NEVER) ? Optional.empty() : Optional.of(at);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  @Override
  public String create(ContainerPlan plan) throws EngineException {
    return call(
        SLOW,
        () -> {
          var command = client().createContainerCmd(plan.image()).withName(plan.name());
          describe(command, plan);
          return command.withHostConfig(hostConfig(plan)).exec().getId();
        });
  }

  private static void describe(CreateContainerCmd command, ContainerPlan plan) {
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
  }

  private static ExposedPort port(ContainerPlan.PortBinding it) {
    return new ExposedPort(it.containerPort(), InternetProtocol.parse(it.protocol()));
  }

  private static HostConfig hostConfig(ContainerPlan plan) {
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
    if (!rights.groups().isEmpty()) {
      config.withGroupAdd(rights.groups());
    }
    if (!rights.options().isEmpty()) {
      config.withSecurityOpts(rights.options());
    }
    config.withCapAdd(capabilities(rights.addCapabilities()));
    config.withCapDrop(capabilities(rights.dropCapabilities()));
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
    var binds = new ArrayList<Bind>();
    plan.mounts().forEach(it -> binds.add(bind(it)));
    config.withBinds(binds);
    return config;
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

  @Override
  public void start(String id) throws EngineException {
    call(
        SLOW,
        () -> {
          try {
            client().startContainerCmd(id).exec();
          } catch (NotModifiedException e) {
            // It runs already.
          }
          return Boolean.TRUE;
        });
  }

  @Override
  public void stop(String id, Duration grace) throws EngineException {
    found(
        grace.plus(SLOW),
        () -> {
          try {
            client()
                .stopContainerCmd(id)
                .withTimeout((int) grace.plusMillis(999).toSeconds())
                .exec();
          } catch (NotModifiedException e) {
            // It does not run.
          }
          return Boolean.TRUE;
        });
  }

  @Override
  public void remove(String id) throws EngineException {
    try {
      found(
          SLOW,
          () -> {
            client().removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
            return Boolean.TRUE;
          });
    } catch (EngineException e) {
      // Someone else is removing it right now.
      if (e.kind() != Kind.CONFLICT) {
        throw e;
      }
    }
  }

  // --- images

  @Override
  public Optional<Image> image(String reference) throws EngineException {
    return found(
        QUICK,
        () -> {
          var image = client().inspectImageCmd(reference).exec();
          var config = image.getConfig();
          return new Image(or(image.getId(), ""), config == null ? "" : or(config.getUser(), ""));
        });
  }

  @Override
  public void pull(String reference, Optional<RegistryLogin> login, Duration limit)
      throws EngineException {
    call(
        limit.plus(QUICK),
        () -> {
          var command = client().pullImageCmd(reference);
          login.ifPresent(it ->
              command.withAuthConfig(
                  new AuthConfig()
                      .withRegistryAddress(it.registry())
                      .withUsername(it.user())
                      .withPassword(it.password())));
          var progress =
              new ResultCallback.Adapter<PullResponseItem>() {
                private Optional<String> error = Optional.empty();

                @Override
                public void onNext(PullResponseItem item) {
                  if (item.getErrorDetail() != null) {
                    error = Optional.ofNullable(item.getErrorDetail().getMessage());
                  }
                }
              };
          try (var running = command.exec(progress)) {
            if (!running.awaitCompletion(limit.toMillis(), TimeUnit.MILLISECONDS)) {
              throw new EngineException(
                  Kind.REFUSED, "not pulled within " + limit.toSeconds() + " s: " + reference);
            }
          }
          if (progress.error.isPresent()) {
            throw new EngineException(Kind.REFUSED, progress.error.get());
          }
          return Boolean.TRUE;
        });
  }

  /// Loads an archive as `docker save` writes it: the client's own import cuts its stream short.
  @Override
  public void importImage(byte[] tar, String repository, String tag) throws EngineException {
    call(
        SLOW,
        () -> {
          var version = client().versionCmd().exec();
          var config =
              """
              {"architecture":"%s","os":"linux","created":"2026-01-01T00:00:00Z","config":{},\
              "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}\
              """
                  .formatted(or(version.getArch(), "amd64"), sha256(tar));
          var manifest =
              """
              [{"Config":"config.json","RepoTags":["%s:%s"],"Layers":["layer.tar"]}]\
              """
                  .formatted(repository, tag);
          var archive =
              new Tar()
                  .file("layer.tar", 0644, tar)
                  .file("config.json", 0644, config.getBytes(StandardCharsets.UTF_8))
                  .file("manifest.json", 0644, manifest.getBytes(StandardCharsets.UTF_8));
          client().loadImageCmd(new ByteArrayInputStream(archive.bytes())).exec();
          return Boolean.TRUE;
        });
    if (image(repository + ":" + tag).isEmpty()) {
      throw new EngineException(Kind.REFUSED, "image " + repository + ":" + tag + " was not taken");
    }
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  // --- looking inside

  @Override
  public ExecResult exec(String id, List<String> command, Duration limit) throws EngineException {
    return call(
        limit.plus(QUICK),
        () -> {
          var created =
              client()
                  .execCreateCmd(id)
                  .withAttachStdout(true)
                  .withAttachStderr(true)
                  .withCmd(command.toArray(String[]::new))
                  .exec();
          var output = new StringBuilder();
          var collect =
              new ResultCallback.Adapter<Frame>() {
                @Override
                public void onNext(Frame frame) {
                  if (output.length() < LONGEST_OUTPUT && frame.getPayload() != null) {
                    output.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                  }
                }
              };
          try (var running = client().execStartCmd(created.getId()).exec(collect)) {
            if (!running.awaitCompletion(limit.toMillis(), TimeUnit.MILLISECONDS)) {
              throw new EngineException(
                  Kind.REFUSED, "command timed out after " + limit.toMillis() + " ms");
            }
          }
          var exit = client().inspectExecCmd(created.getId()).exec().getExitCodeLong();
          return new ExecResult(or(exit, -1L).intValue(), output.toString());
        });
  }

  @Override
  public AutoCloseable logs(
      String id, LogQuery query, Consumer<byte[]> sink, Consumer<Optional<String>> end)
      throws EngineException {
    return call(
        QUICK,
        () -> {
          var command =
              client()
                  .logContainerCmd(id)
                  .withStdOut(true)
                  .withStdErr(true)
                  .withFollowStream(query.follow())
                  .withTimestamps(query.timestamps());
          if (query.tail() >= 0) {
            command.withTail(query.tail());
          }
          if (query.sinceSeconds() > 0) {
            command.withSince(
                (int) Instant.now().minusSeconds(query.sinceSeconds()).getEpochSecond());
          }
          return command.exec(
              new Stream<Frame>(
                  frame -> {
                    if (frame.getStreamType() != StreamType.STDIN && frame.getPayload() != null) {
                      sink.accept(frame.getPayload());
                    }
                  },
                  end));
        });
  }

  @Override
  public AutoCloseable events(
      Map<String, String> labels, Instant since, Consumer<EngineEvent> sink, Runnable end)
      throws EngineException {
    return call(
        QUICK,
        () ->
            client()
                .eventsCmd()
                .withLabelFilter(labels)
                .withEventTypeFilter(EventType.CONTAINER)
                // Only these: each health check and exec would be an event as well.
                .withEventFilter("start", "die")
                .withSince(Long.toString(since.getEpochSecond()))
                .exec(new Stream<Event>(event -> heard(event).ifPresent(sink), _ -> end.run())));
  }

  private static Optional<EngineEvent> heard(Event event) {
    var action = or(event.getAction(), "");
    var actor = event.getActor();
    if (actor == null || actor.getId() == null) {
      return Optional.empty();
    }
    long nanos = or(event.getTimeNano(), 0L);
    var at = Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    return switch (action) {
      case "start" -> Optional.of(new EngineEvent(EngineEvent.Kind.STARTED, actor.getId(), 0, at));
      case "die" -> {
        var attributes = Optional.ofNullable(actor.getAttributes()).orElse(Map.of());
        var code = or(attributes.get("exitCode"), "0");
        yield Optional.of(
            new EngineEvent(EngineEvent.Kind.DIED, actor.getId(), Integer.parseInt(code), at));
      }
      default -> Optional.empty();
    };
  }

  /// A stream of things that come until it ends, which is told once.
  private static final class Stream<T> implements ResultCallback<T> {
    private final Consumer<T> sink;
    private final Consumer<Optional<String>> end;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile @Nullable Closeable source;

    private Stream(Consumer<T> sink, Consumer<Optional<String>> end) {
      this.sink = sink;
      this.end = end;
    }

    @Override
    public void onStart(Closeable closeable) {
      source = closeable;
      if (isOver.get()) {
        close();
      }
    }

    @Override
    public void onNext(T item) {
      if (!isOver.get()) {
        sink.accept(item);
      }
    }

    @Override
    public void onError(Throwable error) {
      if (isOver.compareAndSet(false, true)) {
        end.accept(Optional.of(or(error.getMessage(), error.getClass().getSimpleName())));
      }
    }

    @Override
    public void onComplete() {
      if (isOver.compareAndSet(false, true)) {
        end.accept(Optional.empty());
      }
    }

    @Override
    public void close() {
      isOver.set(true);
      var open = source;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          // It is closed for us, whatever the other side makes of it.
        }
      }
    }
  }

  // --- networks

  @Override
  public void ensureNetwork(String name, Map<String, String> labels) throws EngineException {
    if (found(QUICK, () -> client().inspectNetworkCmd().withNetworkId(name).exec()).isPresent()) {
      return;
    }
    try {
      call(
          SLOW,
          () ->
              client()
                  .createNetworkCmd()
                  .withName(name)
                  .withDriver("bridge")
                  .withCheckDuplicate(true)
                  .withLabels(new HashMap<>(labels))
                  .exec());
    } catch (EngineException e) {
      // Another thread was quicker.
      if (e.kind() != Kind.CONFLICT) {
        throw e;
      }
    }
  }

  @Override
  public void removeNetworks(Map<String, String> labels) throws EngineException {
    var wanted = labels.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList();
    var networks =
        call(
            QUICK,
            () ->
                client().listNetworksCmd().withFilter("label", wanted).exec().stream()
                    .map(it -> it.getId())
                    .toList());
    for (String id : networks) {
      found(
          SLOW,
          () -> {
            client().removeNetworkCmd(id).exec();
            return Boolean.TRUE;
          });
    }
  }

  @Override
  public void close() {
    var open = client;
    client = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Nothing is left to be done with it.
      }
    }
  }

  // --- calling

  /// The client, made at the first call: only then is it known which API the engine speaks.
  private synchronized DockerClient client() throws IOException {
    var present = client;
    if (present != null) {
      return present;
    }
    String version;
    try (var first = connect(Optional.empty())) {
      version = or(first.versionCmd().exec().getApiVersion(), "1.41");
    }
    var made = connect(Optional.of(spoken(version)));
    client = made;
    return made;
  }

  private static String spoken(String offered) {
    int minor = Integer.parseInt(offered.substring(offered.indexOf('.') + 1));
    return "1." + Math.min(minor, NEWEST_MINOR);
  }

  private DockerClient connect(Optional<String> version) {
    var builder = DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host);
    version.ifPresent(builder::withApiVersion);
    DockerClientConfig config = builder.build();
    return DockerClientImpl.getInstance(
        config,
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(CONNECTIONS)
            .connectionTimeout(QUICK)
            .build());
  }

  private static <T> T call(Duration limit, Callable<T> work) throws EngineException {
    var result = new CompletableFuture<T>();
    var thread =
        Thread.ofVirtual()
            .name("engine")
            .start(() -> {
              try {
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      thread.interrupt();
      throw new EngineException(
          Kind.AWAY, "the engine did not answer within " + limit.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.AWAY, "interrupted", e);
    } catch (ExecutionException e) {
      throw said(e.getCause() == null ? e : e.getCause());
    }
  }

  /// As `call`; what is not there is an empty result.
  private static <T> Optional<T> found(Duration limit, Callable<T> work) throws EngineException {
    try {
      return Optional.of(call(limit, work));
    } catch (EngineException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static EngineException said(Throwable error) {
    return switch (error) {
      case EngineException e -> e;
      case NotFoundException e -> new EngineException(Kind.NOT_FOUND, message(e), e);
      case ConflictException e -> new EngineException(Kind.CONFLICT, message(e), e);
      case BadRequestException e -> new EngineException(Kind.REFUSED, message(e), e);
      case DockerException e -> new EngineException(Kind.REFUSED, message(e), e);
      case IllegalArgumentException e -> new EngineException(Kind.REFUSED, message(e), e);
      default -> new EngineException(Kind.AWAY, message(error), error);
    };
  }

  /// Docker wraps its sentence: `Status 404: {"message":"No such image: x"}`.
  private static String message(Throwable error) {
    var text = or(error.getMessage(), error.getClass().getSimpleName());
    int from = text.indexOf("{\"message\":\"");
    int to = text.lastIndexOf("\"}");
    return from >= 0 && to > from
        ? text.substring(from + "{\"message\":\"".length(), to).replace("\\\"", "\"")
        : text;
  }

  private static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
