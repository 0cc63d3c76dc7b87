package dev.reeve.server.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Workload;
import dev.reeve.core.protocol.PodReport;
import dev.reeve.core.record.AnalysisRun;
import dev.reeve.core.record.Measurement;
import dev.reeve.core.record.MetricRun;
import dev.reeve.core.record.Phase;
import dev.reeve.core.record.RecordFile;
import dev.reeve.core.record.StepProgress;
import dev.reeve.core.rollouts.Traffic;
import dev.reeve.core.state.Pod;
import dev.reeve.core.state.Stepping;
import dev.reeve.core.state.WorkloadState;
import dev.reeve.server.web.kubernetes.Overview;
import dev.reeve.server.web.kubernetes.RolloutSteps;
import dev.reeve.server.web.kubernetes.Snapshot;
import dev.reeve.server.web.kubernetes.Trees;
import dev.reeve.server.web.view.ClusterInfo;
import dev.reeve.server.web.view.ClusterView;
import dev.reeve.server.web.view.RecordedDecision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// All that the page of one workload shows: where its rollout stands, what was measured, and how it
/// came to that.
final class RolloutJson {
  private static final int PODS = 200;
  private static final List<String> KINDS =
      List.of(
          "Rollout",
          "Deployment",
          "StatefulSet",
          "DaemonSet",
          "ReplicaSet",
          "Job",
          "CronJob",
          "Pod");

  /// A number, or a list of one, as a provider answers a query.
  private static final Pattern NUMBER =
      Pattern.compile("\\[?\\s*([-+]?\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?)\\s*\\]?");

  private final ClusterView view;
  private final Overview overview;

  RolloutJson(ClusterView view, Overview overview) {
    this.view = view;
    this.overview = overview;
  }

  /// @param kind empty for whichever there is, a Rollout first
  Optional<ObjectNode> of(Snapshot snapshot, String kind, String namespace, String name) {
    return KINDS.stream()
        .filter(it -> kind.isEmpty() || kind.equals(it))
        .flatMap(it -> snapshot.root().workloads().get(new ObjectKey(it, namespace, name)).stream())
        .findFirst()
        .map(it -> page(snapshot, it));
  }

  private ObjectNode page(Snapshot snapshot, WorkloadState state) {
    ClusterInfo info = view.info();
    var links = CommitLinks.of(info.repository());
    ObjectNode page = Trees.object();
    page.put("at", snapshot.at().toString());
    page.putObject("cluster")
        .put("name", info.cluster())
        .put("version", info.version())
        .put("repository", info.repository())
        .put("recordBranch", info.recordBranch());
    page.put("kind", state.key().kind());
    page.put("namespace", state.key().namespace());
    page.put("name", state.key().name());
    page.put("phase", state.phase().word());
    page.put("message", state.message());
    page.put("ready", state.readyPods());
    page.put("desired", state.desired().map(Workload::replicas).orElse(0));
    page.put("startedAt", state.startedAt().toString());
    page.put("promote", promote(state));
    steps(page, state);
    releases(page.putArray("releases"), snapshot, state, links);
    analyses(page.putArray("analyses"), state);
    failure(page, state, links);
    decisions(page.putArray("history"), view.history(state.key()), links);
    diff(page, state, links);
    return page;
  }

  /// The command that goes on with what waits for a person; empty where nothing does.
  private static String promote(WorkloadState state) {
    return state
        .current()
        .filter(_ -> state.phase() == Phase.PAUSED && !isPausedByText(state))
        .map(it -> "reeve promote " + state.key() + "@" + it.hash())
        .orElse("");
  }

  private static boolean isPausedByText(WorkloadState state) {
    return state.desired().map(Workload::paused).orElse(false);
  }

  private static void steps(ObjectNode page, WorkloadState state) {
    ArrayNode rows = page.putArray("steps");
    List<Step> steps = RolloutSteps.of(state);
    Optional<StepProgress> progress = state.stepping().map(Stepping::progress);
    int at = progress.map(StepProgress::index).orElse(steps.size());
    for (int i = 0; i < steps.size(); i++) {
      rows.addObject()
          .put("index", i)
          .put("kind", RolloutSteps.kind(steps.get(i)))
          .put("detail", RolloutSteps.detail(steps.get(i)))
          .put("state", i < at ? "done" : i == at ? "current" : "ahead");
    }
    current(page, state);
  }

