package dev.reeve.simulation;

import dev.reeve.core.model.AccessMode;
import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Bound;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Claim;
import dev.reeve.core.model.ClusterSettings;
import dev.reeve.core.model.ConfigUse;
import dev.reeve.core.model.Constraints;
import dev.reeve.core.model.DesiredObject;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.Hash;
import dev.reeve.core.model.NodeSettings;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.core.model.Release;
import dev.reeve.core.model.Resources;
import dev.reeve.core.model.Selector;
import dev.reeve.core.model.Service;
import dev.reeve.core.model.Step;
import dev.reeve.core.model.Storage;
import dev.reeve.core.model.Taint;
import dev.reeve.core.model.Toleration;
import dev.reeve.core.model.VolumeSource;
import dev.reeve.core.model.Workload;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.model.Workload.Strategy.Stepwise.Style;
import dev.reeve.core.paged.PagedMap;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What the simulated repository says, in so few words that an oracle can read it.
///
/// @param texts of workloads, by their numbers
/// @param closed nodes that take no new pods, by name
/// @param guards disruption budgets, by what they cover
/// @param flags how often the live ConfigMap that all workloads use was written; zero: it is not
///   there
record Manifests(
    String commit,
    SortedMap<Integer, Text> texts,
    SortedMap<String, Closed> closed,
    SortedMap<Integer, Guard> guards,
    int flags) {
  static final Manifests EMPTY =
      new Manifests("", new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 0);

  static final String CLUSTER = "simulated";

  /// Errors in a row that an analysis bears.
  static final int ERRORS_TOLERATED = 4;

  /// Thousandths of a core that each pod asks for.
  static final int POD_MILLIS = 100;

  private static final int LARGE_POD_MILLIS = 500;
  private static final int HIGH_PRIORITY = 1_000;

  private static final Taint TAINT = new Taint("simulated", "", Taint.Effect.NO_EXECUTE);

  /// How long pods that may be missing stay under the taint.
  private static final Duration BORNE = Duration.ofSeconds(10);

  /// The metric that a pod measures.
  static final String BY_POD = "smoke";

  private static final Optional<PodTemplate> JOB =
      Optional.of(
          new PodTemplate(
              "jjjjjjjjjj",
              new Resources(POD_MILLIS, 64L << 20),
              Constraints.NONE,
              List.of(),
              Optional.empty(),
              false,
              List.of("app"),
              Bytes.utf8(Flavour.ENDING.name())));

  /// Each workload also has a Service, so that deletions are of more than one kind.
  private static final int OBJECTS_EACH = 2;

  Manifests {
    texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
    closed = Collections.unmodifiableSortedMap(new TreeMap<>(closed));
    guards = Collections.unmodifiableSortedMap(new TreeMap<>(guards));
  }

  Manifests at(String other) {
    return new Manifests(other, texts, closed, guards, flags);
  }

  Manifests withTexts(Consumer<SortedMap<Integer, Text>> change) {
    var changed = new TreeMap<>(texts);
    change.accept(changed);
    return new Manifests("", changed, closed, guards, flags);
  }

  Manifests withClosed(Consumer<SortedMap<String, Closed>> change) {
    var changed = new TreeMap<>(closed);
    change.accept(changed);
    return new Manifests("", texts, changed, guards, flags);
  }

  Manifests withGuards(Consumer<SortedMap<Integer, Guard>> change) {
    var changed = new TreeMap<>(guards);
    change.accept(changed);
    return new Manifests("", texts, closed, changed, flags);
  }

  Manifests withNewFlags() {
    return new Manifests("", texts, closed, guards, flags + 1);
  }

  /// What pods must see of the live ConfigMap; empty where there is none.
  String live() {
    return flags == 0 ? "" : "flags-" + flags;
  }

  /// What a Node manifest keeps pods away by.
  enum Closed {
    CORDONED,
    /// Cordoned, and its pods go elsewhere.
    DRAINED,
    /// By a taint under which pods leave.
    TAINTED
  }

  /// A PodDisruptionBudget.
  ///
  /// @param covers a workload's number, or [#ALL]
  /// @param isMinimum so many must stay; else so many may be missing
  record Guard(int covers, boolean isMinimum, int number, boolean isPercent) {
    /// One budget over the pods of all workloads together.
    static final int ALL = -1;

    boolean covers(int workload) {
      return covers == ALL || covers == workload;
    }

    private Budget budget() {
      var labels = covers == ALL ? Map.of("by", "simulation") : Map.of("app", "w" + covers);
      return new Budget(
          new ObjectKey("PodDisruptionBudget", "default", "w" + covers),
          Selector.ofLabels(labels),
          isMinimum ? Budget.Kind.MIN_AVAILABLE : Budget.Kind.MAX_UNAVAILABLE,
          isPercent ? Bound.percent(number) : Bound.pods(number));
    }
  }

  /// How a release behaves.
  enum Flavour {
    GOOD(0),
    /// Its containers exit at once.
    CRASHING(1),
    /// It runs and is never ready.
    UNREADY(2),
    /// Its image cannot be pulled.
    UNPULLABLE(3),
    /// It runs well, and what is measured of it is bad.
    MEASURED_BAD(4),
    /// It runs well, and what is measured of it says nothing.
    UNSURE(5),
    /// It comes to a good end by itself: a pod that measures.
    ENDING(6);

    private final int number;

    Flavour(int number) {
      this.number = number;
    }

    static Flavour of(int number) {
      return values()[number];
    }

    /// Its pods come up.
    boolean runs() {
      return this == GOOD || this == MEASURED_BAD || this == UNSURE;
    }
  }

  /// What a workload is; its number says it.
  enum Form {
    /// A Deployment that may surge by one.
    SURGING,
    /// A Deployment that may lack one.
    LACKING,
    RECREATING,
    /// A Rollout whose weight is the ratio of its pods.
    CANARY,
    BLUE_GREEN,
    /// A Rollout with traffic routing: the stable release stays whole.
    ROUTED,
    /// A Deployment of large pods whose priority is high; they stay under the taint.
    IMPORTANT,
    /// A StatefulSet.
    NUMBERED;

    boolean hasSteps() {
      return this == CANARY || this == BLUE_GREEN || this == ROUTED;
    }

    boolean doublesPods() {
      return this == BLUE_GREEN || this == ROUTED;
    }
  }

  static final int FORMS = Form.values().length;

  /// The workload that the one after it waits for.
  static final int FIRST = 0;

  /// One workload's text. It uses a ConfigMap of the same version, and a Secret.
  record Text(int workload, int version, Flavour flavour, int replicas) {
    Text {
      // Several would need room on the one node that their volume is used on, which nobody grants.
      replicas = Manifests.form(workload) == Form.RECREATING ? Math.min(replicas, 1) : replicas;
    }

    ObjectKey key() {
      return Manifests.key(workload);
    }

    Form form() {
      return Manifests.form(workload);
    }

    String release() {
      return releaseHash(workload, version, flavour);
    }

    /// What its pods must see.
    String config() {
      return "config-" + version;
    }

    boolean recreates() {
      return form() == Form.RECREATING;
    }

    int surge() {
      return lacks() ? 0 : 1;
    }

    int unavailable() {
      return lacks() ? 1 : 0;
    }

    private boolean lacks() {
      return form() == Form.LACKING || form() == Form.NUMBERED;
    }

    boolean isImportant() {
      return form() == Form.IMPORTANT;
    }

    /// Whether it comes through if nothing happens to it.
    boolean isGood() {
      return flavour == Flavour.GOOD
          || flavour == Flavour.UNSURE
          || flavour == Flavour.MEASURED_BAD && !form().hasSteps();
    }
  }

  static Form form(int workload) {
    return Form.values()[workload % FORMS];
  }

  static ObjectKey key(int workload) {
    var kind =
        form(workload).hasSteps()
            ? "Rollout"
            : form(workload) == Form.NUMBERED ? "StatefulSet" : "Deployment";
    return new ObjectKey(kind, "default", "w" + workload);
  }

  /// Whether there may be one pod of each name only.
  static boolean isNumbered(ObjectKey key) {
    return key.kind().equals("StatefulSet");
  }

  /// The workload that a key names; a pod that measures is none.
  static Optional<Integer> number(ObjectKey key) {
    return key.kind().equals("Pod")
        ? Optional.empty()
        : Optional.of(Integer.valueOf(key.name().substring(1)));
  }

  /// What each pod of a workload asks for, in thousandths of a core.
  static int millis(ObjectKey key) {
    boolean isLarge = number(key).map(it -> form(it) == Form.IMPORTANT).orElse(false);
    return isLarge ? LARGE_POD_MILLIS : POD_MILLIS;
  }

  static ObjectKey configKey(int workload) {
    return new ObjectKey("ConfigMap", "default", "w" + workload);
  }

  static ObjectKey secretKey(int workload) {
    return new ObjectKey("Secret", "default", "w" + workload);
  }

  /// What every value of a Secret begins with; it may be found nowhere but in the repository and on
  /// nodes.
  static final String SECRET = "s3cr3t-";

  static final ObjectKey FLAGS = new ObjectKey("ConfigMap", "default", "flags");

  private static final String SHARED = "shared";

  static ObjectKey serviceKey(int workload) {
    return new ObjectKey("Service", "default", "w" + workload);
  }

  static String releaseHash(int workload, int version, Flavour flavour) {
    long bits = (workload * 1000L + version) * 10 + flavour.number;
    return Hash.name(bits * 0x9E3779B97F4A7C15L >>> 1, 10);
  }

  Optional<Text> text(ObjectKey key) {
    return texts.values().stream().filter(it -> it.key().equals(key)).findFirst();
  }

  int objects() {
    return texts.size() * OBJECTS_EACH + Math.min(flags, 1);
  }

  DesiredState state() {
    var objects = new TreeMap<ObjectKey, DesiredObject>();
    for (Text text : texts.values()) {
      objects.put(text.key(), workload(text));
      var service = serviceKey(text.workload());
      objects.put(
          service,
          new DesiredObject(
              service,
              "s",
              DesiredObject.Prune.WITH_ITS_TEXT,
              Optional.empty(),
              Optional.of(service(service, text)),
              Optional.empty(),
              Optional.empty()));
    }
    if (flags > 0) {
      objects.put(
          FLAGS,
          new DesiredObject(FLAGS, live(), DesiredObject.Prune.WITH_ITS_TEXT, Optional.empty()));
    }
    return new DesiredState(
        commit,
        "change",
        "A <a@example.com>",
        ClusterSettings.defaults(CLUSTER),
        PagedMap.copyOf(objects),
        texts.size(),
        nodes(),
        guards.values().stream().map(Guard::budget).toList(),
        storage(),
        new TreeMap<>(),
        PagedMap.empty(),
        List.of());
  }

  /// Claims of Deployments that recreate their pods; StatefulSets make their own.
  private Storage storage() {
    var claims = new TreeMap<ObjectKey, Claim>();
    for (Text text : texts.values()) {
      if (text.recreates()) {
        claims.put(claimKey(text.workload()), claim(claimKey(text.workload())));
      }
    }
    return new Storage(PagedMap.copyOf(claims), PagedMap.empty());
  }

  private static ObjectKey claimKey(int workload) {
    return new ObjectKey(Claim.KIND, "default", "w" + workload);
  }

  /// Whether all nodes may use what is claimed so at a time. What numbers have is shared: that they
  /// are never doubled must not hang on it.
  static boolean isShared(String claim) {
    return claim.startsWith(SHARED);
  }

  /// Of a volume that any node can use.
  private static Claim claim(ObjectKey key) {
    return new Claim(
        key,
        List.of(isShared(key.name()) ? AccessMode.READ_WRITE_MANY : AccessMode.READ_WRITE_ONCE),
        1 << 20,
        "network",
        "",
        Selector.EVERYTHING,
        new Claim.Provisioning.Made(
            "plugin",
            new TreeMap<>(),
            VolumeSource.Reach.CLUSTER,
            Claim.Reclaim.DELETE,
            List.of()));
  }

  private static Service service(ObjectKey key, Text text) {
    return new Service(
        key,
        Service.Type.CLUSTER_IP,
        new TreeMap<>(Map.of("app", "w" + text.workload())),
        List.of(new Service.Port("", Service.Protocol.TCP, 80, "8080", 0)),
        "",
        List.of(),
        "",
        0,
        false,
        false,
        false);
  }

  private PagedMap<String, NodeSettings> nodes() {
    var settings = new TreeMap<String, NodeSettings>();
    closed.forEach((node, how) ->
        settings.put(
            node,
            switch (how) {
              case CORDONED -> new NodeSettings(new TreeMap<>(), List.of(), true, false);
              case DRAINED -> new NodeSettings(new TreeMap<>(), List.of(), true, true);
              case TAINTED -> new NodeSettings(new TreeMap<>(), List.of(TAINT), false, false);
            }));
    return PagedMap.copyOf(settings);
  }

  private static Constraints constraints(Text text) {
    var labels = new TreeMap<String, String>();
    labels.put("app", "w" + text.workload());
    labels.put("by", "simulation");
    return new Constraints(
        labels,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        switch (text.form()) {
          case IMPORTANT -> List.of(tolerating(Optional.empty()));
          case LACKING -> List.of(tolerating(Optional.of(BORNE)));
          case SURGING, RECREATING, CANARY, BLUE_GREEN, ROUTED, NUMBERED -> List.of();
        },
        List.of(),
        text.isImportant() ? HIGH_PRIORITY : 0,
        true);
  }

  private static Toleration tolerating(Optional<Duration> seconds) {
    return new Toleration(TAINT.key(), false, "", Optional.of(TAINT.effect()), seconds);
  }

  private DesiredObject workload(Text text) {
    var template =
        new PodTemplate(
            text.release(),
            new Resources(millis(text.key()), 64L << 20),
            constraints(text),
            List.of(),
            Optional.empty(),
            true,
            List.of("app"),
            List.of(),
            PodTemplate.Addressing.NONE,
            text.recreates()
                ? List.of(new PodTemplate.ClaimUse("data", claimKey(text.workload()).name(), false))
                : List.of(),
            Bytes.utf8(text.flavour().name()));
    var config =
        List.of(
            new ConfigUse(configKey(text.workload()), text.config()),
            new ConfigUse(secretKey(text.workload()), "keyed"));
    // The second Deployment comes after the first, where there is one.
    var after =
        text.form() == Form.LACKING && texts.containsKey(FIRST)
            ? List.of(key(FIRST))
            : List.<ObjectKey>of();
    var workload =
        new Workload(
            text.key(),
            text.replicas(),
            strategy(text),
            Duration.ZERO,
            Duration.ofSeconds(60),
            false,
            Workload.OnFailure.ROLLBACK,
            after,
            Optional.empty(),
            Optional.empty(),
            new Release(
                text.release(), commit, template, config, List.of(new ConfigUse(FLAGS, live()))));
    return new DesiredObject(
        text.key(),
        text.release() + text.replicas(),
        DesiredObject.Prune.WITH_ITS_TEXT,
        Optional.of(workload));
  }

  private static Strategy strategy(Text text) {
    return switch (text.form()) {
      case RECREATING -> new Strategy.Recreate();
      case NUMBERED ->
          new Strategy.Ordered(
              0,
              false,
              0,
              Bound.pods(1),
              false,
              List.of(claim(new ObjectKey(Claim.KIND, "default", SHARED))),
              true,
              true);
      case SURGING, LACKING, IMPORTANT ->
          new Strategy.RollingUpdate(Bound.pods(text.surge()), Bound.pods(text.unavailable()));
      case CANARY ->
          stepwise(
              Style.RATIO,
              text,
              Optional.of(analysis("background", 0)),
              new Step.SetWeight(25),
              new Step.Pause(Optional.of(Duration.ofSeconds(4))),
              new Step.Analyse(analysis("rate", 3)),
              new Step.SetWeight(50),
              new Step.Pause(Optional.empty()),
              new Step.SetWeight(75),
              new Step.SetWeight(100));
      case BLUE_GREEN ->
          stepwise(
              Style.BLUE_GREEN,
              text,
              Optional.empty(),
              new Step.SetCanaryScale(new Step.Scale.Weight(100)),
              new Step.Analyse(analysis("before", 2)),
              new Step.Pause(Optional.of(Duration.ofSeconds(3))),
              new Step.SetWeight(100),
              new Step.Analyse(analysis("after", 2)));
      case ROUTED ->
          stepwise(
              Style.ROUTED,
              text,
              Optional.empty(),
              new Step.SetCanaryScale(new Step.Scale.Replicas(1)),
              new Step.SetWeight(20),
              new Step.Analyse(
                  new Analysis(
                      List.of(metric("rate", 2, Optional.empty()), metric(BY_POD, 1, JOB)))),
              new Step.SetCanaryScale(new Step.Scale.MatchTrafficWeight()),
              new Step.SetWeight(60),
              new Step.Pause(Optional.of(Duration.ofSeconds(2))));
    };
  }

  private static Strategy stepwise(
      Style style, Text text, Optional<Analysis> background, Step... steps) {
    var delay = style == Style.RATIO ? Duration.ZERO : Duration.ofSeconds(5);
    return new Strategy.Stepwise(
        style,
        Bound.pods(text.surge()),
        Bound.pods(text.unavailable()),
        List.of(steps),
        background,
        1,
        Bound.percent(100),
        delay,
        Optional.of(delay),
        1,
        0,
        true);
  }

  private static Analysis analysis(String metric, int count) {
    return new Analysis(List.of(metric(metric, count, Optional.empty())));
  }

  private static Analysis.Metric metric(String name, int count, Optional<PodTemplate> job) {
    return new Analysis.Metric(
        name,
        Optional.of(Duration.ofSeconds(2)),
        Duration.ofMillis(500),
        count,
        1,
        1,
        ERRORS_TOLERATED,
        0,
        false,
        Bytes.utf8(name),
        job);
  }
}
