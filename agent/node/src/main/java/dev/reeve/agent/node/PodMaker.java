package dev.reeve.agent.node;

import dev.reeve.agent.mind.NodeEffect;
import dev.reeve.agent.mind.NodeEvent;
import dev.reeve.agent.mind.NodeEvent.Probed.Outcome;
import dev.reeve.agent.mind.PodProgram.ProbeKind;
import dev.reeve.agent.mind.PodProgram.PullPolicy;
import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.agent.node.Engine.RegistryLogin;
import dev.reeve.agent.node.Releases.Release;
import dev.reeve.agent.node.network.NetworkException;
import dev.reeve.agent.node.network.PodNetwork;
import dev.reeve.core.model.ImagePin;
import dev.reeve.core.model.Resources;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.wire.ConfigContent;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The hands: carries out what the mind decides about pods, and answers with what came of it.
///
/// What concerns one pod is done in order, one at a time; pods go side by side. Done twice is done
/// once: a container that is there already, with our labels, is taken as made.
final class PodMaker {
  private static final Logger LOG = LoggerFactory.getLogger(PodMaker.class);

  private static final int DEATHS_REMEMBERED = 1000;

  private final Settings settings;
  private final Engine engine;
  private final Releases releases;
  private final Resources allocatable;
  private final NodeDevices devices;
  private final PodNetwork network;
  private final Consumer<NodeEvent> answers;
  private final Images images;
  private final ClaimedVolumes claimed;
  private final Volumes volumes;
  private final Checks checks;
  private final PodEnding ending;
  private final LastWords lastWords;
  private final RegistryLogins logins = new RegistryLogins();
  private final Lanes lanes = new Lanes();
  private final Turns turns = new Turns();
  private final Map<String, NodeEvent.Died> deaths =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private volatile boolean engineHasInit = true;

  PodMaker(
      Settings settings,
      Engine engine,
      Releases releases,
      Resources allocatable,
      NodeDevices devices,
      PodNetwork network,
      ClaimedVolumes claimed,
      Consumer<NodeEvent> answers) {
    this.settings = settings;
    this.engine = engine;
    this.releases = releases;
    this.allocatable = allocatable;
    this.devices = devices;
    this.network = network;
    this.claimed = claimed;
    this.answers = answers;
    images = new Images(engine, settings.node());
    volumes = new Volumes(settings, claimed);
    checks = new Checks(engine);
    lastWords = new LastWords(engine, releases, volumes);
    ending = new PodEnding(settings, engine, turns, releases, volumes, checks);
  }

  Lanes lanes() {
    return lanes;
  }

  /// What images are pulled with from now on.
  void pullSecrets(List<ConfigContent> all) {
    logins.set(all);
  }

  void pull(NodeEffect.Pull it, Optional<PodOrder> pod) {
    aside("pull", () -> answers.accept(pulled(it, pod)));
  }

  void startSandbox(NodeEffect.StartSandbox it) {
    lanes.run(it.pod().uid(), () -> answerAlive(sandbox(it.pod())));
  }

  void startContainer(NodeEffect.StartContainer it) {
    lanes.run(it.pod().uid(), () -> answerAlive(container(it)));
  }

  /// Brings the volumes of a pod to the config that its release has now.
  void refresh(PodOrder pod) {
    lanes.run(
        pod.uid(),
        () -> {
          var release = releases.get(pod.release());
          var template = release.flatMap(Release::template);
          if (template.isPresent()) {
            // No volume can tell the pod's address.
            volumes.refresh(release.get(), facts(pod, template.get(), ""));
          }
        });
  }

  void stopContainer(NodeEffect.StopContainer it) {
    lanes.run(
        it.uid(),
        () -> {
          try {
            engine.container(it.id()).ifPresent(found -> ending.stop(found, it.grace()));
          } catch (EngineException e) {
            LOG.warn("{} of pod {} is not stopped: {}", it.container(), it.uid(), e.summary());
          }
        });
  }

  void stopPod(NodeEffect.StopPod it) {
    lanes.run(it.uid(), () -> ending.stopAll(it));
  }

  void removeContainer(NodeEffect.RemoveContainer it) {
    aside("remove", () -> remove(it.id()));
  }

  void clearPod(NodeEffect.ClearPod it) {
    lanes.run(
        it.uid(),
        () -> {
          if (ending.clear(it)) {
            network.detach(it.uid());
            answers.accept(new NodeEvent.PodCleared(it.uid()));
          }
        });
  }

