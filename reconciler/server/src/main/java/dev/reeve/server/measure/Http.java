package dev.reeve.server.measure;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// One measurement's way to a provider. It ends in time whatever the other side does, follows no
/// redirect, and reads no more than it must.
final class Http {
  private static final int BODY_MAX = 1 << 20;

  private final HttpClient client;
  private final Instant deadline;

  /// @param deadline when the answer is of no use any more
  Http(HttpClient client, Instant deadline) {
    this.client = client;
    this.deadline = deadline;
  }

  enum Trust {
    VERIFIED,
    ANYONE
  }

  static HttpClient client(Executor executor, Trust trust) {
    var builder =
        HttpClient.newBuilder()
            .executor(executor)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    return switch (trust) {
      case VERIFIED -> builder.build();
      case ANYONE -> builder.sslContext(trustingAnyone()).build();
    };
  }

  static HttpRequest.Builder request(URI address, JsonNode headers) throws NotMeasured {
    var builder = HttpRequest.newBuilder(address);
    for (JsonNode header : headers) {
      var name = header.path("key").asText();
      try {
        builder.setHeader(name, header.path("value").asText());
      } catch (IllegalArgumentException refused) {
        // Its message would repeat the value.
        throw new NotMeasured("the header " + name + " cannot be sent, or not with this value");
      }
    }
    return builder;
  }

  /// Any answer, whatever its status.
  HttpResponse<byte[]> send(HttpRequest.Builder builder, Duration timeout) throws NotMeasured {
    var left = Duration.between(Instant.now(), deadline);
    var limit = timeout.compareTo(left) < 0 ? timeout : left;
    var request = builder.timeout(limit.isPositive() ? limit : Duration.ofMillis(1)).build();
    var host = Addresses.shown(request.uri());
    var answer =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), BODY_MAX));
    try {
      // The request's own limit ends with the headers.
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw late(host, limit);
    } catch (ExecutionException failure) {
      throw explained(host, limit, failure);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      throw new NotMeasured.Unreachable("the control plane stops");
    } finally {
      answer.cancel(true);
    }
  }

  private static NotMeasured late(String host, Duration limit) {
    return new NotMeasured.Unreachable(
        "%s did not answer within %s s".formatted(host, Texts.number(limit.toMillis() / 1_000.0)));
  }

  private static NotMeasured explained(String host, Duration limit, ExecutionException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof HttpTimeoutException) {
        return late(host, limit);
      }
      if (each instanceof UnresolvedAddressException) {
        return new NotMeasured.Unreachable(host + " cannot be reached: the name is not known");
      }
      if (each instanceof SSLException) {
        return new NotMeasured.Unreachable("no TLS with " + host + ": " + each.getMessage());
      }
    }
    if (cause instanceof ConnectException) {
      return new NotMeasured.Unreachable(host + " cannot be reached");
    }
    var message = String.valueOf(cause.getMessage());
    return new NotMeasured.Unreachable(
        message.contains("exceeds capacity")
            ? host + " answered more than 1 MiB"
            : host + " did not answer: " + message);
  }

  /// A name that differs is no matter either, which only a trust manager of this kind can decide.
  private static SSLContext trustingAnyone() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anyone()}, null);
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final class Anyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
