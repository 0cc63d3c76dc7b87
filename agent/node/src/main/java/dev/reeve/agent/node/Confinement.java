package dev.reeve.agent.node;

import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the kernel lets a container do: the seccomp and AppArmor profiles of a pod, in the engine's
/// words. `RuntimeDefault` is what the engine does when it is told nothing.
final class Confinement {
  private Confinement() {}

  /// @param profiles folder of the node's own seccomp profiles
  static List<String> options(Path profiles, PodSpec spec, Container container) throws Trouble {
    var own = Optional.ofNullable(container.getSecurityContext());
    var shared = Optional.ofNullable(spec.getSecurityContext());
    var options = new ArrayList<String>();
    var seccomp =
        own.map(SecurityContext::getSeccompProfile)
            .or(() -> shared.map(PodSecurityContext::getSeccompProfile));
    if (seccomp.isPresent()) {
      seccomp(profiles, seccomp.get()).ifPresent(it -> options.add("seccomp=" + it));
    }
    own.map(SecurityContext::getAppArmorProfile)
        .or(() -> shared.map(PodSecurityContext::getAppArmorProfile))
        .flatMap(Confinement::appArmor)
        .ifPresent(it -> options.add("apparmor=" + it));
    return options;
  }

  private static Optional<String> seccomp(Path profiles, SeccompProfile profile) throws Trouble {
    return switch (PodTemplates.or(profile.getType(), "")) {
      case "Unconfined" -> Optional.of("unconfined");
      case "Localhost" ->
          Optional.of(read(profiles, PodTemplates.or(profile.getLocalhostProfile(), "")));
      default -> Optional.empty();
    };
  }

  /// The engine is told the profile itself: it need not see the agent's files.
  private static String read(Path profiles, String name) throws Trouble {
    var file = profiles.resolve(name).normalize();
    if (name.isEmpty() || !file.startsWith(profiles.normalize())) {
      throw new Trouble(Trouble.CONFIG, "seccomp profile leads out of its folder: " + name);
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new Trouble(Trouble.CONFIG, "cannot read the seccomp profile " + file);
    }
  }

  private static Optional<String> appArmor(AppArmorProfile profile) {
    return switch (PodTemplates.or(profile.getType(), "")) {
      case "Unconfined" -> Optional.of("unconfined");
      case "Localhost" -> Optional.ofNullable(profile.getLocalhostProfile());
      default -> Optional.empty();
    };
  }
}
