package dev.reeve.server;

import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.git.CommitInfo;
import dev.reeve.git.ConfigMirror;
import dev.reeve.git.GitOut;
import dev.reeve.git.LocalClone;
import dev.reeve.git.RemoteRepository;
import dev.reeve.git.SigningKey;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.age.Identities;
import dev.reeve.server.authority.ClusterAuthority;
import dev.reeve.server.gateway.AgentGateway;
import dev.reeve.server.images.ImagePolls;
import dev.reeve.server.measure.Measurements;
import dev.reeve.server.sync.Archive;
import dev.reeve.server.sync.ConfigContents;
import dev.reeve.server.sync.GitOutbox;
import dev.reeve.server.sync.RepositorySync;
import dev.reeve.server.timers.QuartzTimers;
import dev.reeve.server.web.StatusWeb;
import dev.reeve.server.web.view.ClusterInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control plane, put together: Git in, the loop around the core, agents, Git out, the web.
/// What is on its disk is a cache; what it must be given is the repository, its credentials and the
/// authority.
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final Duration CERTIFICATE = Duration.ofDays(20);

  /// How long after a commit nodes hear of a new registry login at the latest.
  private static final Duration PULL_SECRETS = Duration.ofSeconds(15);

  /// How often it is looked whether a registry is to be asked.
  private static final Duration IMAGES = Duration.ofSeconds(1);

  private static final Duration RESYNC = Duration.ofMinutes(5);

  /// What a control plane is told when it starts.
  ///
  /// @param path folder of the manifests in the repository; empty for its root
  /// @param ageKeys what decrypts files, as it is now
  /// @param signingKey what its own commits are signed with
  /// @param agentHost where agents dial in
  public record Settings(
      String cluster,
      Path dataDir,
      RemoteRepository repository,
      String branch,
      String path,
      Duration pollInterval,
      Supplier<Identities> ageKeys,
      Optional<SigningKey> signingKey,
      String agentHost,
      int agentPort,
      dev.reeve.server.web.Settings web,
      String version) {}

  private final LoopTime time = new LoopTime();
  private final PublishedView view;
  private final ReconcileLoop loop;
  private final QuartzTimers timers;
  private final GitOutbox outbox;
  private final RepositorySync sync;
  private final Measurements measurements;
  private final ImagePolls images;
  private final AgentGateway gateway;
  private final Archive archive;
  private final StatusWeb web;

  private ControlPlane(Settings settings, ClusterAuthority authority) throws IOException {
    var cluster = settings.cluster();
    var contents = new ConfigContents();
    loop = new ReconcileLoop(cluster, time, new Hands());
    timers = new QuartzTimers("reeve-" + cluster + "-" + settings.agentPort());
    view = new PublishedView(info(settings), loop.root(), Edges::new);
    outbox =
        new GitOutbox(
            GitOut.open(
                settings.dataDir().resolve("record"),
                settings.repository(),
                cluster,
                settings.signingKey()),
            settings.branch(),
            cluster,
            loop::submit);
    sync =
        new RepositorySync(
            ConfigMirror.open(
                settings.dataDir().resolve("mirror"),
                settings.repository(),
                settings.branch(),
                cluster),
            outbox,
            contents,
            new RepositorySync.Settings(
                cluster, settings.path(), settings.pollInterval(), settings.ageKeys()),
            authority.derivedKey("secret hashes"),
            loop::root,
            loop::submit);
    measurements = new Measurements(secret -> sync.catalog().configData(secret), loop::submit);
    images = new ImagePolls(loop::root, sync::catalog, loop::submit);
    gateway =
        new AgentGateway(
            settings.agentHost(), settings.agentPort(), authority, contents, sync::catalog, loop);
    archive =
        new Archive(
            new LocalClone(settings.dataDir().resolve("record")),
            outbox::recordTip,
            new LocalClone(settings.dataDir().resolve("mirror")),
            whenDone -> outbox.deepenRecord(Archive.COMMITS, whenDone),
            view::tellListeners);
    loop.start();
    gateway.start();
    web = StatusWeb.start(settings.web(), view);
    sync.start();
    timers.every("certificate", CERTIFICATE, gateway::renewCertificate);
    timers.every("pull secrets", PULL_SECRETS, gateway::tellPullSecrets);
    timers.every("images", IMAGES, images::look);
    timers.every("resync", RESYNC, () -> loop.submit(new Event.Resynced()));
  }

  /// Starts everything; the ports are open when this returns.
  public static ControlPlane start(Settings settings, ClusterAuthority authority)
      throws IOException {
    return new ControlPlane(settings, authority);
  }

  private static ClusterInfo info(Settings settings) {
    return new ClusterInfo(
        settings.cluster(),
        settings.repository().url(),
        settings.branch(),
        settings.path(),
        "reeve/" + settings.cluster(),
        settings.version(),
        Instant.now(),
        "",
        0);
  }

  /// Look at the repository now: somebody says that it has changed.
  public void lookAtGit() {
    sync.look();
  }

  public int webPort() {
    return web.port();
  }

  private final class Edges implements PublishedView.Sources {
    @Override
    public Catalog catalog() {
      return sync.catalog();
    }

    @Override
    public List<CommitInfo> recentCommits() {
      return sync.recentCommits();
    }

    @Override
    public String gitStatus() {
      return sync.status();
    }

    @Override
    public AgentGateway gateway() {
      return gateway;
    }

    @Override
    public Archive archive() {
      return archive;
    }

    @Override
    public void lookAtGit() {
      sync.look();
    }

    @Override
    public long steps() {
      return loop.steps();
    }
  }

  private final class Hands implements EffectHandler {
    @Override
    public void order(Effect.Order order) {
      gateway.order(order);
    }

    @Override
    public void askReport(String node) {
      gateway.askReport(node);
    }

    @Override
    public void joinAnswered(Effect.JoinAnswered answer) {
      gateway.joinAnswered(answer);
    }

    @Override
    public void readRecord() {
      sync.readRecord();
    }

    @Override
    public void route(Effect.Route route) {
      gateway.route(route);
    }

    @Override
    public void request(Effect.Request request) {
      switch (request) {
        case Effect.Request.Restore restore -> sync.restore(restore);
        case Effect.Request.UpdateImages update -> sync.updateImages(update);
        case Effect.Request.Append _, Effect.Request.Annotate _ -> outbox.send(request);
        case Effect.Request.Measure measure -> measurements.send(measure);
        case Effect.Request.Query query -> measurements.send(query);
      }
    }

    @Override
    public void notice(Effect.Notice notice, Instant at) {
      var about = notice.about().map(it -> it + ": ").orElse("");
      switch (notice.severity()) {
        case NORMAL -> LOG.info("{} {}{}", notice.reason().word(), about, notice.message());
        case WARNING -> LOG.warn("{} {}{}", notice.reason().word(), about, notice.message());
      }
      view.happened(notice, at);
    }

    @Override
    public void wakeAt(Instant at) {
      var delay = Duration.between(time.now(), at);
      timers.once("core", delay.isNegative() ? Duration.ZERO : delay, loop::ring);
    }

    @Override
    public void published() {
      view.publish(loop.root(), time.now());
    }
  }

  @Override
  public void close() {
    close("web", web);
    close("archive", archive);
    close("gateway", gateway);
    close("sync", sync);
    close("timers", timers);
    close("loop", loop);
    close("outbox", outbox);
    close("measurements", measurements);
    close("images", images);
    view.close();
  }

  /// What does not close must not keep the rest from closing.
  private static void close(String what, AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("{} did not close", what, e);
    }
  }
}
