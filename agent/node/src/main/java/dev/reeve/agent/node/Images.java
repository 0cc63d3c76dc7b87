package dev.reeve.agent.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reeve.agent.mind.PodProgram.PullPolicy;
import dev.reeve.agent.node.Engine.Image;
import dev.reeve.agent.node.Engine.RegistryLogin;
import dev.reeve.core.model.ImagePin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/// Images of the node: pulled once even when many pods ask for the same, and the pause image, which
/// is made here and comes from no registry.
final class Images {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PULL = Duration.ofMinutes(30);
  private static final int PULLS_AT_ONCE = 3;
  private static final Duration MOMENT = Duration.ofSeconds(5);
  private static final String PAUSE_REPOSITORY = "reeve/pause";
  private static final int MOST_TOLD = 50;
  private static final String HUB = "index.docker.io";
  private static final String PAUSE_TAG = "1";
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*"
              + "(?:/[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*)*"
              + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?");
  private static final Pattern BY_ID = Pattern.compile("(?:sha256:)?[a-f0-9]{64}");

  private final Engine engine;
  private final String node;
  private final Semaphore pulls = new Semaphore(PULLS_AT_ONCE);
  private final Map<String, CompletableFuture<Image>> underWay = new HashMap<>();
  private final ConcurrentMap<String, Seen> seen = new ConcurrentHashMap<>();

  /// @param at as `System.nanoTime` counts
  private record Seen(Image image, long at) {}

  /// @param node that this is
  Images(Engine engine, String node) {
    this.engine = engine;
    this.node = node;
  }

  /// An image that is here.
  ///
  /// @param name what the engine finds it by
  /// @param id which one it is: `name@sha256:…` where it came from a registry, else the engine's id
  record Resolved(Image image, String name, String id) {
    /// The same, whatever its name stands for by now.
    Resolved byId() {
      return new Resolved(image, id, id);
    }
  }

  /// What a node says of the images that it has: the largest, as many as Kubernetes' kubelet tells.
  static SortedMap<String, Long> largest(List<Engine.ListedImage> all) {
    var told = new TreeMap<String, Long>();
    all.stream()
        .sorted(Comparator.comparingLong(Engine.ListedImage::bytes).reversed())
        .limit(MOST_TOLD)
        .forEach(image -> image.names().forEach(name -> told.put(name, image.bytes())));
    return told;
  }

  sealed interface Pull {
    record Done(Resolved image) implements Pull {}

    record Failed(String reason, String message) implements Pull {}
  }

  /// What the engine has under a name, or had a moment ago: pods that come together ask for the
  /// same ones. Where it is gone since, their containers cannot be made, and are tried again later.
  Optional<Image> present(String reference) throws EngineException {
    var last = seen.get(reference);
    if (last != null && System.nanoTime() - last.at() < MOMENT.toNanos()) {
      return Optional.of(last.image());
    }
    var found = engine.image(reference);
    if (found.isPresent()) {
      seen.put(reference, new Seen(found.get(), System.nanoTime()));
    } else {
      seen.remove(reference);
    }
    return found;
  }

  /// @param pin which one it must be, where that is known
  Pull obtain(
      String reference, PullPolicy policy, Optional<RegistryLogin> login, Optional<ImagePin> pin) {
    if (!REFERENCE.matcher(reference).matches() && !BY_ID.matcher(reference).matches()) {
      return new Pull.Failed("InvalidImageName", "not an image's name: " + OneLine.of(reference));
    }
    try {
      if (pin.isEmpty()) {
        return byName(reference, policy, login);
      }
      return pin.get().isOfRegistry()
          ? byDigest(reference, pin.get(), policy, login)
          : byId(reference, pin.get(), policy, login);
    } catch (EngineException e) {
      return new Pull.Failed("ErrImagePull", e.summary());
    }
  }

  private Pull byName(String reference, PullPolicy policy, Optional<RegistryLogin> login)
      throws EngineException {
    var present = policy == PullPolicy.ALWAYS ? Optional.<Image>empty() : present(reference);
    if (present.isEmpty() && policy == PullPolicy.NEVER) {
      return neverPulled(reference);
    }
    var image = present.isPresent() ? present.get() : pulled(reference, login);
    return new Pull.Done(new Resolved(image, reference, resolved(reference, image)));
  }

  private static Pull neverPulled(String reference) {
    return new Pull.Failed(
        "ErrImageNeverPull", "image " + reference + " is not present with pull policy of Never");
  }

  /// What is named by a digest is the same everywhere: where it is here, it need not be asked for.
  private Pull byDigest(
      String reference, ImagePin pin, PullPolicy policy, Optional<RegistryLogin> login)
      throws EngineException {
    var present = present(pin.id());
    if (present.isEmpty() && policy == PullPolicy.NEVER) {
      return neverPulled(reference + " (" + pin.id() + ")");
    }
    var image = present.isPresent() ? present.get() : pulled(pin.id(), login);
    return new Pull.Done(new Resolved(image, pin.id(), pin.id()));
  }

  /// What came from no registry cannot be fetched: each node must have been given it.
  private Pull byId(
      String reference, ImagePin pin, PullPolicy policy, Optional<RegistryLogin> login)
      throws EngineException {
    var named = present(reference);
    if (named.isEmpty() && policy != PullPolicy.NEVER && engine.image(pin.id()).isEmpty()) {
      named = Optional.of(pulled(reference, login));
    }
    if (named.isPresent() && named.get().id().equals(pin.id())) {
      return new Pull.Done(new Resolved(named.get(), reference, pin.id()));
    }
    var same = engine.image(pin.id());
    if (same.isPresent()) {
      return new Pull.Done(new Resolved(same.get(), pin.id(), pin.id()));
    }
    return named.isEmpty() ? neverPulled(reference) : differs(reference, pin, named.get());
  }

