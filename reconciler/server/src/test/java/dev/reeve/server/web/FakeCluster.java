package dev.reeve.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.Core;
import dev.reeve.core.Effect;
import dev.reeve.core.Event;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Verdict;
import dev.reeve.core.protocol.ContainerReport;
import dev.reeve.core.protocol.NodeInfo;
import dev.reeve.core.protocol.NodeUsage;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.protocol.Report;
import dev.reeve.core.record.RecordCommit;
import dev.reeve.core.record.RecordTree;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.CommitText;
import dev.reeve.manifest.Format;
import dev.reeve.manifest.ManifestFile;
import dev.reeve.manifest.Manifests;
import dev.reeve.manifest.Reading;
import dev.reeve.server.web.kubernetes.Trees;
import dev.reeve.server.web.view.ClusterInfo;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.CommitLine;
import dev.reeve.server.web.view.HappenedEvent;
import dev.reeve.server.web.view.LogRequest;
import dev.reeve.server.web.view.LogSink;
import dev.reeve.server.web.view.LogStream;
import dev.reeve.server.web.view.Published;
import dev.reeve.server.web.view.RecordedDecision;
import dev.reeve.server.web.view.Subscription;
import dev.reeve.server.web.view.UsedNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// A cluster in memory: the real core, fed with what a repository and obliging nodes would say.
/// Every push and every report is published at once.
final class FakeCluster implements ClusterView {
  static final String UNPULLABLE = "registry.example/missing:1";

  final AtomicInteger looksAtGit = new AtomicInteger();
  final List<LogRequest> logRequests = new CopyOnWriteArrayList<>();
  final Map<String, LogSink> openLogs = new TreeMap<>();
  final Map<ObjectKey, List<RecordedDecision>> histories = new TreeMap<>();

  /// What providers say, one after the other; the last for good.
  final Deque<Event.Answer.Measured> measurements = new ArrayDeque<>();

  /// Whether pods that are to stop take their time: nodes do not let go of any.
  boolean isSlowToStop;

  /// What nodes have measured.
  final SortedMap<String, UsedNode> used = new TreeMap<>();

  private String diff = "";

  private final Core core;
  private final Instant startedAt;
  private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<HappenedEvent> events = new ArrayList<>();
  private final List<CommitLine> commits = new ArrayList<>();
  private final SortedMap<String, FakeNode> nodes = new TreeMap<>();
  private Catalog catalog = Catalog.empty();
  private Instant now;
  private long number;
  private int pushes;
  private volatile Published published;

  private static final class FakeNode {
    private final SortedMap<String, PodReport> pods = new TreeMap<>();
    private long sequence;
    private long epoch;
    private long generation;
  }

  FakeCluster(String... nodeNames) {
    now = Instant.now().minusSeconds(3_600);
    startedAt = now;
    core = new Core("prod", now);
    published = new Published(core.root(), catalog, ++number, now);
    for (String name : nodeNames) {
      nodes.put(name, new FakeNode());
    }
  }

  /// Leads, and has heard every node.
  static FakeCluster leading(String... nodeNames) {
    var cluster = new FakeCluster(nodeNames);
    cluster.lead();
    return cluster;
  }

  synchronized void lead() {
    step(
        new Event.Started(
            ClusterSettings.defaults("prod"),
            RecordTree.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            Optional.empty()));
    for (String node : nodes.keySet()) {
      report(node, Report.Scope.FULL, List.of(), List.of());
    }
    pass(Duration.ofSeconds(20));
  }

  @Override
  public SortedMap<String, UsedNode> usage() {
    return used;
  }

  /// Each pod of an app uses so much; its node, too.
  synchronized void use(String app, long cpuMillis, long memoryBytes) {
    used.clear();
    var measured = new ArrayList<Event.NodeMeasured>();
    nodes.forEach((name, node) -> {
      var pods =
          node.pods.values().stream()
              .filter(it -> it.workload().name().equals(app))
              .map(it ->
                  new NodeUsage.PodUsage(
                      it.uid(), List.of(new NodeUsage.ContainerUsage(app, cpuMillis, memoryBytes))))
              .toList();
      var usage = new NodeUsage(cpuMillis, memoryBytes, 15_000, pods);
      used.put(name, new UsedNode(usage, now));
      measured.add(new Event.NodeMeasured(name, usage));
    });
    step(new Event.NodesMeasured(measured));
    pass(Duration.ofSeconds(15));
  }

