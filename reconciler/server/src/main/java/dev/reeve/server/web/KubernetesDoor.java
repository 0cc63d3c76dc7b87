package dev.reeve.server.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.server.web.kubernetes.AccessReview;
import dev.reeve.server.web.kubernetes.Catalogue;
import dev.reeve.server.web.kubernetes.Discovery;
import dev.reeve.server.web.kubernetes.FieldSelector;
import dev.reeve.server.web.kubernetes.Form;
import dev.reeve.server.web.kubernetes.History;
import dev.reeve.server.web.kubernetes.LabelSelector;
import dev.reeve.server.web.kubernetes.Listing;
import dev.reeve.server.web.kubernetes.OpenApi;
import dev.reeve.server.web.kubernetes.Refusal;
import dev.reeve.server.web.kubernetes.Resource;
import dev.reeve.server.web.kubernetes.ResourceType;
import dev.reeve.server.web.kubernetes.Selection;
import dev.reeve.server.web.kubernetes.Snapshot;
import dev.reeve.server.web.kubernetes.Trees;
import dev.reeve.server.web.view.ClusterInfo;
import dev.reeve.server.web.view.ClusterView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Kubernetes' API over HTTP: takes a path apart and lets the right part answer.
final class KubernetesDoor {
  private static final String JSON = "application/json";
  private static final Set<String> FORBIDDEN_SUBRESOURCES =
      Set.of("exec", "attach", "portforward", "proxy");

  private final ClusterView view;
  private final History history;
  private final Catalogue catalogue;
  private final Discovery discovery;
  private final OpenApi openApi;
  private final WatchAnswer watches;
  private final LogAnswer logs;

  KubernetesDoor(ClusterView view, History history, LiveStreams streams) {
    this.view = view;
    this.history = history;
    catalogue = new Catalogue(view::usage);
    discovery = new Discovery(catalogue);
    openApi = new OpenApi(catalogue);
    watches = new WatchAnswer(history, streams);
    logs = new LogAnswer(view, streams);
  }

  void open(RoutesConfig routes) {
    routes.exception(
        Refusal.class, (refusal, ctx) -> answer(ctx, refusal.code(), refusal.status()));
    for (String path : List.of("/version", "/api", "/api/*", "/apis", "/apis/*")) {
      routes.get(path, this::get);
      Handler refuse = this::write;
      routes.post(path, refuse);
      routes.put(path, refuse);
      routes.patch(path, refuse);
      routes.delete(path, refuse);
    }
    routes.get("/openapi/v3", ctx -> answer(ctx, 200, openApi.index()));
    routes.get(
        "/openapi/v3/*",
        ctx -> answer(ctx, 200, openApi.document(ctx.path().substring("/openapi/v3/".length()))));
    routes.get(
        "/openapi/v2",
        ctx -> {
          throw Refusal.noSuchPath();
        });
  }

  private void get(Context ctx) throws IOException {
    List<String> path = segments(ctx.path());
    switch (path.size()) {
      case 1 -> root(ctx, path.getFirst());
      case 2 ->
          answer(
              ctx,
              200,
              path.getFirst().equals("api")
                  ? discovery.resourceList("", path.get(1))
                  : discovery.group(path.get(1)));
      default -> {
        boolean isCore = path.getFirst().equals("api");
        String group = isCore ? "" : path.get(1);
        String version = path.get(isCore ? 1 : 2);
        List<String> rest = path.subList(isCore ? 2 : 3, path.size());
        if (rest.isEmpty()) {
          answer(ctx, 200, discovery.resourceList(group, version));
        } else {
          resource(ctx, group, version, rest);
        }
      }
    }
  }

  private void root(Context ctx, String name) {
    String accept = header(ctx, "Accept");
    boolean isCore = name.equals("api");
    if (name.equals("version")) {
      answer(ctx, 200, Discovery.version(view.info().version()));
    } else if (accept.contains("as=APIGroupDiscoveryList")) {
      String version = accept.contains("v=v2;") || accept.contains("v=v2,") ? "v2" : "v2beta1";
      answer(ctx, 200, discovery.aggregated(isCore, version));
      ctx.contentType(JSON + ";g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList");
    } else {
      answer(ctx, 200, isCore ? discovery.coreVersions() : discovery.groupList());
    }
  }

