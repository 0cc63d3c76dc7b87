package dev.reeve.agent.node;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// Knocks at a port as a probe does: one connection, one request, and only the status matters.
/// Answers with what is wrong, or nothing. Certificates are not looked at, as the kubelet does not
/// either: it asks whether something serves, not who.
final class Knock {
  private static final int LONGEST_STATUS_LINE = 1024;
  private static final SSLContext ANYONE = anyone();

  private Knock() {}

  static Optional<String> tcp(String host, int port, Duration limit) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis(limit));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("dial tcp " + host + ":" + port + ": " + OneLine.of(e));
    }
  }

  record Request(
      String scheme, String host, int port, String path, List<Map.Entry<String, String>> headers) {
    private boolean isSecure() {
      return scheme.equalsIgnoreCase("HTTPS");
    }
  }

  static Optional<String> http(Request request, Duration limit) {
    long until = System.nanoTime() + limit.toNanos();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(request.host(), request.port()), millis(limit));
      socket.setSoTimeout(left(until));
      if (!request.isSecure()) {
        return ask(socket, request, until);
      }
      try (var secure =
          (SSLSocket)
              ANYONE
                  .getSocketFactory()
                  .createSocket(socket, request.host(), request.port(), true)) {
        secure.startHandshake();
        return ask(secure, request, until);
      }
    } catch (IOException e) {
      return Optional.of(
          "Get \"%s://%s:%d%s\": %s"
              .formatted(
                  request.scheme().toLowerCase(java.util.Locale.ROOT),
                  request.host(),
                  request.port(),
                  request.path(),
                  OneLine.of(e)));
    }
  }

  private static Optional<String> ask(Socket socket, Request request, long until)
      throws IOException {
    var text = new StringBuilder("GET ").append(request.path()).append(" HTTP/1.1\r\n");
    boolean namesHost =
        request.headers().stream().anyMatch(it -> it.getKey().equalsIgnoreCase("Host"));
    if (!namesHost) {
      text.append("Host: ")
          .append(request.host())
          .append(':')
          .append(request.port())
          .append("\r\n");
    }
    text.append("User-Agent: reeve-probe/1\r\nAccept: */*\r\nConnection: close\r\n");
    request
        .headers()
        .forEach(it -> text.append(it.getKey()).append(": ").append(it.getValue()).append("\r\n"));
    text.append("\r\n");
    socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
    var line = new ByteArrayOutputStream();
    int b;
    while ((b = socket.getInputStream().read()) >= 0 && b != '\n') {
      if (line.size() == LONGEST_STATUS_LINE) {
        return Optional.of("the answer is not HTTP");
      }
      line.write(b);
      socket.setSoTimeout(left(until));
    }
    var parts = line.toString(StandardCharsets.UTF_8).strip().split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/1") || !parts[1].matches("[0-9]{3}")) {
      return Optional.of("the answer is not HTTP");
    }
    int status = Integer.parseInt(parts[1]);
    return status >= 200 && status < 400
        ? Optional.empty()
        : Optional.of("HTTP probe failed with statuscode: " + status);
  }

  private static int left(long until) throws IOException {
    long left = (until - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new IOException("no answer in time");
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  private static int millis(Duration limit) {
    return (int) Math.max(1, Math.min(limit.toMillis(), Integer.MAX_VALUE));
  }

  private static SSLContext anyone() {
    var trusting =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trusting}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java speaks TLS", e);
    }
  }
}
