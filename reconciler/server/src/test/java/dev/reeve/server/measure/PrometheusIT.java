package dev.reeve.server.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.record.Measurement.Outcome;
import dev.reeve.lab.PrometheusServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Against the real Prometheus, which scrapes an exporter of this test.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrometheusIT {
  private static final String METRICS =
      """
      # TYPE requests_total counter
      requests_total{code="200",pod="a"} 998
      requests_total{code="200",pod="b"} 1996
      requests_total{code="500",pod="a"} 2
      """;

  private final Asking asking = new Asking();
  private HttpServer exporter;
  private PrometheusServer prometheus;

  @BeforeAll
  void scrape(@TempDir Path temp) throws Exception {
    exporter = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    exporter.createContext(
        "/metrics",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
          byte[] body = METRICS.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    exporter.start();
    prometheus =
        PrometheusServer.start(
            temp, List.of("127.0.0.1:" + exporter.getAddress().getPort()), Duration.ofMillis(200));
    var until = Instant.now().plusSeconds(30);
    while (!measured("count(requests_total)", "")
        .equals(new Answer.Measured(Outcome.SUCCESSFUL, "[3]", ""))) {
      assertThat(Instant.now()).as("the first scrape").isBefore(until);
      Thread.sleep(100);
    }
  }

  @AfterAll
  void stop() throws IOException {
    asking.close();
    if (prometheus != null) {
      prometheus.close();
    }
    exporter.stop(0);
  }

  private Answer measured(String query, String conditions) throws InterruptedException {
    return measured(prometheus.address(), query, conditions);
  }

  private Answer measured(String address, String query, String conditions)
      throws InterruptedException {
    return asking.answer(
        """
        {"args":[]%s,"provider":{"prometheus":{"address":"%s","query":"%s"}}}\
        """
            .formatted(conditions, address, query.replace("\"", "\\\"")));
  }

  @Test
  void measuresAVector() throws InterruptedException {
    var answer =
        measured(
            "sum(requests_total{code=\"200\"}) / sum(requests_total)",
            ",\"successCondition\":\"result[0] >= 0.99\"");

    assertThat(answer).isInstanceOf(Answer.Measured.class);
    var measured = (Answer.Measured) answer;
    assertThat(measured.outcome()).isEqualTo(Outcome.SUCCESSFUL);
    assertThat(measured.value()).startsWith("[0.9993");
  }

  @Test
  void listsAllValuesOfAVector() throws InterruptedException {
    assertThat(
            measured(
                "sort(requests_total)",
                ",\"failureCondition\":\"len(result) == 3 and result[2] > 1000\""))
        .isEqualTo(new Answer.Measured(Outcome.FAILED, "[2, 998, 1996]", ""));
  }

  @Test
  void measuresAScalar() throws InterruptedException {
    assertThat(
            measured(
                "scalar(requests_total{code=\"500\"}) / 4",
                ",\"successCondition\":\"result < 0.5\",\"failureCondition\":\"result > 0.5\""))
        .isEqualTo(new Answer.Measured(Outcome.INCONCLUSIVE, "0.5", ""));
  }

  @Test
  void takesATextAndWhatIsNoNumber() throws InterruptedException {
    assertThat(measured("\"hello\"", ",\"successCondition\":\"result == 'hello'\""))
        .isEqualTo(new Answer.Measured(Outcome.SUCCESSFUL, "hello", ""));
    assertThat(measured("vector(0) / 0", ",\"successCondition\":\"isNaN(result[0])\""))
        .isEqualTo(new Answer.Measured(Outcome.SUCCESSFUL, "[NaN]", ""));
    assertThat(measured("vector(1) / 0", ",\"successCondition\":\"isInf(result[0])\""))
        .isEqualTo(new Answer.Measured(Outcome.SUCCESSFUL, "[+Inf]", ""));
  }

  @Test
  void saysThatThereIsNoDataInAnEmptyVector() throws InterruptedException {
    var answer =
        (Answer.Measured) measured("absent_metric", ",\"successCondition\":\"result[0] > 1\"");

    assertThat(answer.outcome()).isEqualTo(Outcome.ERROR);
    assertThat(answer.value()).isEqualTo("[]");
    assertThat(answer.message()).contains("the provider gave no data");
  }

  @Test
  void refusesAMatrix() throws InterruptedException {
    assertThat(measured("requests_total[1m]", ""))
        .isEqualTo(
            new Answer.Measured(
                Outcome.ERROR,
                "",
                "the query gives a matrix; it must give a vector, a scalar or a string"));
  }

  @Test
  void repeatsWhatPrometheusSaysOfABadQuery() throws InterruptedException {
    var answer = (Answer.Measured) measured("sum(", "");

    assertThat(answer.outcome()).isEqualTo(Outcome.ERROR);
    assertThat(answer.message()).startsWith("Prometheus says: bad_data: ").contains("parse error");
  }

  @Test
  void toleratesASlashAtTheEndOfTheAddress() throws InterruptedException {
    assertThat(measured(prometheus.address() + "/", "vector(1)", ""))
        .isEqualTo(new Answer.Measured(Outcome.SUCCESSFUL, "[1]", ""));
  }

  @Test
  void saysThatAServerIsDown(@TempDir Path temp) throws InterruptedException {
    var other = PrometheusServer.start(temp, List.of(), Duration.ofSeconds(1));
    assertThat(measured(other.address(), "vector(1)", "")).isInstanceOf(Answer.Measured.class);
    other.close();

    assertThat(measured(other.address(), "vector(1)", ""))
        .isEqualTo(new Answer.Retry(other.address() + " cannot be reached"));
  }
}