  private Pull differs(String reference, ImagePin pin, Image other) {
    return new Pull.Failed(
        "ErrImageDiffers",
        "image "
            + reference
            + " is "
            + pin.id()
            + " on "
            + pin.node()
            + ", where its release was started first, and "
            + other.id()
            + " on "
            + node
            + ": give both nodes the same one, or serve it from a registry");
  }

  /// Which image a name stands for now.
  private static String resolved(String reference, Image image) {
    var repository = repository(reference);
    return image.digests().stream()
        .filter(it -> repository(it).equals(repository))
        .findFirst()
        .orElse(image.id());
  }

  /// A name without its tag and digest, as short as the engine writes it.
  private static String repository(String reference) {
    var name = reference.replaceFirst("@.*$", "");
    int colon = name.lastIndexOf(':');
    name = colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    return name.replaceFirst("^(index\\.)?docker\\.io/", "").replaceFirst("^library/", "");
  }

  private Image pulled(String reference, Optional<RegistryLogin> login) throws EngineException {
    var mine = new CompletableFuture<Image>();
    CompletableFuture<Image> other;
    synchronized (underWay) {
      other = underWay.putIfAbsent(reference, mine);
    }
    if (other != null) {
      try {
        return other.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof EngineException it
            ? it
            : new EngineException(EngineException.Kind.REFUSED, OneLine.of(e), e);
      }
    }
    try {
      pulls.acquireUninterruptibly();
      try {
        engine.pull(tagged(reference), login, PULL);
      } finally {
        pulls.release();
      }
      var image =
          engine
              .image(reference)
              .orElseThrow(() ->
                  new EngineException(
                      EngineException.Kind.NOT_FOUND, "pulled, but not there: " + reference));
      seen.put(reference, new Seen(image, System.nanoTime()));
      mine.complete(image);
      return image;
    } catch (EngineException | RuntimeException e) {
      mine.completeExceptionally(e);
      throw e;
    } finally {
      synchronized (underWay) {
        underWay.remove(reference);
      }
    }
  }

  /// A name alone would have the engine fetch every tag there is.
  private static String tagged(String reference) {
    boolean isWhole =
        reference.contains("@") || reference.lastIndexOf(':') > reference.lastIndexOf('/');
    return isWhole ? reference : reference + ":latest";
  }

  /// Finds in a `.dockerconfigjson` what to say to the registry of an image.
  static Optional<RegistryLogin> login(String dockerConfig, String reference) {
    int slash = reference.indexOf('/');
    var first = slash < 0 ? "" : reference.substring(0, slash);
    var registry =
        first.contains(".") || first.contains(":") || first.equals("localhost") ? first : HUB;
    try {
      for (var entry : JSON.readTree(dockerConfig).path("auths").properties()) {
        var host = entry.getKey().replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        boolean fits = host.equals(registry) || host.equals("docker.io") && registry.equals(HUB);
        if (!fits) {
          continue;
        }
        var user = entry.getValue().path("username").asText("");
        var password = entry.getValue().path("password").asText("");
        var both = entry.getValue().path("auth").asText("");
        if (user.isEmpty() && !both.isEmpty()) {
          var parts =
              new String(Base64.getDecoder().decode(both), StandardCharsets.UTF_8).split(":", 2);
          user = parts[0];
          password = parts.length > 1 ? parts[1] : "";
        }
        return Optional.of(new RegistryLogin(entry.getKey(), user, password));
      }
    } catch (IOException | IllegalArgumentException e) {
      // The pull without a login says what is wrong better than a report about this file would.
      return Optional.empty();
    }
    return Optional.empty();
  }

  /// What a pause image is made of and how it is started.
  record Pause(String image, List<String> entrypoint) {}

  /// The pause image, made now if it is not there: a program that waits, ends when told to, and
  /// reaps what is left to it.
  Pause pause() throws EngineException {
    var catatonit = Path.of("/usr/bin/catatonit");
    boolean isUsual = Files.isExecutable(catatonit);
    var tag = isUsual ? PAUSE_TAG : PAUSE_TAG + "-busybox";
    var image = PAUSE_REPOSITORY + ":" + tag;
    var entrypoint =
        isUsual
            ? List.of("/pause", "-P")
            : List.of(
                "/pause",
                "sh",
                "-c",
                "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done");
    if (present(image).isEmpty()) {
      makePause(image, tag, isUsual ? catatonit : busybox());
    }
    return new Pause(image, entrypoint);
  }

  /// On a new node all pods ask for it at once. One of them makes it, and the others wait.
  private synchronized void makePause(String image, String tag, Path program)
      throws EngineException {
    if (present(image).isPresent()) {
      return;
    }
    try {
      engine.importImage(
          new Tar().file("pause", 0755, Files.readAllBytes(program)).bytes(),
          PAUSE_REPOSITORY,
          tag);
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.REFUSED, "cannot make the pause image: " + OneLine.of(e), e);
    }
  }

  private static Path busybox() throws EngineException {
    return List.of(Path.of("/bin/busybox"), Path.of("/usr/bin/busybox")).stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new EngineException(
                EngineException.Kind.REFUSED,
                "no pause program: install catatonit or busybox-static on the node"));
  }
}
