package dev.reeve.core.model;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a pod is beside what its template says, as its name tells it: the number of a StatefulSet's
/// pod, the index of an Indexed Job's.
public final class PodIdentity {
  /// Label and annotation of a pod of an Indexed Job.
  public static final String INDEX = "batch.kubernetes.io/job-completion-index";

  private PodIdentity() {}

  /// Its number, where it has one: `<name>-<number>` of a StatefulSet, `<name>-<number>-<5 chars>`
  /// of an Indexed Job.
  public static OptionalInt number(ObjectKey workload, String pod) {
    var rest = pod.substring(Math.min(pod.length(), workload.name().length() + 1));
    return switch (workload.kind()) {
      case "StatefulSet" -> numeral(rest);
      case "Job" ->
          rest.indexOf('-') < 0
              ? OptionalInt.empty()
              : numeral(rest.substring(0, rest.indexOf('-')));
      default -> OptionalInt.empty();
    };
  }

  /// Whether pods of a workload are not all alike.
  public static boolean isOwnKind(ObjectKey workload) {
    return workload.kind().equals("StatefulSet") || workload.kind().equals("Job");
  }

  private static OptionalInt numeral(String text) {
    return text.matches("[0-9]{1,9}")
        ? OptionalInt.of(Integer.parseInt(text))
        : OptionalInt.empty();
  }

  /// The labels that it has besides those of its template, with Kubernetes' names.
  public static SortedMap<String, String> labels(ObjectKey workload, String pod) {
    var labels = new TreeMap<String, String>();
    if (!isOwnKind(workload)) {
      return labels;
    }
    var number = number(workload, pod);
    if (workload.kind().equals("StatefulSet")) {
      labels.put("statefulset.kubernetes.io/pod-name", pod);
      number.ifPresent(it -> labels.put("apps.kubernetes.io/pod-index", String.valueOf(it)));
    } else if (workload.kind().equals("Job")) {
      labels.put("batch.kubernetes.io/job-name", workload.name());
      labels.put("job-name", workload.name());
      number.ifPresent(it -> labels.put(INDEX, String.valueOf(it)));
    }
    return labels;
  }

  /// The annotations that it has besides those of its template.
  public static SortedMap<String, String> annotations(ObjectKey workload, String pod) {
    var annotations = new TreeMap<String, String>();
    if (workload.kind().equals("Job")) {
      number(workload, pod).ifPresent(it -> annotations.put(INDEX, String.valueOf(it)));
    }
    return annotations;
  }
}
