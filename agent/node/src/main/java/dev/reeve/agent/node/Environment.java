package dev.reeve.agent.node;

import dev.reeve.agent.node.Releases.Config;
import dev.reeve.agent.node.Releases.Release;
import dev.reeve.core.model.Bytes;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// The environment of a container: `envFrom` first, then `env` in order, each value expanded with
/// what stands before it.
final class Environment {
  private final Release release;
  private final PodFacts facts;

  Environment(Release release, PodFacts facts) {
    this.release = release;
    this.facts = facts;
  }

  Map<String, String> of(Container container) throws Trouble {
    var values = new LinkedHashMap<String, String>();
    for (var from : PodTemplates.orNone(container.getEnvFrom())) {
      var prefix = PodTemplates.or(from.getPrefix(), "");
      if (from.getConfigMapRef() != null) {
        var ref = from.getConfigMapRef();
        data("ConfigMap", ref.getName(), ref.getOptional())
            .ifPresent(data -> data.forEach((k, v) -> values.put(prefix + k, v.toUtf8())));
      }
      if (from.getSecretRef() != null) {
        var ref = from.getSecretRef();
        data("Secret", ref.getName(), ref.getOptional())
            .ifPresent(data -> data.forEach((k, v) -> values.put(prefix + k, v.toUtf8())));
      }
    }
    for (var variable : PodTemplates.orNone(container.getEnv())) {
      var source = variable.getValueFrom();
      if (source == null) {
        values.put(
            variable.getName(), Expansion.expand(PodTemplates.or(variable.getValue(), ""), values));
      } else {
        valueFrom(source, container).ifPresent(it -> values.put(variable.getName(), it));
      }
    }
    return values;
  }

  private Optional<String> valueFrom(EnvVarSource source, Container container) throws Trouble {
    if (source.getConfigMapKeyRef() != null) {
      var ref = source.getConfigMapKeyRef();
      return value("ConfigMap", ref.getName(), ref.getKey(), ref.getOptional());
    }
    if (source.getSecretKeyRef() != null) {
      var ref = source.getSecretKeyRef();
      return value("Secret", ref.getName(), ref.getKey(), ref.getOptional());
    }
    if (source.getFieldRef() != null) {
      return Optional.of(facts.field(source.getFieldRef()));
    }
    if (source.getResourceFieldRef() != null) {
      return Optional.of(facts.resource(source.getResourceFieldRef(), container));
    }
    throw new Trouble(Trouble.CONFIG, "an environment variable has a source that is not known");
  }

  private Optional<String> value(
      String kind, @Nullable String name, String key, @Nullable Boolean optional) throws Trouble {
    var data = data(kind, name, optional);
    var value = data.flatMap(it -> Optional.ofNullable(it.get(key)));
    if (value.isEmpty() && data.isPresent() && !Boolean.TRUE.equals(optional)) {
      throw new Trouble(Trouble.CONFIG, "couldn't find key " + key + " in " + kind + " " + name);
    }
    return value.map(Bytes::toUtf8);
  }

  /// @return empty where it is optional and does not exist
  private Optional<SortedMap<String, Bytes>> data(
      String kind, @Nullable String name, @Nullable Boolean optional) throws Trouble {
    return data(release, facts, kind, PodTemplates.or(name, ""), Boolean.TRUE.equals(optional));
  }

  static Optional<SortedMap<String, Bytes>> data(
      Release release, PodFacts facts, String kind, String name, boolean optional) throws Trouble {
    return switch (release.config(kind, facts.order().namespace(), name)) {
      case Config.Present(var content) -> Optional.of(content.data());
      case Config.NotDelivered _ ->
          throw new Trouble(
              kind.equals("Secret") ? Trouble.SECRET : Trouble.CONFIG,
              kind + " " + name + " was not delivered to this node yet");
      case Config.Unknown _ -> {
        if (optional) {
          yield Optional.empty();
        }
        throw new Trouble(Trouble.CONFIG, kind + " " + name + " not found");
      }
    };
  }
}
