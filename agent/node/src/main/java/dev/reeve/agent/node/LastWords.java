package dev.reeve.agent.node;

import dev.reeve.agent.node.Engine.EngineContainer;
import dev.reeve.agent.node.Releases.Release;
import io.fabric8.kubernetes.api.model.Container;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What containers said of their end: in the file that is there for it or, where they ask for that,
/// in their log. It goes further than a log does, so values of the pod's Secrets are struck out.
final class LastWords {
  private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);

  private static final int LONGEST = 4096;
  private static final int LONGEST_OF_LOG = 2048;
  private static final int LINES_OF_LOG = 80;
  private static final Duration LOG_LIMIT = Duration.ofSeconds(3);
  private static final int REMEMBERED = 1000;

  /// Shorter values are found in ordinary words, too.
  private static final int SHORTEST_SECRET = 4;

  private final Engine engine;
  private final Releases releases;
  private final Volumes volumes;
  private final Map<String, String> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
              return size() > REMEMBERED;
            }
          });

  LastWords(Engine engine, Releases releases, Volumes volumes) {
    this.engine = engine;
    this.releases = releases;
    this.volumes = volumes;
  }

  /// Empty for what left none.
  String of(EngineContainer ended, int exitCode) {
    if (Labels.isSandbox(ended)) {
      return "";
    }
    var before = known.get(ended.id());
    if (before != null) {
      return before;
    }
    var words = read(ended, exitCode);
    known.put(ended.id(), words);
    return words;
  }

  private String read(EngineContainer ended, int exitCode) {
    var release = Labels.release(ended).flatMap(releases::get);
    try {
      var written =
          volumes.lastWordsOf(
              ended.labels().getOrDefault(Labels.POD_UID, ""),
              Labels.container(ended),
              Labels.attempt(ended),
              LONGEST);
      var words = text(written, LONGEST);
      if (words.isEmpty() && exitCode != 0 && asksForLog(release, ended)) {
        words = endOfLog(ended);
      }
      return release.map(Release::secretValues).orElse(List.of()).stream()
          .filter(it -> it.length() >= SHORTEST_SECRET)
          .reduce(words, (text, secret) -> text.replace(secret, "***"));
    } catch (IOException | EngineException | RuntimeException e) {
      LOG.warn("last words of {} are not read: {}", ended.name(), OneLine.of(e));
      return "";
    }
  }

  private static boolean asksForLog(Optional<Release> release, EngineContainer ended) {
    return release
        .flatMap(Release::template)
        .flatMap(it -> it.container(Labels.container(ended)))
        .map(Container::getTerminationMessagePolicy)
        .map(it -> it.equals("FallbackToLogsOnError"))
        .orElse(false);
  }

  private String endOfLog(EngineContainer ended) throws EngineException {
    var bytes = new ByteArrayOutputStream();
    var isRead = new CountDownLatch(1);
    try (var _ =
        engine.logs(
            ended.id(),
            new Engine.LogQuery(false, false, LINES_OF_LOG, 0),
            bytes::writeBytes,
            _ -> isRead.countDown())) {
      if (!isRead.await(LOG_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("the log of {} is not read to its end", ended.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EngineException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a log cannot be closed", e);
    }
    return text(bytes.toByteArray(), LONGEST_OF_LOG);
  }

  /// The last bytes, without half a character at the cut.
  private static String text(byte[] bytes, int longest) {
    int from = Math.max(0, bytes.length - longest);
    while (from > 0 && from < bytes.length && (bytes[from] & 0xc0) == 0x80) {
      from++;
    }
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
  }
}