  /// Where a workload by steps stands; nothing of one that has none.
  static void current(ObjectNode into, WorkloadState state) {
    if (state.stepping().isEmpty()) {
      return;
    }
    StepProgress progress = state.stepping().get().progress();
    List<Step> steps = RolloutSteps.of(state);
    into.putObject("step")
        .put("index", progress.index())
        .put("count", progress.count())
        .put(
            "kind",
            progress.index() < steps.size() ? RolloutSteps.kind(steps.get(progress.index())) : "")
        .put("startedAt", progress.startedAt().toString())
        .put("pauseUntil", progress.pauseUntil().map(Object::toString).orElse(""));
    state
        .current()
        .ifPresent(it ->
            into.put("weight", Optional.ofNullable(Traffic.of(state).get(it.hash())).orElse(0)));
  }

  // --- releases and their pods

  private void releases(ArrayNode rows, Snapshot snapshot, WorkloadState state, CommitLinks links) {
    Map<String, Release.Ref> releases = new LinkedHashMap<>();
    Stream.of(state.current(), state.stable())
        .flatMap(Optional::stream)
        .forEach(it -> releases.putIfAbsent(it.hash(), it.ref()));
    Map<String, List<Pod>> pods = new LinkedHashMap<>();
    for (Pod pod : state.pods().values()) {
      releases.putIfAbsent(pod.release().hash(), pod.release().ref());
      pods.computeIfAbsent(pod.release().hash(), _ -> new ArrayList<>()).add(pod);
    }
    var traffic = Traffic.of(state);
    for (Release.Ref release : releases.values()) {
      List<Pod> own = pods.getOrDefault(release.hash(), List.of());
      ObjectNode row =
          rows.addObject()
              .put("hash", release.hash())
              .put("role", role(state, release.hash()))
              .put("weight", Optional.ofNullable(traffic.get(release.hash())).orElse(0))
              .put("morePods", Math.max(0, own.size() - PODS));
      commit(row, release.commit(), links);
      ArrayNode list = row.putArray("pods");
      own.stream().limit(PODS).forEach(pod -> list.add(pod(snapshot, pod)));
    }
  }

  /// What a release is to its workload: `new`, `stable`, `old` or `failed`.
  static String role(WorkloadState state, String hash) {
    boolean isStable = state.stable().map(it -> it.hash().equals(hash)).orElse(false);
    boolean isCurrent = state.current().map(it -> it.hash().equals(hash)).orElse(false);
    if (state.failed().contains(hash)) {
      return "failed";
    }
    return isStable ? "stable" : isCurrent ? "new" : "old";
  }

  private ObjectNode pod(Snapshot snapshot, Pod pod) {
    return Trees.object()
        .put("name", pod.name())
        .put("node", pod.node())
        .put("status", overview.podStatus(snapshot, pod))
        .put("ready", pod.saysReady() && !pod.isStopping())
        .put("restarts", pod.report().map(PodReport::restarts).orElse(0))
        .put("since", pod.orderedAt().toString());
  }

  // --- what was measured

  private static void analyses(ArrayNode rows, WorkloadState state) {
    for (AnalysisRun run : RolloutSteps.runs(state)) {
      ObjectNode row =
          rows.addObject()
              .put("name", run.name())
              .put("outcome", run.outcome().word())
              .put("startedAt", run.startedAt().toString())
              .put("release", RolloutSteps.measured(state, run).hash());
      ArrayNode metrics = row.putArray("metrics");
      for (MetricRun metric : run.metrics()) {
        metrics.add(metric(metric, RolloutSteps.metric(state, run, metric.name())));
      }
    }
  }

  private static ObjectNode metric(MetricRun metric, Optional<Analysis.Metric> text) {
    ObjectNode row =
        Trees.object()
            .put("name", metric.name())
            .put("outcome", metric.outcome().word())
            .put("dryRun", metric.dryRun())
            .put("count", metric.count())
            .put("successful", metric.successful())
            .put("failed", metric.failed())
            .put("inconclusive", metric.inconclusive())
            .put("errors", metric.errors())
            .put("consecutiveErrors", metric.consecutiveErrors())
            .put("consecutiveSuccesses", metric.consecutiveSuccesses())
            .put("nextAt", metric.nextAt().map(Object::toString).orElse(""));
    text.ifPresent(it ->
        row.putObject("limits")
            .put("count", it.count())
            .put("failed", it.failureLimit())
            .put("inconclusive", it.inconclusiveLimit())
            .put("consecutiveErrors", it.consecutiveErrorLimit())
            .put("consecutiveSuccesses", it.consecutiveSuccessLimit()));
    ArrayNode measurements = row.putArray("measurements");
    for (Measurement measurement : metric.measurements()) {
      ObjectNode one =
          measurements
              .addObject()
              .put("outcome", measurement.outcome().word())
              .put("at", measurement.finishedAt().toString())
              .put("value", measurement.value())
              .put("message", measurement.message());
      Matcher number = NUMBER.matcher(measurement.value().strip());
      if (number.matches()) {
        double value = Double.parseDouble(number.group(1));
        if (Double.isFinite(value)) {
          one.put("number", value);
        }
      }
    }
    return row;
  }