  /// Commits these files, whole, and lets the cluster come to rest.
  synchronized void push(String subject, String... yaml) {
    pushes++;
    pass(Duration.ofSeconds(60));
    String sha = "%08x".formatted(0x7a3c0000 + pushes * 0x1d2f3).repeat(5);
    var files = new TreeMap<String, ManifestFile>();
    for (int i = 0; i < yaml.length; i++) {
      files.put(
          "apps/" + i + ".yaml",
          ManifestFile.parse(yaml[i].getBytes(StandardCharsets.UTF_8), Format.YAML));
    }
    String author = "Ada Lovelace <ada@example.test>";
    Reading reading =
        Manifests.read(
            "prod",
            new CommitText(sha, subject, author),
            files,
            new byte[32],
            Optional.of(catalog));
    commits.replaceAll(it ->
        new CommitLine(
            it.sha(), it.subject(), it.author(), it.at(), it.verdict(), it.isAccepted(), false));
    switch (reading) {
      case Reading.Accepted accepted -> {
        catalog = accepted.catalog();
        commits.replaceAll(it ->
            new CommitLine(
                it.sha(), it.subject(), it.author(), it.at(), it.verdict(), false, false));
        commits.addFirst(new CommitLine(sha, subject, author, now, Optional.empty(), true, true));
        step(new Event.DesiredChanged(accepted.state(), List.of(), List.of(), List.of()));
      }
      case Reading.Refused refused -> {
        commits.addFirst(new CommitLine(sha, subject, author, now, Optional.empty(), false, true));
        step(new Event.CommitRefused(sha, refused.lines(), List.of()));
      }
    }
    pass(Duration.ofSeconds(30));
  }

