package dev.reeve.server.measure;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.reeve.core.Event.Answer;
import dev.reeve.core.autoscaling.Reading.Sample;
import dev.reeve.core.record.Measurement.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is said over HTTP, and what becomes of the answers.
@Timeout(60)
class MeasurementsTest {
  private final WireMockServer server =
      new WireMockServer(
          WireMockConfiguration.options()
              .bindAddress("127.0.0.1")
              .containerThreads(64)
              .dynamicPort()
              .dynamicHttpsPort());
  private final Asking asking = new Asking();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    asking.close();
    server.stop();
  }

  private String address() {
    return "http://127.0.0.1:" + server.port();
  }

  private void answers(ResponseDefinitionBuilder answer) {
    server.stubFor(any(anyUrl()).willReturn(answer));
  }

  /// @param more members after the address, from a comma on
  private Answer web(String more) throws InterruptedException {
    return web("[]", "", more);
  }

  private Answer web(String args, String conditions, String more) throws InterruptedException {
    return asking.answer(
        "{\"args\":%s%s,\"provider\":{\"web\":{\"url\":\"%s/v\"%s}}}"
            .formatted(args, conditions, address(), more));
  }

  private static Answer value(String value) {
    return new Answer.Measured(Outcome.SUCCESSFUL, value, "");
  }

  private static Answer error(String message) {
    return new Answer.Measured(Outcome.ERROR, "", message);
  }

  @Nested
  class ForAutoscalers {
    private Answer samples() throws InterruptedException {
      return asking.samples(address(), "sum(queue)");
    }

    private void gives(String type, String result) {
      answers(
          okJson(
              "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":%s}}"
                  .formatted(type, result)));
    }

    @Test
    void aVectorHasASampleForEachSeriesInThousandths() throws InterruptedException {
      gives(
          "vector",
          """
          [{"metric":{"pod":"web-1"},"value":[1,"0.2501"]},
           {"metric":{"pod":"web-2"},"value":[1,"7"]},
           {"metric":{},"value":[1,"NaN"]}]
          """);

      assertThat(samples())
          .isEqualTo(
              new Answer.Sampled(List.of(new Sample("web-1", 251), new Sample("web-2", 7_000))));
      server.verify(getRequestedFor(urlEqualTo("/api/v1/query?query=sum%28queue%29")));
    }

    @Test
    void aScalarIsOneSampleOfNoPod() throws InterruptedException {
      gives("scalar", "[1,\"+Inf\"]");

      assertThat(samples())
          .isEqualTo(new Answer.Sampled(List.of(new Sample("", 1_000_000_000_000_000L))));
    }

    @Test
    void whatCannotBeReadSaysWhy() throws InterruptedException {
      gives("matrix", "[]");
      assertThat(samples())
          .isEqualTo(
              new Answer.Retry("the query gives a matrix; it must give a vector or a scalar"));

      answers(aResponse().withStatus(503));
      assertThat(samples())
          .isEqualTo(
              new Answer.Retry("http://127.0.0.1:" + server.port() + " answered with HTTP 503"));
    }
  }

  @Nested
  class OfTheWeb {
    @Test
    void takesOnePlaceOfTheAnswer() throws InterruptedException {
      answers(okJson("{\"data\":{\"ok\":true,\"a.b\":[1.50,{\"c\":\"x\"}],\"none\":null}}"));

      assertThat(web(",\"jsonPath\":\"{$.data.ok}\"")).isEqualTo(value("true"));
      assertThat(web(",\"jsonPath\":\"{.data.ok}\"")).isEqualTo(value("true"));
      assertThat(web(",\"jsonPath\":\"{$.data['a.b'][0]}\"")).isEqualTo(value("1.5"));
      assertThat(web(",\"jsonPath\":\"{$.data.a\\\\.b[1].c}\"")).isEqualTo(value("x"));
      assertThat(web(",\"jsonPath\":\"{$.data['a.b'][*]}\"")).isEqualTo(value("1.5"));
      assertThat(web(",\"jsonPath\":\"{$.data['a.b'][?(@.c==\\\"x\\\")].c}\""))
          .isEqualTo(value("x"));
      assertThat(web(",\"jsonPath\":\"{$.data.none}\"")).isEqualTo(value("null"));
      assertThat(web(""))
          .isEqualTo(value("{\"data\":{\"ok\":true,\"a.b\":[1.5,{\"c\":\"x\"}],\"none\":null}}"));
    }

    @Test
    void holdsTheConditionsAgainstIt() throws InterruptedException {
      answers(okJson("{\"rate\":0.93}"));

      assertThat(web("[]", ",\"successCondition\":\"result.rate > 0.95\"", ",\"jsonPath\":\"{$}\""))
          .isEqualTo(new Answer.Measured(Outcome.FAILED, "{\"rate\":0.93}", ""));
    }

    @Test
    void saysThatAPlaceIsNotThere() throws InterruptedException {
      answers(okJson("{\"data\":{}}"));

      assertThat(((Answer.Measured) web(",\"jsonPath\":\"{$.data.ok}\"")).message())
          .startsWith("jsonPath {$.data.ok}: ");
      assertThat(web(",\"jsonPath\":\"{$..ok}\""))
          .isEqualTo(error("jsonPath {$..ok} finds nothing"));
      assertThat(((Answer.Measured) web(",\"jsonPath\":\"$.data\"")).message())
          .contains("in braces");
    }

    @Test
    void takesATextAsAWhole() throws InterruptedException {
      answers(aResponse().withBody("fine\n"));

      assertThat(web(",\"jsonPath\":\"{$}\"")).isEqualTo(value("fine"));
      assertThat(web(",\"jsonPath\":\"{$.ok}\"")).isEqualTo(error("the answer is not JSON"));
    }

    @Test
    void sendsMethodHeadersAndBody() throws InterruptedException {
      answers(okJson("1"));

      assertThat(
              web(
                  ",\"method\":\"POST\",\"jsonBody\":{\"b\":[1,\"x\"],\"a\":true}"
                      + ",\"headers\":[{\"key\":\"X-One\",\"value\":\"1\"}]"))
          .isEqualTo(value("1"));
      assertThat(
              web(
                  ",\"method\":\"PUT\",\"body\":\"a=1\""
                      + ",\"headers\":[{\"key\":\"Content-Type\",\"value\":\"text/x\"}]"))
          .isEqualTo(value("1"));

      server.verify(
          postRequestedFor(urlEqualTo("/v"))
              .withHeader("Content-Type", equalTo("application/json"))
              .withHeader("X-One", equalTo("1"))
              .withRequestBody(equalToJson("{\"a\":true,\"b\":[1,\"x\"]}")));
      server.verify(
          putRequestedFor(urlEqualTo("/v"))
              .withHeader("Content-Type", equalTo("text/x"))
              .withRequestBody(equalTo("a=1")));
    }

    @Test
    void takesOtherStatusesForErrors() throws InterruptedException {
      answers(aResponse().withStatus(503).withBody("{\"ok\":true}"));
      assertThat(web("")).isEqualTo(new Answer.Retry(address() + " answered with HTTP 503"));

      answers(temporaryRedirect("/elsewhere"));
      assertThat(web(""))
          .isEqualTo(
              new Answer.Retry(
                  address() + " answered with HTTP 302, and redirects are not followed"));
      server.verify(0, getRequestedFor(urlEqualTo("/elsewhere")));
    }

    @Test
    void escapesWhatMayNotStandInAnAddress() throws InterruptedException {
      answers(okJson("1"));

      var answer =
          asking.answer(
              "{\"args\":[],\"provider\":{\"web\":{\"url\":\"%s/v?q=up{job=\\\"ä b\\\"}&x=%%20\"}}}"
                  .formatted(address()));

      assertThat(answer).isEqualTo(value("1"));
      server.verify(getRequestedFor(urlEqualTo("/v?q=up%7Bjob=%22%C3%A4%20b%22%7D&x=%20")));
    }

    @Test
    void believesAStrangersCertificateOnlyWhenToldTo() throws InterruptedException {
      answers(okJson("1"));
      var query =
          "{\"args\":[],\"provider\":{\"web\":{\"url\":\"https://127.0.0.1:%d/\",\"insecure\":%s}}}";

      assertThat(asking.answer(query.formatted(server.httpsPort(), "true"))).isEqualTo(value("1"));
      assertThat(asking.answer(query.formatted(server.httpsPort(), "false")))
          .isInstanceOfSatisfying(
              Answer.Retry.class, it -> assertThat(it.cause()).startsWith("no TLS with https://"));
    }
  }

  @Nested
  class OfPrometheus {
    private Answer prometheus(String args, String query, String more) throws InterruptedException {
      return asking.answer(
          "{\"args\":%s,\"provider\":{\"prometheus\":{\"address\":\"%s//\",\"query\":\"%s\"%s}}}"
              .formatted(args, address(), query, more));
    }

    @Test
    void fillsInTheHashesOfTheReleases() throws InterruptedException {
      answers(
          okJson(
              "{\"status\":\"success\",\"warnings\":[\"w\"],\"data\":{\"resultType\":\"vector\","
                  + "\"result\":[{\"value\":[1,\"0.998\"]},{\"value\":[1,\"1.0\"]}]}}"));

      var answer =
          prometheus(
              "[{\"name\":\"new\",\"podTemplateHash\":\"Latest\"},"
                  + "{\"name\":\"old\",\"podTemplateHash\":\"Stable\"}]",
              "x{a='{{args.new}}',b='{{ args.old }}'} + 1",
              ",\"headers\":[{\"key\":\"X-Scope-OrgID\",\"value\":\"{{args.new}}\"}]");

      assertThat(answer).isEqualTo(value("[0.998, 1]"));
      server.verify(
          getRequestedFor(urlPathEqualTo("/api/v1/query"))
              .withQueryParam("query", equalTo("x{a='fresh',b='proven'} + 1"))
              .withHeader("X-Scope-OrgID", equalTo("fresh")));
    }

    @Test
    void takesOnlyWhatPrometheusWouldSay() throws InterruptedException {
      answers(okJson("{\"hello\":1}"));
      assertThat(prometheus("[]", "up", ""))
          .isEqualTo(error(address() + " does not answer as Prometheus does"));

      answers(aResponse().withStatus(502).withBody("<html>"));
      assertThat(prometheus("[]", "up", ""))
          .isEqualTo(new Answer.Retry(address() + " answered with HTTP 502"));
    }
  }

  @Nested
  class Secrets {
    private static final String VALUE = "s3cr3t\"/+ value";
    private static final String ARGS =
        "[{\"name\":\"token\",\"secret\":"
            + "{\"namespace\":\"default\",\"name\":\"metrics\",\"key\":\"token\"}}]";

    @BeforeEach
    void know() {
      asking.with("Secret/default/metrics", "token", VALUE);
    }

    @Test
    void goToTheProviderAndNowhereElse() throws InterruptedException {
      answers(okJson("{\"you\":[\"Bearer s3cr3t\\\"/+ value\"],\"s3cr3t\\\"/+ value\":1}"));

      var answer =
          web(
              ARGS,
              ",\"successCondition\":\"result.you[0] > 1\"",
              ",\"headers\":[{\"key\":\"Authorization\",\"value\":\"Bearer {{args.token}}\"}]");

      server.verify(
          getRequestedFor(urlEqualTo("/v"))
              .withHeader("Authorization", equalTo("Bearer " + VALUE)));
      assertThat(answer)
          .isInstanceOfSatisfying(
              Answer.Measured.class,
              it -> {
                assertThat(it.value()).isEqualTo("{\"you\":[\"Bearer ***\"],\"***\":1}");
                assertThat(it.message()).isNotEmpty().doesNotContain("s3cr3t");
              });
    }

    @Test
    void areNotCutAndThenShown() throws InterruptedException {
      var padding = "x".repeat(195);
      answers(aResponse().withBody(padding + VALUE));

      var answer =
          (Answer.Measured)
              web(
                  ARGS,
                  ",\"successCondition\":\"result > 1\"",
                  ",\"headers\":[{\"key\":\"X-T\",\"value\":\"{{args.token}}\"}]");

      assertThat(answer.value()).isEqualTo(padding + "***");
      assertThat(answer.message()).doesNotContain("s3cr3t");
    }

    @Test
    void areNotRepeatedByWhatComplains() throws InterruptedException {
      asking.with("Secret/default/metrics", "token", "ab\ncd-s3cr3t");

      var header = web(ARGS, "", ",\"headers\":[{\"key\":\"X-T\",\"value\":\"{{args.token}}\"}]");
      var address =
          asking.answer(
              "{\"args\":%s,\"provider\":{\"web\":{\"url\":\"http://{{args.token}}:x/%%zz\"}}}"
                  .formatted(ARGS));
      var path = web(ARGS, "", ",\"jsonPath\":\"{.[{{args.token}}}\"");

      assertThat(header).isEqualTo(error("the header X-T cannot be sent, or not with this value"));
      assertThat(address.toString()).doesNotContain("s3cr3t");
      assertThat(path.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void doNotStandInConditions() throws InterruptedException {
      assertThat(web(ARGS, ",\"failureCondition\":\"result == '{{args.token}}'\"", ""))
          .isEqualTo(
              error(
                  "failureCondition uses argument token, and a Secret's value may not stand in a"
                      + " condition"));
      assertThat(server.getAllServeEvents()).isEmpty();
    }

    @Test
    void thatAreNotThereAreNamed() throws InterruptedException {
      assertThat(web(ARGS.replace("metrics", "other"), "", ""))
          .isEqualTo(error("Secret/default/other has no key token"));
    }
  }

  @Nested
  class Limits {
    @Test
    void endWhatNeverAnswers() throws InterruptedException, IOException {
      try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        assertThat(
                asking.answer(
                    "{\"args\":[],\"provider\":{\"web\":{\"url\":\"http://127.0.0.1:%d/\",\"timeoutSeconds\":1}}}"
                        .formatted(silent.getLocalPort())))
            .isEqualTo(
                new Answer.Retry(
                    "http://127.0.0.1:" + silent.getLocalPort() + " did not answer within 1 s"));
      }
    }

    @Test
    void endWhatNeverStopsAnswering() throws InterruptedException {
      answers(okJson("{\"a\":1}").withChunkedDribbleDelay(5, 30_000));

      assertThat(web(",\"timeoutSeconds\":1"))
          .isEqualTo(new Answer.Retry(address() + " did not answer within 1 s"));
    }

    @Test
    void turnLongAnswersAway() throws InterruptedException {
      answers(aResponse().withBody("x".repeat((1 << 20) + 1)));
      assertThat(web("")).isEqualTo(new Answer.Retry(address() + " answered more than 1 MiB"));

      answers(aResponse().withBody("x".repeat(1 << 20)));
      assertThat(web("")).isInstanceOf(Answer.Measured.class);
    }

    @Test
    void shortenTheValue() throws InterruptedException {
      answers(aResponse().withBody("x".repeat(1_000)));

      assertThat(((Answer.Measured) web("")).value()).hasSize(200).endsWith("x…");
    }

    @Test
    void takeABrokenConnectionForNoAnswer() throws InterruptedException {
      answers(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));

      assertThat(web("")).isInstanceOf(Answer.Retry.class);
    }

    @Test
    void letNoMoreThanSoManyThroughAtOnce() throws InterruptedException {
      server.stubFor(get(anyUrl()).willReturn(okJson("1").withFixedDelay(1_500)));
      var query = "{\"args\":[],\"provider\":{\"web\":{\"url\":\"%s/\"}}}".formatted(address());
      long start = System.nanoTime();

      for (int i = 0; i < 33; i++) {
        asking.send(query);
      }
      for (int i = 0; i < 33; i++) {
        assertThat(asking.next()).isEqualTo(value("1"));
      }

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThan(Duration.ofMillis(2_900));
    }

    @Test
    void letGoAtTheEnd() throws InterruptedException {
      answers(okJson("1").withFixedDelay(300));
      asking.send("{\"args\":[],\"provider\":{\"web\":{\"url\":\"%s/\"}}}".formatted(address()));

      asking.close();

      // Longer than the provider takes: an answer would have come by now.
      Thread.sleep(1_000);
      assertThat(asking.isSilent()).isTrue();
    }
  }
}