  /// In a few words, for a list of many workloads.
  static void briefAnalyses(ArrayNode rows, WorkloadState state) {
    for (AnalysisRun run : RolloutSteps.runs(state)) {
      rows.addObject()
          .put("name", run.name())
          .put("outcome", run.outcome().word())
          .put("metrics", run.metrics().size());
    }
  }

  // --- how it came to that

  private static void failure(ObjectNode page, WorkloadState state, CommitLinks links) {
    state
        .failure()
        .ifPresent(it -> {
          ObjectNode failure =
              page.putObject("failure")
                  .put("release", it.release().hash())
                  .put("message", it.message());
          commit(failure, it.release().commit(), links);
        });
    state
        .rollback()
        .ifPresent(it -> {
          ObjectNode rollback =
              page.putObject("rollback").put("outcome", outcome(it)).put("detail", it.detail());
          if (it.outcome() == RecordFile.Rollback.Outcome.COMMITTED) {
            rollback.put("link", links.to(it.detail()));
          }
        });
  }

  private static String outcome(RecordFile.Rollback rollback) {
    return switch (rollback.outcome()) {
      case COMMITTED -> "committed";
      case PROPOSED -> "proposed";
      case REFUSED -> "refused";
    };
  }

  private static void decisions(
      ArrayNode rows, List<RecordedDecision> decisions, CommitLinks links) {
    for (RecordedDecision decision : decisions) {
      rows.addObject()
          .put("sha", decision.sha())
          .put("link", links.to(decision.sha()))
          .put("subject", decision.subject())
          .put("at", decision.at().toString())
          .put("reason", decision.reason());
    }
  }

  /// What the release that is under way, or failed, or came last, changed in the text.
  private void diff(ObjectNode page, WorkloadState state, CommitLinks links) {
    Optional<Release.Ref> to = changed(state);
    Optional<Release.Ref> from =
        to.flatMap(it ->
            Stream.concat(state.stable().map(Release::ref).stream(), state.revisions().stream())
                .filter(other -> !other.hash().equals(it.hash()))
                .findFirst());
    if (from.isEmpty() || from.get().commit().equals(to.get().commit())) {
      return;
    }
    var objects = new ArrayList<ObjectKey>();
    objects.add(state.key());
    objects.addAll(configMaps(state));
    ObjectNode diff = page.putObject("diff");
    commit(diff.putObject("from").put("release", from.get().hash()), from.get().commit(), links);
    commit(diff.putObject("to").put("release", to.get().hash()), to.get().commit(), links);
    var text = view.diff(objects, from.get().commit(), to.get().commit());
    diff.put("known", text.isPresent());
    diff.put("text", text.orElse(""));
  }

  private static Optional<Release.Ref> changed(WorkloadState state) {
    Optional<Release.Ref> current = state.current().map(Release::ref);
    boolean isUnderWay =
        current.isPresent()
            && !state.stable().map(Release::hash).equals(current.map(Release.Ref::hash));
    boolean hasFailed =
        state.phase() == Phase.FAILED
            || state.phase() == Phase.ROLLING_BACK
            || state.rollback().isPresent();
    return isUnderWay || !hasFailed
        ? current
        : state.failure().map(RecordFile.Failure::release).or(() -> current);
  }

  private static SortedSet<ObjectKey> configMaps(WorkloadState state) {
    var keys = new TreeSet<ObjectKey>();
    Stream.of(state.stable(), state.current(), state.desired().map(Workload::release))
        .flatMap(Optional::stream)
        .flatMap(it -> it.config().stream())
        .map(ConfigUse::key)
        .filter(it -> it.kind().equals("ConfigMap"))
        .forEach(keys::add);
    return keys;
  }

  private static void commit(ObjectNode into, String sha, CommitLinks links) {
    into.put("commit", sha).put("link", links.to(sha));
  }
}
