package dev.reeve.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.Analysis;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.PodTemplate;
import dev.reeve.manifest.analysis.BoundedPattern;
import dev.reeve.manifest.schema.GoDuration;
import dev.reeve.manifest.schema.MetricRules;
import dev.reeve.manifest.schema.Placeholders;
import dev.reeve.manifest.text.Json;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The analyses of one Rollout: the templates that it names put together, with the values that it
/// gives to their arguments.
final class Analyses {
  private static final List<String> NUMERALS =
      List.of(
          "count",
          "failureLimit",
          "inconclusiveLimit",
          "consecutiveErrorLimit",
          "consecutiveSuccessLimit");

  private final Neighbours neighbours;
  private final Catalog.Entry rollout;
  private final JsonNode metadata;

  /// @param metadata the Rollout's
  Analyses(Neighbours neighbours, Catalog.Entry rollout, JsonNode metadata) {
    this.neighbours = neighbours;
    this.rollout = rollout;
    this.metadata = metadata;
  }

  /// A template as the Rollout uses it.
  ///
  /// @param pointer where the Rollout names it, or the one that brought it
  private record Used(Catalog.Entry entry, JsonNode spec, String pointer) {
    ObjectKey key() {
      return entry.object().key();
    }
  }

  /// What an argument is.
  private sealed interface Value {
    record None() implements Value {}

    record Literal(String text) implements Value {}

    /// Known when it is measured only.
    record Later(ObjectNode json) implements Value {}
  }

  /// @param pointer of the analysis within the Rollout
  Analysis of(JsonNode analysis, String pointer) {
    List<Used> templates = templates(analysis, pointer);
    SequencedMap<String, Value> arguments = arguments(templates, analysis, pointer);
    var patterns = new ArrayList<String>();
    analysis.path("dryRun").forEach(it -> patterns.add(it.path("metricName").asText()));
    int own = patterns.size();
    templates.forEach(template ->
        template.spec().path("dryRun").forEach(it -> patterns.add(it.path("metricName").asText())));
    var metrics = new ArrayList<Analysis.Metric>();
    var places = new TreeMap<String, ObjectKey>();
    for (Used template : templates) {
      JsonNode written = template.spec().path("metrics");
      for (int i = 0; i < written.size(); i++) {
        new MetricReader(template, "/spec/metrics/" + i, arguments)
            .read(written.path(i), patterns)
            .ifPresent(metric -> {
              ObjectKey first = places.putIfAbsent(metric.name(), template.key());
              if (first != null) {
                neighbours.refuse(
                    rollout,
                    template.pointer(),
                    "the metric \"%s\" is in %s and in %s"
                        .formatted(metric.name(), first, template.key()));
              }
              metrics.add(metric);
            });
      }
    }
    for (int i = 0; i < own; i++) {
      String pattern = patterns.get(i);
      if (metrics.stream().noneMatch(metric -> isMeant(pattern, metric.name()))) {
        neighbours.refuse(
            rollout,
            pointer + "/dryRun/" + i + "/metricName",
            "\"%s\" is no metric of these templates".formatted(pattern));
      }
    }
    return new Analysis(metrics);
  }

  private static boolean isMeant(String pattern, String metric) {
    return pattern.equals("*") || BoundedPattern.isFound(pattern, metric);
  }

  // --- templates

  /// Each once, those that a template brings behind it.
  private List<Used> templates(JsonNode analysis, String pointer) {
    var templates = new ArrayList<Used>();
    Deque<Used> pending = new ArrayDeque<>();
    JsonNode references = analysis.path("templates");
    for (int i = 0; i < references.size(); i++) {
      String at = pointer + "/templates/" + i + "/templateName";
      find(rollout, at, references.path(i)).map(it -> used(it, at)).ifPresent(pending::add);
    }
    Set<ObjectKey> seen = new HashSet<>();
    while (!pending.isEmpty()) {
      Used next = pending.pop();
      if (!seen.add(next.key())) {
        continue;
      }
      templates.add(next);
      JsonNode nested = next.spec().path("templates");
      for (int i = nested.size() - 1; i >= 0; i--) {
        find(next.entry(), "/spec/templates/" + i + "/templateName", nested.path(i))
            .map(it -> used(it, next.pointer()))
            .ifPresent(pending::push);
      }
    }
    return templates;
  }