  void probe(NodeEffect.Probe it, Optional<PodOrder> pod) {
    aside(
        "probe",
        () -> {
          Optional<String> wrong;
          try {
            wrong = probed(it, pod);
          } catch (RuntimeException e) {
            wrong = Optional.of(OneLine.of(e));
          }
          answers.accept(
              new NodeEvent.Probed(
                  it.uid(),
                  it.container(),
                  it.attempt(),
                  it.kind(),
                  wrong.isEmpty() ? Outcome.SUCCESS : Outcome.FAILURE,
                  wrong.orElse("")));
        });
  }

  private static void aside(String name, Runnable work) {
    Thread.ofVirtual().name(name).start(work);
  }

  // --- ends

  /// A container ended. It may have done so before its start was even answered, so the end is
  /// remembered and told again after that answer.
  void died(NodeEvent.Died it) {
    synchronized (deaths) {
      deaths.put(it.id(), it);
      if (deaths.size() > DEATHS_REMEMBERED) {
        var oldest = deaths.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
    }
    answers.accept(it);
  }

  /// What a container said of its end; empty where it said nothing.
  String lastWords(EngineContainer ended, int exitCode) {
    return lastWords.of(ended, exitCode);
  }

  /// One of ours was started by someone else after it had ended: its place is taken by another.
  void startedByOthers(String id) {
    if (deaths.containsKey(id)) {
      aside("remove", () -> remove(id));
    }
  }

  private void answerAlive(NodeEvent answer) {
    answers.accept(answer);
    var id =
        switch (answer) {
          case NodeEvent.ContainerStarted it -> it.id();
          case NodeEvent.SandboxStarted it -> it.id();
          default -> "";
        };
    Optional.ofNullable(deaths.get(id)).ifPresent(answers);
  }

  // --- images

  private NodeEvent pulled(NodeEffect.Pull it, Optional<PodOrder> pod) {
    Images.Pull result;
    try {
      var login = pod.flatMap(order -> login(order, it.image()));
      result = images.obtain(it.image(), it.policy(), login, pin(pod, it.image(), it.known()));
    } catch (RuntimeException e) {
      result = new Images.Pull.Failed("ErrImagePull", OneLine.of(e));
    }
    return switch (result) {
      case Images.Pull.Done(var image) ->
          new NodeEvent.Pulled(it.uid(), it.container(), image.id());
      case Images.Pull.Failed(var reason, var message) ->
          new NodeEvent.PullFailed(it.uid(), it.container(), reason, message);
    };
  }

  /// Which one it must be: as the control plane says, or else what the container had before.
  private Optional<ImagePin> pin(Optional<PodOrder> pod, String image, String known) {
    return pod.stream()
        .flatMap(it -> it.images().stream())
        .filter(it -> it.image().equals(image))
        .findFirst()
        .or(() ->
            known.isEmpty()
                ? Optional.empty()
                : Optional.of(new ImagePin(image, known, settings.node())));
  }

  private Optional<RegistryLogin> login(PodOrder pod, String image) {
    return releases
        .template(pod)
        .flatMap(it -> logins.of(pod, PodTemplates.orNone(it.spec().getImagePullSecrets()), image));
  }

  // --- the sandbox

  private NodeEvent sandbox(PodOrder pod) {
    try {
      var template =
          releases
              .template(pod)
              .orElseThrow(() -> new Trouble(Trouble.CONFIG, "the template is not on this node"));
      var made =
          Boolean.TRUE.equals(template.spec().getHostNetwork())
              ? started(made(plan(pod, template.spec(), Optional.empty())))
              : networked(pod, template.spec());
      claimed.share(pod, template.spec());
      return new NodeEvent.SandboxStarted(pod.uid(), made.id(), settings.address(made));
    } catch (NetworkException e) {
      return new NodeEvent.SandboxFailed(pod.uid(), String.valueOf(e.getMessage()));
    } catch (EngineException e) {
      return new NodeEvent.SandboxFailed(pod.uid(), e.summary());
    } catch (Trouble e) {
      return new NodeEvent.SandboxFailed(pod.uid(), e.message());
    } catch (RuntimeException e) {
      LOG.error("sandbox of pod {}", pod.uid(), e);
      return new NodeEvent.SandboxFailed(pod.uid(), OneLine.of(e));
    }
  }

  private ContainerPlan plan(PodOrder pod, PodSpec spec, Optional<PodNetwork.Place> place)
      throws EngineException {
    return ContainerPlans.sandbox(
        settings.cluster(), pod, spec, images.pause(), place, network.names(), claimed.held(pod));
  }

  private EngineContainer networked(PodOrder pod, PodSpec spec)
      throws EngineException, NetworkException {
    var ports = ContainerPlans.hostPorts(spec);
    String id;
    try {
      id = made(plan(pod, spec, Optional.of(network.place(pod.uid(), ports))));
    } catch (EngineException e) {
      if (e.kind() != EngineException.Kind.NOT_FOUND) {
        throw e;
      }
      network.missing();
      id = made(plan(pod, spec, Optional.of(network.place(pod.uid(), ports))));
    }
    var made = started(id);
    network.attach(pod.uid(), made.process());
    return made;
  }

  // --- a container

  private NodeEvent container(NodeEffect.StartContainer it) {
    var pod = it.pod();
    try {
      var release =
          releases
              .get(pod.release())
              .orElseThrow(() -> new Trouble(Trouble.CONFIG, "the release is not on this node"));
      var template =
          release
              .template()
              .orElseThrow(() -> new Trouble(Trouble.CONFIG, "the template cannot be read"));
      var spec =
          template
              .container(it.container())
              .orElseThrow(() -> new Trouble(Trouble.CONFIG, "the template has no such container"));
      var sandbox =
          engine
              .container(it.sandbox())
              .filter(EngineContainer::isRunning)
              .orElseThrow(() -> new Trouble(Trouble.RUN, "the pod's sandbox is gone"));
      var facts = facts(pod, template, settings.address(sandbox));
      removeOthers(pod, it.container(), it.attempt());
      var made = makeAndStart(it, release, facts, spec);
      afterStart(spec, made, facts);
      return new NodeEvent.ContainerStarted(
          pod.uid(),
          it.container(),
          it.attempt(),
          made.id(),
          made.startedAt().orElse(Instant.now()));
    } catch (Trouble e) {
      return failed(it, e.reason(), e.message());
    } catch (EngineException e) {
      return failed(it, Trouble.CREATE, e.summary());
    } catch (RuntimeException e) {
      LOG.error("container {} of pod {}", it.container(), pod.uid(), e);
      return failed(it, Trouble.CREATE, OneLine.of(e));
    }
  }

  private PodFacts facts(PodOrder pod, PodTemplates.Template template, String address) {
    return new PodFacts(
        pod, template, settings.node(), settings.hostAddress(), address, allocatable);
  }

  private static NodeEvent failed(NodeEffect.StartContainer it, String reason, String message) {
    return new NodeEvent.StartFailed(it.pod().uid(), it.container(), it.attempt(), reason, message);
  }

  /// Earlier attempts that someone has started again must not run beside the new one.
  private void removeOthers(PodOrder pod, String container, int attempt) throws EngineException {
    if (attempt == 0) {
      return;
    }
    for (var each : engine.containers(Labels.ofPod(settings.cluster(), pod.uid()))) {
      if (each.isRunning()
          && Labels.container(each).equals(container)
          && Labels.attempt(each) != attempt) {
        engine.remove(each.id());
      }
    }
  }

  private EngineContainer makeAndStart(
      NodeEffect.StartContainer it, Release release, PodFacts facts, Container spec)
      throws Trouble, EngineException {
    var image = image(it, spec);
    var env = new Environment(release, facts).of(spec);
    var mounts = new ArrayList<>(volumes.mounts(release, facts, spec, env));
    mounts.add(lastWords(it, spec));
    var plan =
        ContainerPlans.container(
            settings.cluster(),
            facts,
            spec,
            it.attempt(),
            it.sandbox(),
            image,
            env,
            mounts,
            Confinement.options(
                settings.dataDir().resolve("seccomp"), facts.template().spec(), spec),
            engineHasInit,
            it.devices(),
            devices
                .of(it.devices())
                .orElseThrow(() ->
                    new Trouble(
                        Trouble.CONFIG, "not a device of this node: " + it.devices().text())));
    var id = made(plan);
    try {
      return started(id);
    } catch (EngineException e) {
      engine.remove(id);
      boolean lacksInit = engineHasInit && e.summary().contains("docker-init");
      if (!lacksInit) {
        throw new Trouble(Trouble.RUN, e);
      }
      LOG.warn("the engine has no init for containers; they run without one");
      engineHasInit = false;
      return makeAndStart(it, release, facts, spec);
    }
  }

  /// Pulled once, an image may have been removed since; then it is fetched again. What is here is
  /// not asked for anew, whatever the policy: that was done when it was pulled.
  private Images.Resolved image(NodeEffect.StartContainer it, Container spec) throws Trouble {
    var policy =
        releases.template(it.pod()).stream()
            .flatMap(template ->
                java.util.stream.Stream.concat(
                    template.program().init().stream(), template.program().containers().stream()))
            .filter(container -> container.name().equals(it.container()))
            .findFirst()
            .orElseThrow()
            .pull();
    var name = spec.getImage();
    var pin = pin(Optional.of(it.pod()), name, it.image());
    var atMost = policy == PullPolicy.ALWAYS ? PullPolicy.IF_NOT_PRESENT : policy;
    return switch (images.obtain(name, atMost, login(it.pod(), name), pin)) {
      // By its name it is easier to find for people. But what was looked up when the container was
      // first made may be long ago.
      case Images.Pull.Done(var image) -> it.attempt() == 0 ? image : image.byId();
      case Images.Pull.Failed(var reason, var message) -> throw new Trouble(reason, message);
    };
  }

  private ContainerPlan.Mount lastWords(NodeEffect.StartContainer it, Container spec)
      throws Trouble {
    try {
      return new ContainerPlan.Mount(
          volumes.lastWords(it.pod().uid(), it.container(), it.attempt()).toString(),
          PodTemplates.or(spec.getTerminationMessagePath(), "/dev/termination-log"),
          false,
          "rprivate");
    } catch (IOException e) {
      throw new Trouble(Trouble.CREATE, e);
    }
  }

  private void afterStart(Container spec, EngineContainer made, PodFacts facts)
      throws Trouble, EngineException {
    var hook = spec.getLifecycle() == null ? null : spec.getLifecycle().getPostStart();
    if (hook == null) {
      return;
    }
    var wrong =
        checks.hook(hook, spec, made.id(), facts.podIp(), facts.template().program().grace());
    if (wrong.isPresent()) {
      engine.stop(made.id(), facts.template().program().grace());
      engine.remove(made.id());
      throw new Trouble("PostStartHookError", wrong.get());
    }
  }

  /// Makes a container, or finds the one that was made for the same place before.
  private String made(ContainerPlan plan) throws EngineException {
    return turns.take(() -> madeOnce(plan));
  }

  private String madeOnce(ContainerPlan plan) throws EngineException {
    try {
      return engine.create(plan);
    } catch (EngineException e) {
      if (e.kind() != EngineException.Kind.CONFLICT) {
        throw e;
      }
      var present = engine.container(plan.name());
      if (present.isPresent()) {
        var labels = present.get().labels();
        if (!settings.cluster().equals(labels.get(Labels.CLUSTER))) {
          // Another's container has our name: it is never touched.
          throw e;
        }
        // An image's own labels stand beside ours.
        boolean isSame = labels.entrySet().containsAll(plan.labels().entrySet());
        if (present.get().isRunning() && isSame) {
          return present.get().id();
        }
        engine.remove(present.get().id());
      }
      return engine.create(plan);
    }
  }

  private EngineContainer started(String id) throws EngineException {
    return turns.take(() -> {
      engine.start(id);
      return engine
          .container(id)
          .orElseThrow(() ->
              new EngineException(
                  EngineException.Kind.NOT_FOUND, "started, and gone at once: " + id));
    });
  }

  private void remove(String id) {
    try {
      turns.take(() -> {
        engine.remove(id);
        return id;
      });
    } catch (EngineException e) {
      LOG.warn("container {} is not removed: {}", id, e.summary());
    }
  }

  // --- probes

  private Optional<String> probed(NodeEffect.Probe it, Optional<PodOrder> pod) {
    var container =
        pod.flatMap(releases::template).flatMap(template -> template.container(it.container()));
    if (container.isEmpty()) {
      return Optional.of("the template has no such container");
    }
    var probe = spec(container.get(), it.kind());
    return probe.isEmpty()
        ? Optional.empty()
        : checks.probe(probe.get(), container.get(), it.id(), it.ip(), it.timeout());
  }

  private static Optional<Probe> spec(Container container, ProbeKind kind) {
    return Optional.ofNullable(
        switch (kind) {
          case STARTUP -> container.getStartupProbe();
          case LIVENESS -> container.getLivenessProbe();
          case READINESS -> container.getReadinessProbe();
        });
  }
}
