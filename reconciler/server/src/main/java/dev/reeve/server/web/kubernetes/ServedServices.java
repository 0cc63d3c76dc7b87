package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.state.ServiceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/// Who serves a Service: one object for each, of one of the two kinds that Kubernetes has for that.
/// Beside what these say, an annotation names the share of new connections that each pod gets.
final class ServedServices implements Resource {
  private static final String SHARES = "reeve.dev/shares";

  /// Of what comes by an Ingress, where that is shared otherwise.
  private static final String FRONT_SHARES = "reeve.dev/ingress-shares";

  private static final String SERVICE = "Service";

  private final ResourceType type;
  private final List<Column> columns;
  private final Writer writer;

  private interface Writer {
    void write(ServiceState service, ObjectNode json);
  }

  private ServedServices(ResourceType type, List<Column> columns, Writer writer) {
    this.type = type;
    this.columns = columns;
    this.writer = writer;
  }

  static ServedServices endpoints() {
    return new ServedServices(
        ResourceType.namespaced("v1", "Endpoints", "endpoints", "ep"),
        Columns.ENDPOINTS,
        ServedServices::subsets);
  }

  static ServedServices slices() {
    return new ServedServices(
        ResourceType.namespaced("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
        Columns.ENDPOINT_SLICE,
        ServedServices::slice);
  }

  @Override
  public ResourceType type() {
    return type;
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public void each(Snapshot snapshot, String namespace, String after, Visitor visitor) {
    int bar = after.indexOf('|');
    var from =
        bar < 0
            ? new ObjectKey(SERVICE, namespace, "")
            : new ObjectKey(SERVICE, after.substring(0, bar), after.substring(bar + 1) + "\0");
    for (ServiceState service : snapshot.root().routes().services().valuesFrom(from)) {
      ObjectKey key = service.key();
      if (!namespace.isEmpty() && !key.namespace().equals(namespace)) {
        return;
      }
      if (!visitor.visit(key.namespace() + "|" + key.name(), json(snapshot, service))) {
        return;
      }
    }
  }

  @Override
  public Optional<ObjectNode> get(Snapshot snapshot, String namespace, String name) {
    return snapshot
        .root()
        .routes()
        .services()
        .get(new ObjectKey(SERVICE, namespace, name))
        .map(it -> json(snapshot, it));
  }

  @Override
  public void changes(Snapshot before, Snapshot after, Changed changed, ChangeVisitor visitor) {
    for (ObjectKey key : changed.objects()) {
      if (key.kind().equals(SERVICE)) {
        visitor.visit(
            get(before, key.namespace(), key.name()), get(after, key.namespace(), key.name()));
      }
    }
  }

  private ObjectNode json(Snapshot snapshot, ServiceState service) {
    var key = service.key();
    var own = new ObjectKey(type.kind(), key.namespace(), key.name());
    ObjectNode json = Metadata.start(snapshot, type, own, Metadata.since(snapshot, key));
    ObjectNode metadata = Trees.child(json, "metadata");
    metadata.putObject("labels").put("kubernetes.io/service-name", key.name());
    var serving = service.serving();
    if (!serving.isEmpty()) {
      ObjectNode annotations = metadata.putObject("annotations");
      annotations.put(SHARES, shares(serving, Endpoint::weight));
      var front = service.endpoints();
      if (!front.stream().allMatch(it -> it.front() == it.weight())) {
        annotations.put(FRONT_SHARES, shares(front, Endpoint::front));
      }
    }
    writer.write(service, json);
    return json;
  }

  /// `web-1 90.0%, web-2 10.0%`.
  static String shares(List<Endpoint> endpoints, ToIntFunction<Endpoint> share) {
    long all = endpoints.stream().mapToLong(share::applyAsInt).sum();
    var shares = new ArrayList<String>();
    for (Endpoint endpoint : endpoints) {
      long tenths = (share.applyAsInt(endpoint) * 1000L + all / 2) / Math.max(1, all);
      shares.add(endpoint.pod() + " " + tenths / 10 + "." + tenths % 10 + "%");
    }
    return String.join(", ", shares);
  }

  // --- as Endpoints

  /// Pods with the same ports are one subset.
  private static void subsets(ServiceState service, ObjectNode json) {
    SortedMap<String, List<Endpoint>> byPorts = new TreeMap<>();
    for (Endpoint endpoint : service.serving()) {
      byPorts.computeIfAbsent(endpoint.ports().toString(), key -> new ArrayList<>()).add(endpoint);
    }
    ArrayNode subsets = json.putArray("subsets");
    byPorts.forEach((key, endpoints) -> {
      ObjectNode subset = subsets.addObject();
      ArrayNode addresses = subset.putArray("addresses");
      for (Endpoint endpoint : endpoints) {
        ObjectNode address = addresses.addObject();
        address.put("ip", endpoint.ip());
        Trees.putIfSaid(address, "hostname", endpoint.hostname());
        address.put("nodeName", endpoint.node());
        pod(service, endpoint, address);
      }
      ports(service.given(), endpoints.getFirst(), subset.putArray("ports"));
    });
  }

  private static void pod(ServiceState service, Endpoint endpoint, ObjectNode into) {
    into.putObject("targetRef")
        .put("kind", "Pod")
        .put("namespace", service.key().namespace())
        .put("name", endpoint.pod());
  }

  private static void ports(Service service, Endpoint endpoint, ArrayNode into) {
    for (int i = 0; i < service.ports().size(); i++) {
      if (endpoint.ports().get(i) > 0) {
        ObjectNode port = into.addObject();
        Trees.putIfSaid(port, "name", service.ports().get(i).name());
        port.put("port", endpoint.ports().get(i));
        port.put("protocol", service.ports().get(i).protocol().name());
      }
    }
  }

  // --- as an EndpointSlice

  private static void slice(ServiceState service, ObjectNode json) {
    json.put("addressType", "IPv4");
    ArrayNode all = json.putArray("endpoints");
    var endpoints = service.serving();
    for (Endpoint endpoint : endpoints) {
      ObjectNode each = all.addObject();
      each.putArray("addresses").add(endpoint.ip());
      each.putObject("conditions")
          .put("ready", true)
          .put("serving", true)
          .put("terminating", false);
      Trees.putIfSaid(each, "hostname", endpoint.hostname());
      each.put("nodeName", endpoint.node());
      pod(service, endpoint, each);
    }
    ArrayNode ports = json.putArray("ports");
    if (!endpoints.isEmpty()) {
      ports(service.given(), endpoints.getFirst(), ports);
    }
  }
}