  private static Used used(Catalog.Entry entry, String pointer) {
    return new Used(entry, entry.object().json().path("spec"), pointer);
  }

  private Optional<Catalog.Entry> find(Catalog.Entry from, String pointer, JsonNode reference) {
    return neighbours.find(from, pointer, key(reference, namespace()));
  }

  private String namespace() {
    return rollout.object().key().namespace();
  }

  private static ObjectKey key(JsonNode reference, String namespace) {
    String name = reference.path("templateName").asText();
    return reference.path("clusterScope").asBoolean()
        ? new ObjectKey("ClusterAnalysisTemplate", "", name)
        : new ObjectKey("AnalysisTemplate", namespace, name);
  }

  static boolean isTemplate(ObjectKey key) {
    return key.kind().equals("AnalysisTemplate") || key.kind().equals("ClusterAnalysisTemplate");
  }

  /// What a template names must be there, whether a Rollout uses the template or not.
  static void checkTemplate(Catalog.Entry template, Neighbours neighbours) {
    String namespace = template.object().key().namespace();
    JsonNode spec = template.object().json().path("spec");
    JsonNode nested = spec.path("templates");
    for (int i = 0; i < nested.size(); i++) {
      if (!namespace.isEmpty() || nested.path(i).path("clusterScope").asBoolean()) {
        neighbours.find(
            template, "/spec/templates/" + i + "/templateName", key(nested.path(i), namespace));
      }
    }
    JsonNode arguments = spec.path("args");
    for (int i = 0; i < arguments.size() && !namespace.isEmpty(); i++) {
      JsonNode secret = arguments.path(i).path("valueFrom").path("secretKeyRef");
      if (!secret.isMissingNode()) {
        requireSecret(
            template,
            "/spec/args/" + i + "/valueFrom/secretKeyRef/key",
            secret,
            namespace,
            neighbours);
      }
    }
  }

  private static void requireSecret(
      Catalog.Entry from,
      String pointer,
      JsonNode secret,
      String namespace,
      Neighbours neighbours) {
    neighbours.requireConfig(
        from,
        pointer,
        new ObjectKey("Secret", namespace, secret.path("name").asText()),
        Optional.of(secret.path("key").asText()));
  }

  // --- arguments

  private SequencedMap<String, Value> arguments(
      List<Used> templates, JsonNode analysis, String pointer) {
    var values = new LinkedHashMap<String, Value>();
    var declared = new LinkedHashMap<String, Used>();
    for (Used template : templates) {
      for (JsonNode argument : template.spec().path("args")) {
        declare(template, argument, values, declared);
      }
    }
    JsonNode given = analysis.path("args");
    for (int i = 0; i < given.size(); i++) {
      String name = given.path(i).path("name").asText();
      if (!values.containsKey(name)) {
        neighbours.warn(
            rollout,
            pointer + "/args/" + i + "/name",
            "\"%s\" is no argument of these templates and is not used".formatted(name));
      } else if (!(value(name, given.path(i)) instanceof Value.None)) {
        values.put(name, value(name, given.path(i)));
      }
    }
    declared.forEach((name, template) -> {
      switch (values.getOrDefault(name, new Value.None())) {
        case Value.None _ ->
            neighbours.refuse(
                rollout,
                template.pointer(),
                "argument %s of %s has no value".formatted(name, template.key()));
        case Value.Later(var json) -> {
          JsonNode secret = json.path("secret");
          // That of a template in the namespace is checked with the template.
          if (!secret.isMissingNode() && template.key().isClusterScoped()) {
            requireSecret(rollout, template.pointer(), secret, namespace(), neighbours);
          }
        }
        case Value.Literal _ -> {}
      }
    });
    return values;
  }