  private void resource(Context ctx, String group, String version, List<String> rest)
      throws IOException {
    boolean isInNamespace = rest.size() > 2 && rest.getFirst().equals("namespaces");
    String namespace = isInNamespace ? rest.get(1) : "";
    List<String> path = isInNamespace ? rest.subList(2, rest.size()) : rest;
    Resource resource =
        catalogue.find(group, version, path.getFirst()).orElseThrow(Refusal::noSuchPath);
    if (path.size() == 1) {
      collection(ctx, resource, namespace);
      return;
    }
    String name = path.get(1);
    if (path.size() == 2) {
      Snapshot snapshot = history.newest();
      Form form = form(ctx);
      ObjectNode object = Listing.stamped(find(snapshot, resource, namespace, name), snapshot);
      answer(ctx, 200, form.alone(resource, object, Instant.now()));
      return;
    }
    String sub = path.get(2);
    if (FORBIDDEN_SUBRESOURCES.contains(sub)) {
      throw readOnly();
    }
    Snapshot snapshot = history.newest();
    if (sub.equals("log") && isPod(resource.type())) {
      logs.answer(ctx, find(snapshot, resource, namespace, name));
    } else if (sub.equals("status")) {
      answer(ctx, 200, Listing.stamped(find(snapshot, resource, namespace, name), snapshot));
    } else {
      throw Refusal.noSuchPath();
    }
  }

  private static boolean isPod(ResourceType type) {
    return type.qualified().equals("pods");
  }

  private static ObjectNode find(
      Snapshot snapshot, Resource resource, String namespace, String name) {
    return resource
        .get(snapshot, namespace, name)
        .orElseThrow(() -> Refusal.notFound(resource.type().qualified(), name));
  }

  private void collection(Context ctx, Resource resource, String namespace) throws IOException {
    var selection =
        new Selection(
            resource,
            namespace,
            LabelSelector.parse(query(ctx, "labelSelector")),
            FieldSelector.parse(query(ctx, "fieldSelector"), resource.type()));
    if (query(ctx, "watch").equals("true") || query(ctx, "watch").equals("1")) {
      watches.answer(ctx, selection, form(ctx));
      return;
    }
    String token = query(ctx, "continue");
    String after = token.isEmpty() ? "" : Listing.position(token);
    int limit = (int) Math.min(Integer.MAX_VALUE, number(ctx, "limit").orElse(0L));
    ctx.contentType(JSON);
    new Listing(selection, form(ctx), history.newest(), Instant.now())
        .write(ctx.outputStream(), limit, after);
  }

  /// Nothing is written here; but some clients ask beforehand what they may do.
  private void write(Context ctx) throws IOException {
    String path = ctx.path();
    if (ctx.method().name().equals("POST") && path.startsWith("/apis/authorization.k8s.io/v1/")) {
      byte[] body = Bodies.read(ctx.bodyInputStream(), 64 * 1024).orElse(new byte[0]);
      Optional<JsonNode> review = AccessReview.answer(path, body);
      if (review.isPresent()) {
        answer(ctx, 201, review.get());
        return;
      }
    }
    throw readOnly();
  }

  private Refusal readOnly() {
    ClusterInfo info = view.info();
    return Refusal.methodNotAllowed(
        "read-only: commit to %s (branch %s, path %s)"
            .formatted(
                info.repository(), info.branch(), info.path().isEmpty() ? "." : info.path()));
  }

  private static List<String> segments(String path) {
    var segments = new ArrayList<String>();
    for (String segment : path.split("/", -1)) {
      if (!segment.isEmpty()) {
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
    return segments;
  }

  private static Form form(Context ctx) {
    return Form.of(header(ctx, "Accept"), query(ctx, "includeObject"));
  }

  static void answer(Context ctx, int code, JsonNode body) {
    ctx.status(code).contentType(JSON).result(Trees.bytes(body));
  }

  static String header(Context ctx, String name) {
    return Optional.ofNullable(ctx.header(name)).orElse("");
  }

  static String query(Context ctx, String name) {
    return Optional.ofNullable(ctx.queryParam(name)).orElse("");
  }

  static Optional<Long> number(Context ctx, String name) {
    String text = query(ctx, name);
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw Refusal.badRequest(name + ": not a number: " + text);
    }
  }
}
