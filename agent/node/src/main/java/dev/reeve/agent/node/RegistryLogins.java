package dev.reeve.agent.node;

import dev.reeve.agent.node.Engine.RegistryLogin;
import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.wire.ConfigContent;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What pods' images are pulled with: the Secrets that the control plane told of last, in memory
/// alone. An agent that was started again without a control plane has none.
final class RegistryLogins {
  private volatile Map<ObjectKey, ConfigContent> secrets = Map.of();

  /// All there are from now on.
  void set(List<ConfigContent> all) {
    var told = new HashMap<ObjectKey, ConfigContent>();
    all.forEach(it -> told.put(it.use().key(), it));
    secrets = Map.copyOf(told);
  }

  /// From the first of a pod's Secrets that knows the registry of the image.
  Optional<RegistryLogin> of(PodOrder pod, List<LocalObjectReference> names, String image) {
    for (var name : names) {
      var secret = secrets.get(new ObjectKey("Secret", pod.namespace(), name.getName()));
      if (secret != null) {
        var file = secret.data().getOrDefault(".dockerconfigjson", Bytes.utf8(""));
        var login = Images.login(file.toUtf8(), image);
        if (login.isPresent()) {
          return login;
        }
      }
    }
    return Optional.empty();
  }
}