  private void declare(
      Used template, JsonNode argument, Map<String, Value> values, Map<String, Used> declared) {
    String name = argument.path("name").asText();
    Value value = value(name, argument);
    Value before = values.getOrDefault(name, new Value.None());
    if (before instanceof Value.None) {
      values.put(name, value);
      if (value instanceof Value.None) {
        declared.putIfAbsent(name, template);
      } else {
        declared.put(name, template);
      }
    } else if (before instanceof Value.Literal
        && value instanceof Value.Literal
        && !before.equals(value)) {
      neighbours.refuse(
          rollout,
          template.pointer(),
          "argument %s has one value in %s and another in %s"
              .formatted(name, declared.getOrDefault(name, template).key(), template.key()));
    }
  }

  private Value value(String name, JsonNode argument) {
    if (argument.has("value")) {
      return new Value.Literal(argument.path("value").asText());
    }
    JsonNode from = argument.path("valueFrom");
    if (from.has("fieldRef")) {
      return new Value.Literal(field(from.path("fieldRef").path("fieldPath").asText()));
    }
    ObjectNode later = Json.object().put("name", name);
    if (from.has("podTemplateHashValue")) {
      return new Value.Later(
          later.put("podTemplateHash", from.path("podTemplateHashValue").asText()));
    }
    if (from.has("secretKeyRef")) {
      JsonNode secret = from.path("secretKeyRef");
      later
          .putObject("secret")
          .put("namespace", namespace())
          .put("name", secret.path("name").asText())
          .put("key", secret.path("key").asText());
      return new Value.Later(later);
    }
    return new Value.None();
  }

  /// Of the Rollout; empty for a label that it has not, as Kubernetes has it.
  private String field(String path) {
    int bracket = path.indexOf("['");
    String name = path.substring("metadata.".length(), bracket < 0 ? path.length() : bracket);
    return bracket < 0
        ? metadata.path(name).asText()
        : metadata.path(name).path(path.substring(bracket + 2, path.length() - 2)).asText();
  }

  // --- metrics

  /// One metric of a template, with values in place of arguments.
  private final class MetricReader {
    private final Used template;
    private final String pointer;
    private final SequencedMap<String, Value> arguments;
    private final Set<String> later = new TreeSet<>();
    private boolean isSound = true;

    MetricReader(Used template, String pointer, SequencedMap<String, Value> arguments) {
      this.template = template;
      this.pointer = pointer;
      this.arguments = arguments;
    }

    Optional<Analysis.Metric> read(JsonNode written, List<String> dryRun) {
      ObjectNode json = (ObjectNode) filled(written, pointer);
      for (String field : NUMERALS) {
        numeral(json, field);
      }
      Duration interval = duration(json, "interval");
      Duration initialDelay = duration(json, "initialDelay");
      if (json.path("name").asText().isEmpty() || Placeholders.areIn(json.path("name").asText())) {
        refuse("name", "must be known when the commit is read");
      }
      MetricRules.complaints(json).forEach(this::refuse);
      if (!isSound) {
        return Optional.empty();
      }
      String name = json.path("name").asText();
      int count = json.path("count").intValue();
      return Optional.of(
          new Analysis.Metric(
              name,
              json.has("interval") ? Optional.of(interval) : Optional.empty(),
              initialDelay,
              count == 0 && !json.has("interval") ? 1 : count,
              json.path("failureLimit").intValue(),
              json.path("inconclusiveLimit").intValue(),
              json.path("consecutiveErrorLimit").intValue(),
              json.path("consecutiveSuccessLimit").intValue(),
              dryRun.stream().anyMatch(pattern -> isMeant(pattern, name)),
              Bytes.of(Json.canonicalBytes(query(json))),
              job(json.path("provider").path("job"))));
    }

