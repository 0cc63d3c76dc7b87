package dev.reeve.agent.node.docker;

import static dev.reeve.agent.node.docker.DockerCalls.QUICK;
import static dev.reeve.agent.node.docker.DockerCalls.SLOW;
import static dev.reeve.agent.node.docker.DockerCalls.call;
import static dev.reeve.agent.node.docker.DockerCalls.found;
import static dev.reeve.agent.node.docker.DockerCalls.or;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.StreamType;
import dev.reeve.agent.node.ContainerPlan;
import dev.reeve.agent.node.Engine;
import dev.reeve.agent.node.EngineException;
import dev.reeve.agent.node.EngineException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The Docker engine over its API.
public final class DockerEngine implements Engine {
  private static final int LONGEST_OUTPUT = 4096;

  private final DockerCalls calls;

  private DockerEngine(String host) {
    calls = new DockerCalls(host);
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
              or(info.getServerVersion(), ""),
              runtimes(info));
        });
  }

  private static List<String> runtimes(Info info) {
    return info.getRuntimes() == null ? List.of() : List.copyOf(info.getRuntimes().keySet());
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
  public SortedMap<String, Map<String, String>> running(Map<String, String> labels)
      throws EngineException {
    return call(
        QUICK,
        () -> {
          var running = new TreeMap<String, Map<String, String>>();
          client()
              .listContainersCmd()
              .withLabelFilter(labels)
              .exec()
              .forEach(it -> running.put(it.getId(), or(it.getLabels(), Map.of())));
          return running;
        });
  }

  @Override
  public Optional<EngineContainer> container(String idOrName) throws EngineException {
    return found(
        QUICK, () -> Descriptions.container(client().inspectContainerCmd(idOrName).exec()));
  }

  @Override
  public String create(ContainerPlan plan) throws EngineException {
    return call(
        SLOW,
        () -> {
          var command = client().createContainerCmd(plan.image()).withName(plan.name());
          Creation.describe(command, plan);
          return command.exec().getId();
        });
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
          return new Image(
              or(image.getId(), ""),
              config == null ? "" : or(config.getUser(), ""),
              or(image.getRepoDigests(), List.of()));
        });
  }

  @Override
  public List<ListedImage> images() throws EngineException {
    return call(
        SLOW,
        () ->
            client().listImagesCmd().exec().stream()
                .map(it -> new ListedImage(names(it), or(it.getSize(), 0L)))
                .filter(it -> !it.names().isEmpty())
                .toList());
  }

  private static List<String> names(com.github.dockerjava.api.model.Image image) {
    return Stream.of(image.getRepoTags(), image.getRepoDigests())
        .filter(Objects::nonNull)
        .flatMap(Stream::of)
        .filter(it -> !it.startsWith("<none>"))
        .toList();
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
          var archive = ImageArchive.of(tar, or(version.getArch(), "amd64"), repository, tag);
          client().loadImageCmd(new ByteArrayInputStream(archive)).exec();
          return Boolean.TRUE;
        });
    if (image(repository + ":" + tag).isEmpty()) {
      throw new EngineException(Kind.REFUSED, "image " + repository + ":" + tag + " was not taken");
    }
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
              new DockerStream<Frame>(
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
                .exec(
                    new DockerStream<Event>(
                        event -> Descriptions.event(event).ifPresent(sink), _ -> end.run())));
  }

  // --- networks

  @Override
  public void ensureVolume(
      String name, String driver, Map<String, String> options, Map<String, String> labels)
      throws EngineException {
    call(
        SLOW,
        () ->
            client()
                .createVolumeCmd()
                .withName(name)
                .withDriver(driver)
                .withDriverOpts(new HashMap<>(options))
                .withLabels(new HashMap<>(labels))
                .exec()
                .getName());
  }

  @Override
  public Optional<EngineVolume> volume(String name) throws EngineException {
    return found(
        QUICK,
        () -> {
          var volume = client().inspectVolumeCmd(name).exec();
          return new EngineVolume(
              volume.getName(),
              or(volume.getDriver(), ""),
              new TreeMap<>(or(volume.getLabels(), Map.of())),
              or(volume.getMountpoint(), ""));
        });
  }

  @Override
  public List<String> volumes(Map<String, String> labels) throws EngineException {
    var wanted = labels.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList();
    return call(
        QUICK,
        () ->
            client().listVolumesCmd().withFilter("label", wanted).exec().getVolumes().stream()
                .map(it -> it.getName())
                .toList());
  }

  @Override
  public void removeVolume(String name) throws EngineException {
    found(
        SLOW,
        () -> {
          client().removeVolumeCmd(name).exec();
          return Boolean.TRUE;
        });
  }

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
    calls.close();
  }

  private DockerClient client() throws IOException {
    return calls.client();
  }
}
