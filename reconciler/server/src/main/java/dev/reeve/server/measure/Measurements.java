package dev.reeve.server.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.core.Effect.Request;
import dev.reeve.core.Event;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.manifest.analysis.Verdicts;
import dev.reeve.manifest.text.Json;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries measurements out and brings the answers back, each on a thread of its own.
///
/// The value of a Secret goes to the provider and nowhere else: what is answered or logged is
/// redacted, and no exception is handed on.
public final class Measurements implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Measurements.class);
  private static final int AT_ONCE = 32;

  /// Less than the minute that the core waits, so that it hears why.
  private static final Duration LIMIT = Duration.ofSeconds(55);

  /// Less than an autoscaler waits.
  private static final Duration QUERY_LIMIT = Duration.ofSeconds(9);

  private final Function<ObjectKey, Map<String, byte[]>> secrets;
  private final Consumer<Event> loop;
  private final Semaphore places = new Semaphore(AT_ONCE, true);
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("measure-", 0).factory());
  private final HttpClient verifying = Http.client(workers, Http.Trust.VERIFIED);
  private final HttpClient trusting = Http.client(workers, Http.Trust.ANYONE);

  /// @param secrets what a Secret of the accepted commit holds; empty where there is none
  public Measurements(Function<ObjectKey, Map<String, byte[]>> secrets, Consumer<Event> loop) {
    this.secrets = secrets;
    this.loop = loop;
  }

  /// Answered once, within a minute.
  public void send(Request.Measure request) {
    var deadline = Instant.now().plus(LIMIT);
    send(request.id(), request.key(), request.metric(), deadline, () -> measure(request, deadline));
  }

  /// Answered once, within ten seconds.
  public void send(Request.Query request) {
    var deadline = Instant.now().plus(QUERY_LIMIT);
    send(request.id(), request.key(), request.metric(), deadline, () -> samples(request, deadline));
  }

  private void send(
      long id, ObjectKey key, String metric, Instant deadline, Supplier<Answer> work) {
    workers.execute(() -> {
      var answer = answer(key, metric, deadline, work);
      if (!Thread.currentThread().isInterrupted()) {
        loop.accept(new Event.Answered(id, answer));
      }
    });
  }

  private Answer answer(ObjectKey key, String metric, Instant deadline, Supplier<Answer> work) {
    try {
      long wait = Duration.between(Instant.now(), deadline).toMillis();
      if (!places.tryAcquire(wait, TimeUnit.MILLISECONDS)) {
        return new Answer.Retry(AT_ONCE + " other measurements are still under way");
      }
      try {
        return work.get();
      } finally {
        places.release();
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      return new Answer.Retry("the control plane stops");
    } catch (RuntimeException fault) {
      // Its message is of unknown origin, and may repeat what it was given.
      LOG.error(
          "{}: {} could not be measured: {} at {}",
          key,
          metric,
          fault.getClass().getName(),
          fault.getStackTrace().length == 0 ? "?" : fault.getStackTrace()[0]);
      return new Answer.Retry("a fault of Reeve's: " + fault.getClass().getSimpleName());
    }
  }

  private Answer measure(Request.Measure request, Instant deadline) {
    Arguments arguments;
    var query = Json.parseObject(request.query().toArray());
    try {
      arguments = Arguments.of(query.path("args"), request, secrets);
    } catch (NotMeasured e) {
      return error(String.valueOf(e.getMessage()));
    }
    var redaction = arguments.redaction();
    try {
      var success = arguments.condition(query, "successCondition");
      var failure = arguments.condition(query, "failureCondition");
      var provider = arguments.fill(query.path("provider"));
      var value = ask(provider, deadline);
      var verdict = Verdicts.of(success, failure, value);
      var shown = redaction.value(value);
      var message =
          verdict.outcome() == Outcome.ERROR
              // It may quote a part of the value, in which a part of a Secret would not be found.
              ? Verdicts.of(success, failure, shown).message()
              : verdict.message();
      return new Answer.Measured(
          verdict.outcome(),
          Texts.clipped(redaction.text(Texts.of(shown))),
          Texts.clipped(redaction.text(message)));
    } catch (NotMeasured.Unreachable e) {
      return new Answer.Retry(Texts.clipped(redaction.text(String.valueOf(e.getMessage()))));
    } catch (NotMeasured e) {
      return error(redaction.text(String.valueOf(e.getMessage())));
    }
  }

  private Answer samples(Request.Query request, Instant deadline) {
    try {
      var provider = Json.parseObject(request.query().toArray()).path("prometheus");
      return new Answer.Sampled(new Prometheus(provider).samples(new Http(verifying, deadline)));
    } catch (NotMeasured e) {
      return new Answer.Retry(Texts.clipped(String.valueOf(e.getMessage())));
    }
  }

  private @Nullable Object ask(JsonNode provider, Instant deadline) throws NotMeasured {
    var prometheus = provider.path("prometheus");
    var web = provider.path("web");
    if (prometheus.isMissingNode() && web.isMissingNode()) {
      throw new NotMeasured("there is no such provider");
    }
    var settings = prometheus.isMissingNode() ? web : prometheus;
    var http = new Http(settings.path("insecure").asBoolean() ? trusting : verifying, deadline);
    Provider asked = prometheus.isMissingNode() ? new Web(web) : new Prometheus(prometheus);
    return asked.ask(http);
  }

  private static Answer error(String message) {
    return new Answer.Measured(Outcome.ERROR, "", Texts.clipped(message));
  }

  /// What is under way is given up, and not answered.
  @Override
  public void close() {
    workers.shutdownNow();
    verifying.shutdownNow();
    trusting.shutdownNow();
  }
}