    /// What the pod uses would have to be a part of its release, as of any pod's; it has none.
    private Optional<PodTemplate> job(JsonNode job) {
      if (job.isMissingNode()) {
        return Optional.empty();
      }
      JsonNode pod = job.path("spec").path("template");
      String at = "/provider/job/spec/template/spec";
      for (ConfigReference used : ConfigReference.of(namespace(), pod.path("spec"), at)) {
        neighbours.refuse(
            template.entry(),
            pointer + used.pointer(),
            "a job that measures cannot use %s yet".formatted(used.key()));
      }
      if (!later.isEmpty()) {
        refuse(
            "provider",
            "has arguments that are known only when it is measured (%s): a job cannot use them yet"
                .formatted(String.join(", ", later)));
      }
      return Optional.of(
          PodTemplates.of(namespace(), pod.path("metadata"), pod.path("spec"), pointer + at)
              .in(neighbours, template.entry()));
    }

    private ObjectNode query(ObjectNode json) {
      ObjectNode query = Json.object();
      query.set("provider", json.path("provider"));
      for (String condition : List.of("successCondition", "failureCondition")) {
        if (!json.path(condition).asText().isEmpty()) {
          query.set(condition, json.path(condition));
        }
      }
      ArrayNode open = query.putArray("args");
      arguments.forEach((name, value) -> {
        if (later.contains(name) && value instanceof Value.Later(var argument)) {
          open.add(argument);
        }
      });
      return query;
    }

    private JsonNode filled(JsonNode node, String at) {
      return switch (node) {
        case ObjectNode object -> {
          ObjectNode result = Json.object();
          for (Map.Entry<String, JsonNode> member : object.properties()) {
            String step = member.getKey().replace("~", "~0").replace("/", "~1");
            result.set(member.getKey(), filled(member.getValue(), at + "/" + step));
          }
          yield result;
        }
        case ArrayNode array -> {
          ArrayNode result = Json.array();
          for (int i = 0; i < array.size(); i++) {
            result.add(filled(array.path(i), at + "/" + i));
          }
          yield result;
        }
        default -> node.isTextual() ? Json.text(filled(node.textValue(), at)) : node;
      };
    }

    private String filled(String text, String at) {
      for (String name : Placeholders.in(text)) {
        switch (arguments.get(name)) {
          case null -> {
            isSound = false;
            neighbours.refuse(
                template.entry(),
                at,
                "there is no argument %s, as %s uses this template"
                    .formatted(name, rollout.object().key()));
          }
          case Value.Later _ -> later.add(name);
          // Without a value, it was told already.
          case Value.None _ -> isSound = false;
          case Value.Literal _ -> {}
        }
      }
      return Placeholders.replace(
          text,
          name ->
              arguments.get(name) instanceof Value.Literal(var value)
                  ? Optional.of(value)
                  : Optional.empty());
    }

    private void numeral(ObjectNode json, String field) {
      if (!json.path(field).isTextual() || !isSound) {
        return;
      }
      String text = json.path(field).textValue();
      if (text.matches(field.equals("failureLimit") ? "-1|[0-9]{1,9}" : "[0-9]{1,9}")) {
        json.set(field, Json.number(Long.parseLong(text)));
      } else {
        refuse(field, notKnown(text, "an integer"));
      }
    }

    private Duration duration(ObjectNode json, String field) {
      String text = json.path(field).asText("0");
      Optional<Duration> duration = GoDuration.parse(text);
      boolean isGood =
          duration.isPresent()
              && !(json.has(field) && field.equals("interval") && duration.get().isZero());
      if (!isGood && isSound) {
        refuse(field, notKnown(text, "a duration such as 30s, 5m or 1h, and not 0"));
      }
      return duration.orElse(Duration.ZERO);
    }

    private String notKnown(String text, String wanted) {
      return Placeholders.areIn(text)
          ? "must be known when the commit is read"
          : "\"" + text + "\" must be " + wanted;
    }

    private void refuse(String field, String complaint) {
      if (!isSound) {
        return;
      }
      isSound = false;
      String path = pointer.substring(1).replaceAll("/([0-9]+)", "[$1]").replace('/', '.');
      neighbours.refuse(
          template.entry(),
          pointer + "/" + field,
          "%s.%s %s, as %s uses it".formatted(path, field, complaint, rollout.object().key()));
    }
  }
}
