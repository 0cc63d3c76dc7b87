package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Answers are what a gRPC server sent.
class GrpcKnockTest {
  private static final String SETTINGS = "000000" + "04" + "00" + "00000000";
  private static final String HEADERS = "000001" + "01" + "04" + "00000001" + "88";
  private static final String TRAILERS = "000001" + "01" + "05" + "00000001" + "88";

  @Test
  void aServerThatServesIsWell() throws Exception {
    assertThat(answered(SETTINGS + HEADERS + data("0801") + TRAILERS, "")).isEmpty();
  }

  @Test
  void oneThatDoesNotServeIsNot() throws Exception {
    assertThat(answered(SETTINGS + HEADERS + data("0802") + TRAILERS, "db").orElseThrow())
        .isEqualTo("service unhealthy (responded with \"NOT_SERVING\")");
  }

  @Test
  void oneThatSaysNothingOfItsHealthIsNot() throws Exception {
    assertThat(answered(SETTINGS + TRAILERS, "db").orElseThrow()).startsWith("no health was told");
    assertThat(answered(SETTINGS, "").orElseThrow()).contains("closed the connection");
    var goAway = "000008" + "07" + "00" + "00000000" + "0000000000000000";
    assertThat(answered(SETTINGS + goAway, "").orElseThrow()).contains("went away");
  }

  @Test
  void anAnswerMayComeInPieces() throws Exception {
    var first = "000003" + "00" + "00" + "00000001" + "000000";
    var padded = "000007" + "00" + "08" + "00000001" + "02" + "00020801" + "0000";

    assertThat(answered(SETTINGS + HEADERS + first + padded, "")).isEmpty();
  }

  @Test
  void whatIsNotHttp2IsNamed() throws Exception {
    var http1 =
        HexFormat.of()
            .formatHex("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

    assertThat(answered(http1, "").orElseThrow()).isEqualTo("the answer is not HTTP/2");
  }

  @Test
  void theRequestIsWhatServersRead() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var asked =
          CompletableFuture.supplyAsync(() -> {
            try (var socket = server.accept()) {
              return new String(
                  socket.getInputStream().readNBytes(190), StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      var answer =
          GrpcKnock.check("127.0.0.1", server.getLocalPort(), "db", Duration.ofMillis(300));

      assertThat(answer).isPresent();
      assertThat(asked.get(5, TimeUnit.SECONDS))
          .startsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
          .contains("/grpc.health.v1.Health/Check", "application/grpc", "trailers")
          .endsWith("\0\0\0\0\4\n\2db");
    }
  }

  private static String data(String message) {
    return "000007" + "00" + "00" + "00000001" + "0000000002" + message;
  }

  private static Optional<String> answered(String hex, String service) throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var served =
          CompletableFuture.runAsync(() -> {
            try (var socket = server.accept()) {
              socket.getInputStream().readNBytes(24);
              socket.getOutputStream().write(HexFormat.of().parseHex(hex));
              socket.shutdownOutput();
              socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      var answer =
          GrpcKnock.check("127.0.0.1", server.getLocalPort(), service, Duration.ofSeconds(5));
      served.get(5, TimeUnit.SECONDS);
      return answer;
    }
  }
}
