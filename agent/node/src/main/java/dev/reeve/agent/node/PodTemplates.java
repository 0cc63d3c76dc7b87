package dev.reeve.agent.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.reeve.agent.mind.PodProgram;
import dev.reeve.agent.mind.PodProgram.PullPolicy;
import dev.reeve.agent.mind.PodProgram.RestartPolicy;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.Hash;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the text of a pod template: for the mind, which containers there are and when each is
/// restarted and probed; for the hands, the whole spec.
public final class PodTemplates {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private PodTemplates() {}

  /// A template as the node works with it.
  public record Template(
      PodProgram program,
      PodSpec spec,
      Map<String, String> labels,
      Map<String, String> annotations) {

    /// Init containers and app containers alike.
    Optional<Container> container(String name) {
      return containers().stream().filter(it -> it.getName().equals(name)).findFirst();
    }

    private List<Container> containers() {
      var all = new ArrayList<>(orNone(spec.getInitContainers()));
      all.addAll(orNone(spec.getContainers()));
      return all;
    }
  }

  /// @return empty where the text cannot be read as a template with containers
  public static Optional<Template> read(Bytes text) {
    try {
      var template = JSON.readValue(text.toArray(), PodTemplateSpec.class);
      var spec = template == null ? null : template.getSpec();
      if (spec == null || orNone(spec.getContainers()).isEmpty()) {
        return Optional.empty();
      }
      var metadata = Optional.ofNullable(template.getMetadata());
      return Optional.of(
          new Template(
              program(spec),
              spec,
              new TreeMap<>(
                  metadata.flatMap(it -> Optional.ofNullable(it.getLabels())).orElse(Map.of())),
              new TreeMap<>(
                  metadata
                      .flatMap(it -> Optional.ofNullable(it.getAnnotations()))
                      .orElse(Map.of()))));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Names the spec of a container: two of the same name are made alike.
  static String hash(Container container) {
    try {
      return Hash.start().add(JSON.writeValueAsBytes(container)).name();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was read can be written", e);
    }
  }

  /// Containers that are there as long as the pod runs: the apps and the sidecars.
  static List<Container> lasting(PodSpec spec) {
    var lasting = new ArrayList<>(orNone(spec.getContainers()));
    orNone(spec.getInitContainers()).stream().filter(PodTemplates::isSidecar).forEach(lasting::add);
    return lasting;
  }

  private static boolean isSidecar(Container init) {
    return "Always".equals(init.getRestartPolicy());
  }

  private static PodProgram program(PodSpec spec) {
    return new PodProgram(
        orNone(spec.getInitContainers()).stream().map(PodTemplates::container).toList(),
        orNone(spec.getContainers()).stream().map(PodTemplates::container).toList(),
        switch (or(spec.getRestartPolicy(), "Always")) {
          case "Never" -> RestartPolicy.NEVER;
          case "OnFailure" -> RestartPolicy.ON_FAILURE;
          default -> RestartPolicy.ALWAYS;
        },
        Duration.ofSeconds(or(spec.getTerminationGracePeriodSeconds(), 30L)),
        Optional.ofNullable(spec.getActiveDeadlineSeconds()).map(Duration::ofSeconds));
  }

  private static PodProgram.Container container(Container it) {
    if (it.getName() == null || it.getImage() == null) {
      throw new IllegalArgumentException("a container without a name or an image");
    }
    return new PodProgram.Container(
        it.getName(),
        it.getImage(),
        pullPolicy(it),
        isSidecar(it),
        Optional.ofNullable(it.getStartupProbe()).map(PodTemplates::probe),
        Optional.ofNullable(it.getLivenessProbe()).map(PodTemplates::probe),
        Optional.ofNullable(it.getReadinessProbe()).map(PodTemplates::probe),
        devices(it));
  }

  /// Extended resources with a domain of their own; of huge pages there are no devices. A limit is
  /// a request, too.
  private static SortedMap<String, Integer> devices(Container it) {
    var devices = new TreeMap<String, Integer>();
    Map<String, Quantity> limits =
        it.getResources() == null ? Map.of() : orNone(it.getResources().getLimits());
    limits.forEach((resource, amount) -> {
      boolean isExtended = resource.indexOf('/') > 0 && !resource.contains("kubernetes.io/");
      int asked = isExtended ? PodFacts.amount(amount).intValue() : 0;
      if (asked > 0) {
        devices.put(resource, asked);
      }
    });
    return devices;
  }

  /// As Kubernetes has it: what may move is looked for anew, what cannot is not.
  private static PullPolicy pullPolicy(Container it) {
    var image = it.getImage();
    boolean moves =
        !image.contains("@")
            && (image.endsWith(":latest") || image.lastIndexOf(':') <= image.lastIndexOf('/'));
    return switch (or(it.getImagePullPolicy(), "").toLowerCase(Locale.ROOT)) {
      case "always" -> PullPolicy.ALWAYS;
      case "never" -> PullPolicy.NEVER;
      case "ifnotpresent" -> PullPolicy.IF_NOT_PRESENT;
      default -> moves ? PullPolicy.ALWAYS : PullPolicy.IF_NOT_PRESENT;
    };
  }

  private static PodProgram.Probe probe(Probe it) {
    return new PodProgram.Probe(
        Duration.ofSeconds(or(it.getInitialDelaySeconds(), 0)),
        Duration.ofSeconds(positive(it.getPeriodSeconds(), 10)),
        Duration.ofSeconds(positive(it.getTimeoutSeconds(), 1)),
        positive(it.getSuccessThreshold(), 1),
        positive(it.getFailureThreshold(), 3),
        Optional.ofNullable(it.getTerminationGracePeriodSeconds()).map(Duration::ofSeconds));
  }

  private static int positive(@Nullable Integer value, int otherwise) {
    return value == null || value <= 0 ? otherwise : value;
  }

  static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  static <T> List<T> orNone(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  static <K, V> Map<K, V> orNone(@Nullable Map<K, V> map) {
    return map == null ? Map.of() : map;
  }
}
