package dev.reeve.server.sync;

import dev.reeve.core.Effect.Request.UpdateImages;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ImageChange;
import dev.reeve.core.model.ImagePolicy;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.git.ConfigMirror;
import dev.reeve.manifest.Reading;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Works out which files say what once images are exchanged at their markers, and shows that the
/// commit is good then.
///
/// Confined to the thread that reads Git.
final class ImageText {
  private final ConfigMirror mirror;
  private final CommitReader reader;

  /// New contents of files, by path.
  sealed interface Plan {
    /// Read again, they name the images.
    record Commit(SortedMap<String, Bytes> changes) implements Plan {}

    record Impossible(String why) implements Plan {}
  }

  ImageText(ConfigMirror mirror, CommitReader reader) {
    this.mirror = mirror;
    this.reader = reader;
  }

  Plan plan(UpdateImages request) {
    if (mirror.commit(request.tip()).isEmpty()) {
      return new Plan.Impossible("commit " + request.tip() + " is not in the repository any more");
    }
    Map<ObjectKey, ImageChange> changes =
        request.changes().stream()
            .collect(Collectors.toMap(ImageChange::policy, Function.identity()));
    SortedMap<String, Bytes> files = new TreeMap<>();
    for (var each : reader.marked(request.tip()).entrySet()) {
      var text = each.getValue();
      if (text.markers().stream().noneMatch(it -> changes.containsKey(it.policy()))) {
        continue;
      }
      var edited = text.with(changes);
      if (edited.isEmpty()) {
        return new Plan.Impossible(
            each.getKey() + ": what was to be written there would be read as something else");
      }
      if (!edited.get().equals(text.bytes())) {
        files.put(each.getKey(), edited.get());
      }
    }
    if (files.isEmpty()) {
      return new Plan.Impossible("no marker stands at another image");
    }
    return complaint(request, files)
        .<Plan>map(Plan.Impossible::new)
        .orElseGet(() -> new Plan.Commit(files));
  }

  /// Read as it will be read after the push.
  private Optional<String> complaint(UpdateImages request, SortedMap<String, Bytes> files) {
    return switch (reader.read(request.tip(), Optional.empty(), files).orElse(null)) {
      case Reading.Accepted(var state, var _) ->
          request.changes().stream()
              .filter(it -> remains(state.images(), it))
              .findFirst()
              .map(it -> it.policy() + " would not name " + it.name() + ":" + it.image());
      case Reading.Refused refused -> Optional.of(String.join("; ", refused.lines()));
      case null -> Optional.of("the path of the manifests is not there any more");
    };
  }

  private static boolean remains(Map<ObjectKey, ImagePolicy> images, ImageChange change) {
    var policy = images.get(change.policy());
    return policy == null || policy.differsFrom(change.image());
  }
}
