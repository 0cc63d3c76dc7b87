package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.state.Pod;
import dev.reeve.server.web.view.HappenedEvent;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What happened lately, oldest first.
final class Events implements Resource {
  private static final ResourceType TYPE =
      ResourceType.namespaced("v1", "Event", "events", "ev")
          .selectableBy(
              "involvedObject.kind",
              "involvedObject.namespace",
              "involvedObject.name",
              "involvedObject.uid",
              "involvedObject.apiVersion",
              "reason",
              "type",
              "source",
              "reportingComponent");

  /// Where Kubernetes keeps what happened to objects that have no namespace.
  private static final String ELSEWHERE = "default";

  private final KindVersions versions;

  /// Which version of its group a kind is shown in.
  interface KindVersions {
    String apiVersion(String keyKind);
  }

  Events(KindVersions versions) {
    this.versions = versions;
  }

  @Override
  public ResourceType type() {
    return TYPE;
  }

  @Override
  public List<Column> columns() {
    return Columns.EVENT;
  }

  private static String namespace(HappenedEvent event) {
    return event
        .about()
        .map(ObjectKey::namespace)
        .filter(namespace -> !namespace.isEmpty())
        .orElse(ELSEWHERE);
  }

  private static String name(Snapshot snapshot, HappenedEvent event) {
    String about = event.about().map(ObjectKey::name).orElse(snapshot.cluster());
    return about + "." + Long.toHexString(event.id() | 1L << 60);
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    long from = after.isEmpty() ? Long.MIN_VALUE : number(after);
    for (HappenedEvent event : snapshot.events()) {
      if ((!after.isEmpty() && event.id() <= from)
          || (!namespace.isEmpty() && !namespace.equals(namespace(event)))) {
        continue;
      }
      if (!visitor.visit(Long.toString(event.id()), json(snapshot, event))) {
        return;
      }
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Refusal.badRequest("continue key is not valid");
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return snapshot.events().stream()
        .filter(it -> name(snapshot, it).equals(name) && namespace(it).equals(namespace))
        .findFirst()
        .map(it -> json(snapshot, it));
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    if (before.events().equals(after.events())) {
      return;
    }
    SortedMap<Long, HappenedEvent> olds = byId(before);
    SortedMap<Long, HappenedEvent> news = byId(after);
    var ids = new TreeSet<>(olds.keySet());
    ids.addAll(news.keySet());
    for (Long id : ids) {
      var old = Optional.ofNullable(olds.get(id));
      var now = Optional.ofNullable(news.get(id));
      if (!old.equals(now)) {
        visitor.visit(old.map(it -> json(before, it)), now.map(it -> json(after, it)));
      }
    }
  }

  private static SortedMap<Long, HappenedEvent> byId(Snapshot snapshot) {
    var all = new TreeMap<Long, HappenedEvent>();
    snapshot.events().forEach(event -> all.put(event.id(), event));
    return all;
  }

  private ObjectNode json(Snapshot snapshot, HappenedEvent event) {
    var key = new ObjectKey("Event", namespace(event), name(snapshot, event));
    ObjectNode json = Metadata.start(snapshot, TYPE, key, event.firstAt());
    ObjectNode about = json.putObject("involvedObject");
    ObjectKey subject =
        event.about().orElse(new ObjectKey("Cluster.reeve.dev", "", snapshot.cluster()));
    int dot = subject.kind().indexOf('.');
    about.put("kind", dot < 0 ? subject.kind() : subject.kind().substring(0, dot));
    Trees.putIfSaid(about, "namespace", subject.namespace());
    about.put("name", subject.name());
    about.put("apiVersion", versions.apiVersion(subject.kind()));
    about.put("uid", uid(snapshot, subject));
    json.put("reason", event.reason()).put("message", event.message());
    json.putObject("source").put("component", "reeve");
    json.put("firstTimestamp", Trees.time(event.firstAt()));
    json.put("lastTimestamp", Trees.time(event.at()));
    json.put("count", event.count());
    json.put("type", event.severity() == HappenedEvent.Severity.NORMAL ? "Normal" : "Warning");
    json.putNull("eventTime");
    return json.put("reportingComponent", "reeve").put("reportingInstance", "");
  }

  private static String uid(Snapshot snapshot, ObjectKey subject) {
    return Optional.of(subject)
        .filter(it -> it.kind().equals("Pod"))
        .flatMap(it -> Pods.find(snapshot, it.namespace(), it.name()))
        .map(Pod::uid)
        .orElseGet(() -> Metadata.uid(snapshot, subject));
  }
}
