package dev.reeve.server.images;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.core.Event;
import dev.reeve.core.Event.ImagesFound.Ranking;
import dev.reeve.core.model.DesiredState;
import dev.reeve.core.model.ImagePolicy;
import dev.reeve.core.model.ImagePolicy.Digests;
import dev.reeve.core.model.ImageTag;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.state.FollowedImages.Following;
import dev.reeve.core.state.Root;
import dev.reeve.manifest.Catalog;
import dev.reeve.manifest.images.ImageName;
import dev.reeve.manifest.images.TagRules;
import dev.reeve.manifest.schema.GoDuration;
import dev.reeve.server.images.RegistryClient.Repository;
import dev.reeve.server.images.RegistryClient.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks for the tags of each ImageRepository that a policy names, as often as it says, and tells
/// the core what there is, in the order of each policy. Of a repository there is one question at a
/// time; one that fails is asked less and less often.
///
/// Safe for many threads.
public final class ImagePolls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImagePolls.class);
  private static final int AT_ONCE = 16;
  private static final Duration INTERVAL_MIN = Duration.ofSeconds(5);
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);
  private static final Duration BACK_OFF = Duration.ofSeconds(10);
  private static final Duration BACK_OFF_MAX = Duration.ofMinutes(5);

  /// Each of them has to be asked for by itself.
  private static final int BY_TIME_MAX = 200;

  private static final int MADE_MAX = 10_000;

  private final Supplier<Root> root;
  private final Supplier<Catalog> catalog;
  private final Consumer<Event> loop;
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("images-", 0).factory());
  private final Semaphore places = new Semaphore(AT_ONCE, true);
  private final RegistryClient registry = new RegistryClient(workers);
  private final Map<ObjectKey, Poll> polls = new ConcurrentHashMap<>();

  /// When images were made, by digest: it never changes.
  private final Map<String, Optional<Instant>> made =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Optional<Instant>> eldest) {
              return size() > MADE_MAX;
            }
          });

  private String readCommit = "";
  private SortedMap<ObjectKey, Followed> followed = new TreeMap<>();

  /// A repository, and the policies that choose from it.
  private record Followed(Repository repository, Duration interval, List<Chooser> choosers) {}

  private record Chooser(ObjectKey policy, String rules, TagRules tags, Digests digests) {}

  /// How it stands with a repository. Guarded by this.
  private static final class Poll {
    private boolean isUnderWay;
    private Instant begun = Instant.EPOCH;
    private Instant next = Instant.EPOCH;
    private int failures;
    private Optional<Tags> tags = Optional.empty();
    private List<Chooser> told = List.of();

    /// Why it did not answer the last time; empty where it did.
    private String failure = "";
  }

  /// @param catalog of the accepted commit
  public ImagePolls(Supplier<Root> root, Supplier<Catalog> catalog, Consumer<Event> loop) {
    this.root = root;
    this.catalog = catalog;
    this.loop = loop;
  }

  /// Begins to ask whatever registry it is time to ask.
  public synchronized void look() {
    var now = root.get();
    if (now.lead() != Root.Lead.LEADING || now.accepted().isEmpty()) {
      return;
    }
    read(now.accepted().get());
    polls.keySet().retainAll(followed.keySet());
    followed.forEach((key, it) -> {
      var poll = polls.computeIfAbsent(key, _ -> new Poll());
      if (begins(poll, it, now, Instant.now())) {
        workers.execute(() -> ask(poll, it));
      }
    });
  }

  private static boolean begins(Poll poll, Followed followed, Root root, Instant now) {
    synchronized (poll) {
      boolean isNews =
          poll.failures == 0
              && (!poll.told.stream().map(Chooser::rules).toList().equals(rules(followed))
                  || followed.choosers().stream().anyMatch(it -> !isKnown(root, it)));
      boolean isTime = !now.isBefore(poll.next) || isNews;
      if (poll.isUnderWay || !isTime || now.isBefore(poll.begun.plus(INTERVAL_MIN))) {
        return false;
      }
      poll.isUnderWay = true;
      poll.begun = now;
      return true;
    }
  }

  private static List<String> rules(Followed followed) {
    return followed.choosers().stream().map(Chooser::rules).toList();
  }

  private static boolean isKnown(Root root, Chooser chooser) {
    return root.images()
        .of(chooser.policy())
        .flatMap(Following::found)
        .filter(it -> it.rules().equals(chooser.rules()))
        .isPresent();
  }

  // --- what is followed

  private void read(DesiredState state) {
    if (state.commit().equals(readCommit)) {
      return;
    }
    var all = catalog.get();
    var repositories = new TreeMap<ObjectKey, Followed>();
    for (ImagePolicy policy : state.images().values()) {
      var json = all.json(policy.key());
      var key = json.map(it -> repository(policy.key(), it));
      var repository = key.flatMap(all::json);
      if (repository.isEmpty()) {
        // The catalog is not of this commit: it is looked at again in a moment.
        return;
      }
      if (!policy.suspended()) {
        var known =
            repositories.computeIfAbsent(key.get(), it -> followed(it, repository.get(), all));
        known
            .choosers()
            .add(
                new Chooser(
                    policy.key(),
                    policy.rules(),
                    TagRules.of(repository.get(), json.get()),
                    policy.digests()));
      }
    }
    followed = repositories;
    readCommit = state.commit();
  }

  private static ObjectKey repository(ObjectKey policy, ObjectNode json) {
    var reference = json.path("spec").path("imageRepositoryRef");
    return new ObjectKey(
        "ImageRepository.image.toolkit.fluxcd.io",
        reference.path("namespace").asText(policy.namespace()),
        reference.path("name").asText());
  }

  private static Followed followed(ObjectKey key, ObjectNode json, Catalog all) {
    var spec = json.path("spec");
    var name = ImageName.parse(spec.path("image").asText());
    var secret = spec.path("secretRef").path("name").asText();
    var login =
        secret.isEmpty()
            ? Optional.<Login>empty()
            : Login.find(all.configData(new ObjectKey("Secret", key.namespace(), secret)), name);
    var interval = duration(spec.path("interval").asText(), INTERVAL_MIN);
    var timeout = duration(spec.path("timeout").asText(), interval);
    return new Followed(
        new Repository(
            name,
            login,
            spec.path("insecure").asBoolean(),
            timeout.compareTo(TIMEOUT_MAX) > 0 ? TIMEOUT_MAX : timeout),
        interval.compareTo(INTERVAL_MIN) < 0 ? INTERVAL_MIN : interval,
        new ArrayList<>());
  }

  private static Duration duration(String text, Duration otherwise) {
    return GoDuration.parse(text).filter(it -> !it.isZero()).orElse(otherwise);
  }

  // --- asking

  private void ask(Poll poll, Followed followed) {
    try {
      places.acquire();
      try {
        var tags = tags(poll, followed.repository());
        var rankings = new ArrayList<Ranking>();
        for (Chooser chooser : followed.choosers()) {
          rankings.add(ranking(followed.repository(), chooser, tags));
        }
        succeeded(poll, followed, tags);
        loop.accept(new Event.ImagesFound(rankings));
      } finally {
        places.release();
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } catch (RegistryFailure failure) {
      failed(poll, followed, String.valueOf(failure.getMessage()), failure.pause());
    } catch (RuntimeException fault) {
      LOG.error("{} could not be asked", followed.repository().name(), fault);
      failed(poll, followed, "a fault of Reeve's: " + fault.getClass().getSimpleName(), BACK_OFF);
    }
  }

  private Tags tags(Poll poll, Repository repository) throws RegistryFailure {
    Optional<Tags> known;
    synchronized (poll) {
      known = poll.tags;
    }
    var news = registry.tags(repository, known.map(Tags::etag).orElse(""));
    return news.or(() -> known).orElseThrow();
  }

  private Ranking ranking(Repository repository, Chooser chooser, Tags tags)
      throws RegistryFailure {
    var rules = chooser.tags();
    var ranked =
        rules.ranked(
            tags.names(),
            rules.isByTime() ? times(repository, rules.filtered(tags.names())) : Map.of());
    var images = new ArrayList<ImageTag>();
    boolean isOpen = chooser.digests() != Digests.NEVER;
    var known = root.get().images().of(chooser.policy());
    for (String tag : ranked) {
      // Only what is chosen needs its digest: the first that is not passed over.
      var image = new ImageTag(tag, isOpen ? registry.digest(repository, tag) : "");
      images.add(image);
      isOpen &= known.map(it -> it.hasRejected(image)).orElse(false);
    }
    return new Ranking(chooser.policy(), chooser.rules(), images);
  }

  private Map<String, Instant> times(Repository repository, List<String> tags)
      throws RegistryFailure {
    if (tags.size() > BY_TIME_MAX) {
      throw new RegistryFailure(
          "%s: %d tags are too many to ask each when it was made: narrow them by filterTags"
              .formatted(repository.name(), tags.size()));
    }
    var times = new TreeMap<String, Instant>();
    for (String tag : tags) {
      var digest = registry.digest(repository, tag);
      var time = made.get(digest);
      if (time == null) {
        time = registry.made(repository, digest);
        made.put(digest, time);
      }
      time.ifPresent(it -> times.put(tag, it));
    }
    return times;
  }

  private static void succeeded(Poll poll, Followed followed, Tags tags) {
    synchronized (poll) {
      if (poll.failures > 0) {
        LOG.info("{} answers again", followed.repository().name());
      }
      var now = Instant.now();
      poll.isUnderWay = false;
      poll.failures = 0;
      poll.next = now.plus(followed.interval());
      poll.tags = Optional.of(tags);
      poll.told = List.copyOf(followed.choosers());
      poll.failure = "";
    }
  }

  private static void failed(Poll poll, Followed followed, String why, Duration pause) {
    synchronized (poll) {
      if (!poll.failure.equals(why)) {
        LOG.warn("{}", why);
      }
      var wait = BACK_OFF.multipliedBy(1L << Math.min(poll.failures, 5));
      wait = wait.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : wait;
      poll.isUnderWay = false;
      poll.failures++;
      poll.next = Instant.now().plus(wait.compareTo(pause) > 0 ? wait : pause);
      poll.failure = why;
    }
  }

  /// What is under way is given up.
  @Override
  public void close() {
    workers.shutdownNow();
    registry.close();
  }
}