  /// Lets time go by, so that what waits for it comes to rest.
  synchronized void pass(Duration time) {
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      now = now.plusSeconds(1);
      step(new Event.NodesHeard(List.copyOf(nodes.keySet())));
      step(new Event.Woken());
    }
  }

  /// Changes what the node of the first pod of a workload says of it.
  void change(String workload, UnaryOperator<PodReport> change) {
    change(pod -> pod.workload().name().equals(workload), change);
  }

  /// The same of the first pod of which that holds.
  synchronized void change(Predicate<PodReport> which, UnaryOperator<PodReport> change) {
    for (Map.Entry<String, FakeNode> node : nodes.entrySet()) {
      for (PodReport pod : node.getValue().pods.values()) {
        if (which.test(pod)) {
          PodReport changed = change.apply(pod);
          node.getValue().pods.put(pod.uid(), changed);
          report(node.getKey(), Report.Scope.DELTA, List.of(changed), List.of());
          return;
        }
      }
    }
    throw new IllegalStateException("no such pod");
  }

  synchronized void happen(
      HappenedEvent.Severity severity, String reason, ObjectKey about, String message) {
    events.add(
        new HappenedEvent(
            events.size() + 1L, now, now, severity, reason, Optional.of(about), message, 1));
    publish();
  }

  private void step(Event event) {
    Deque<Event> waiting = new ArrayDeque<>();
    waiting.add(event);
    while (!waiting.isEmpty()) {
      for (Effect effect : core.step(waiting.poll(), now)) {
        switch (effect) {
          case Effect.Order order -> obey(order, waiting);
          case Effect.Route _, Effect.JoinAnswered _, Effect.ReadRecord _ -> {}
          case Effect.AskReport ask ->
              waiting.add(heard(ask.node(), Report.Scope.FULL, List.of(), List.of()));
          case Effect.Request.Restore restore ->
              waiting.add(
                  new Event.Answered(
                      restore.id(), new Event.Answer.Refused("nothing to write to")));
          case Effect.Request.Measure measure ->
              waiting.add(new Event.Answered(measure.id(), measured()));
          case Effect.Request.Query query ->
              waiting.add(new Event.Answered(query.id(), new Event.Answer.Retry("nobody to ask")));
          case Effect.Request.Append append -> {
            append.commits().forEach(this::recorded);
            waiting.add(new Event.Answered(append.id(), new Event.Answer.Ok()));
          }
          case Effect.Request request ->
              waiting.add(new Event.Answered(request.id(), new Event.Answer.Ok()));
          case Effect.Notice notice ->
              events.add(
                  new HappenedEvent(
                      events.size() + 1L,
                      now,
                      now,
                      notice.severity() == Effect.Notice.Severity.NORMAL
                          ? HappenedEvent.Severity.NORMAL
                          : HappenedEvent.Severity.WARNING,
                      notice.reason().word(),
                      notice.about(),
                      notice.message(),
                      1));
          case Effect.Continue _ -> waiting.add(new Event.Woken());
          case Effect.WakeAt _ -> {}
        }
      }
    }
    publish();
  }

  private Event.Answer measured() {
    if (measurements.isEmpty()) {
      return new Event.Answer.Retry("no provider");
    }
    return measurements.size() > 1 ? measurements.poll() : measurements.peek();
  }

  private void recorded(RecordCommit commit) {
    for (ObjectKey key : commit.resources()) {
      histories
          .computeIfAbsent(key, it -> new ArrayList<>())
          .addFirst(
              new RecordedDecision(
                  "%040x".formatted(histories.size() * 1_000L + number),
                  commit.subject(),
                  now,
                  commit.reason().word()));
    }
  }

  /// What is said of every two commits.
  void differ(String text) {
    diff = text;
  }

  private void publish() {
    published = new Published(core.root(), catalog, ++number, now);
    listeners.forEach(Runnable::run);
  }

  private void obey(Effect.Order effect, Deque<Event> waiting) {
    FakeNode node = Optional.ofNullable(nodes.get(effect.node())).orElseThrow();
    Order order = effect.order();
    var gone = new ArrayList<String>();
    if (order.scope() == Order.Scope.FULL) {
      var named = order.pods().stream().map(PodOrder::uid).toList();
      gone.addAll(node.pods.keySet().stream().filter(it -> !named.contains(it)).toList());
    }
    order.remove().forEach(it -> gone.add(it.uid()));
    if (isSlowToStop) {
      gone.clear();
    }
    gone.forEach(uid -> node.pods.remove(uid));
    var changed = new ArrayList<PodReport>();
    for (PodOrder pod : order.pods()) {
      if (!node.pods.containsKey(pod.uid())) {
        PodReport report = started(pod, node.pods.size());
        node.pods.put(pod.uid(), report);
        changed.add(report);
      }
    }
    node.epoch = order.epoch();
    node.generation = order.generation();
    waiting.add(heard(effect.node(), Report.Scope.DELTA, changed, gone));
  }

  private JsonNode template(PodOrder pod) {
    return core.root()
        .workloads()
        .get(pod.workload())
        .flatMap(it -> it.release(pod.release()))
        .<JsonNode>map(it -> read(it.template().json().toArray()))
        .or(() -> catalog.json(pod.workload()))
        .orElseThrow();
  }

  private static JsonNode read(byte[] json) {
    try {
      return Trees.MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PodReport started(PodOrder pod, int number) {
    var containers = new ArrayList<ContainerReport>();
    boolean runs = true;
    for (var container : template(pod).findValues("containers").getFirst()) {
      String image = container.path("image").asText();
      boolean isThere = !image.equals(UNPULLABLE);
      runs &= isThere;
      containers.add(
          new ContainerReport(
              container.path("name").asText(),
              false,
              image,
              isThere ? "sha256:" + "5".repeat(64) : "",
              isThere ? "c" + pod.uid().replace("-", "") : "",
              isThere ? ContainerReport.State.RUNNING : ContainerReport.State.WAITING,
              isThere,
              0,
              isThere ? Optional.of(now) : Optional.empty(),
              Optional.empty(),
              0,
              isThere ? "" : "ImagePullBackOff",
              isThere ? "" : "Back-off pulling image \"" + image + "\""));
    }
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        runs ? PodReport.Phase.RUNNING : PodReport.Phase.PENDING,
        runs,
        false,
        "10.244.0." + (number + 2),
        Optional.of(now),
        containers,
        "",
        "");
  }

  private void report(String node, Report.Scope scope, List<PodReport> pods, List<String> gone) {
    step(heard(node, scope, pods, gone));
  }

  private Event heard(String name, Report.Scope scope, List<PodReport> changed, List<String> gone) {
    FakeNode node = Optional.ofNullable(nodes.get(name)).orElseThrow();
    long base = node.sequence++;
    boolean isFull = scope == Report.Scope.FULL;
    return Event.NodesReported.of(
        name,
        "identity-" + name,
        new Report(
            "boot",
            isFull ? 0 : base,
            node.sequence,
            scope,
            node.epoch,
            node.generation,
            0,
            isFull ? Optional.of(info(name)) : Optional.empty(),
            isFull ? List.copyOf(node.pods.values()) : changed,
            gone));
  }

  private static NodeInfo info(String name) {
    var labels = new TreeMap<>(Map.of("kubernetes.io/hostname", name, NodeInfo.ZONE, "z1"));
    var details =
        new TreeMap<>(
            Map.of(
                "osImage", "Debian GNU/Linux 12",
                "kernelVersion", "6.1.0",
                "containerRuntimeVersion", "docker://20.10.24",
                "architecture", "amd64",
                "agentVersion", "reeve-0.1.0"));
    return new NodeInfo(
        new Resources(4_000, 8L << 30),
        110,
        labels,
        "192.0.2." + (name.hashCode() & 63),
        details,
        new TreeMap<>(Map.of("ghcr.io/team/web:1", 31_000_000L)));
  }

  static UnaryOperator<PodReport> crashed() {
    return pod ->
        with(
            pod,
            false,
            pod.containers().stream()
                .map(it ->
                    new ContainerReport(
                        it.name(),
                        false,
                        it.image(),
                        it.imageId(),
                        it.id(),
                        ContainerReport.State.WAITING,
                        false,
                        it.restarts() + 3,
                        it.startedAt(),
                        it.startedAt().map(at -> at.plusSeconds(5)),
                        1,
                        "CrashLoopBackOff",
                        "back-off 20s restarting failed container"))
                .toList());
  }

  static UnaryOperator<PodReport> unready() {
    return pod -> with(pod, false, pod.containers());
  }

  static PodReport with(PodReport pod, boolean ready, List<ContainerReport> containers) {
    return new PodReport(
        pod.uid(),
        pod.name(),
        pod.workload(),
        pod.release(),
        pod.commit(),
        pod.phase(),
        ready,
        pod.stopping(),
        pod.ip(),
        pod.startedAt(),
        containers,
        pod.reason(),
        pod.message());
  }

  synchronized String firstPod(String workload) {
    return nodes.values().stream()
        .flatMap(it -> it.pods.values().stream())
        .filter(it -> it.workload().name().equals(workload))
        .map(PodReport::name)
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  @Override
  public Published published() {
    return published;
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public synchronized List<HappenedEvent> events() {
    return List.copyOf(events);
  }

  @Override
  public synchronized List<CommitLine> commits() {
    return commits.stream()
        .map(it ->
            new CommitLine(
                it.sha(),
                it.subject(),
                it.author(),
                it.at(),
                verdict(it.sha()),
                it.isAccepted(),
                it.isTip()))
        .toList();
  }

  private Optional<Verdict> verdict(String sha) {
    return published.root().verdict(sha);
  }

  @Override
  public ClusterInfo info() {
    return new ClusterInfo(
        "prod",
        "https://git.example/acme/shop.git",
        "main",
        "deploy",
        "reeve/prod",
        "0.1.0",
        startedAt,
        "up to date, looked 3 s ago",
        published.root().epoch());
  }

  @Override
  public LogStream openLog(LogRequest request, LogSink sink) {
    logRequests.add(request);
    openLogs.put(request.container(), sink);
    if (request.previous()) {
      sink.failed("previous terminated container \"" + request.container() + "\" not found");
      return () -> {};
    }
    sink.chunk("listening on 8080\n".getBytes(StandardCharsets.UTF_8));
    if (request.follow()) {
      var writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 1; i <= 3; i++) {
                  sink.chunk(("request " + i + "\n").getBytes(StandardCharsets.UTF_8));
                }
                sink.end();
              });
      return writer::interrupt;
    } else {
      sink.end();
    }
    return () -> {};
  }

  @Override
  public synchronized List<RecordedDecision> history(ObjectKey key) {
    return List.copyOf(histories.getOrDefault(key, List.of()));
  }

  @Override
  public Optional<String> diff(List<ObjectKey> objects, String from, String to) {
    return from.equals(to) ? Optional.empty() : Optional.of(diff);
  }

  @Override
  public void lookAtGit() {
    looksAtGit.incrementAndGet();
  }
}
