package dev.reeve.server.web.kubernetes;

import static dev.reeve.server.web.kubernetes.ResourceType.namespaced;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Latest;
import dev.reeve.core.record.RecordFile.ImagePolicyFile.Rejected;
import dev.reeve.core.state.FollowedImages.Following;
import java.util.List;
import java.util.stream.Collectors;

/// Images that are followed, as Flux shows them.
final class FollowedImages {
  private static final String API_VERSION = "image.toolkit.fluxcd.io/v1";
  static final ResourceType REPOSITORY =
      namespaced(API_VERSION, "ImageRepository", "imagerepositories", "imgrepo", "imagerepo");
  static final ResourceType POLICY =
      namespaced(API_VERSION, "ImagePolicy", "imagepolicies", "imgpol", "imagepol");
  static final ResourceType AUTOMATION =
      namespaced(API_VERSION, "ImageUpdateAutomation", "imageupdateautomations", "iua");

  private FollowedImages() {}

  /// Whatever version it is written in, it is shown in the one that there is.
  static void version(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    json.put("apiVersion", API_VERSION);
  }

  /// The image that the text names, and what is passed over.
  static void policy(Snapshot snapshot, ObjectKey key, ObjectNode json) {
    version(snapshot, key, json);
    var following = snapshot.root().images().of(key);
    var policy = snapshot.root().accepted().map(it -> it.images().get(key));
    if (following.isEmpty() || policy.isEmpty()) {
      return;
    }
    var status = json.putObject("status");
    following
        .flatMap(it -> it.recorded().latest())
        .map(Latest::image)
        .ifPresent(it -> reference(it, policy.get().image(), status.putObject("latestRef")));
    var ready = status.putArray("conditions").addObject().put("type", "Ready");
    if (following.flatMap(Following::found).isPresent()) {
      ready.put("status", "True").put("reason", "Succeeded");
    } else {
      ready.put("status", "Unknown").put("reason", "Progressing");
    }
    ready.put("message", message(following.get()));
  }

  private static void reference(ImageTag image, String name, ObjectNode json) {
    json.put("name", name).put("tag", image.tag());
    if (!image.digest().isEmpty()) {
      json.put("digest", image.digest());
    }
  }

  private static String message(Following following) {
    if (following.found().isEmpty()) {
      return "the registry has not answered yet";
    }
    List<Rejected> rejected = following.recorded().rejected();
    var count = following.found().get().ranked().size() + " tags to choose from";
    return rejected.isEmpty()
        ? count
        : count
            + "; rejected: "
            + rejected.stream().map(it -> it.image().toString()).collect(Collectors.joining(", "));
  }
}
