package dev.reeve.agent.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// How a node becomes one of the cluster: it makes a key, shows a one-time token, and is given a
/// certificate. Later it asks for a new one with the one it has.
public final class Join {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Join() {}

  /// The control plane did not let the node in, or could not be asked.
  public static final class JoinException extends Exception {
    private JoinException(String message) {
      super(message);
    }

    private JoinException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The identity that the data directory holds; where it holds none, a new one for the token.
  ///
  /// @param server `wss://HOST:PORT` or `https://HOST:PORT`
  /// @param caHash `sha256:` and the digest of the cluster's CA certificate
  public static NodeIdentity identity(
      Path dataDir, String node, URI server, Optional<Path> tokenFile, Optional<String> caHash)
      throws JoinException, InterruptedException {
    var present = NodeIdentity.load(dataDir);
    if (present.isPresent()) {
      return present.get();
    }
    if (tokenFile.isEmpty() || caHash.isEmpty()) {
      throw new JoinException(
          "this node has no valid certificate: give it --token-file and --ca-hash"
              + " (reeve token create)");
    }
    if (!caHash.get().matches("sha256:[0-9a-fA-F]{64}")) {
      throw new JoinException("--ca-hash is not sha256: and 64 hexadecimal digits");
    }
    try {
      var token = Files.readString(tokenFile.get()).strip();
      var tls = NodeIdentity.pinned(caHash.get().substring("sha256:".length()));
      return ask(dataDir, node, at(server, "/join"), tls, Optional.of(token));
    } catch (ConnectException e) {
      throw new JoinException("nothing answers at " + server, e);
    } catch (IOException | GeneralSecurityException e) {
      throw new JoinException("cannot join at " + server + ": " + OneLine.of(e), e);
    }
  }

  /// A new certificate for a new key, asked for with the present one.
  static NodeIdentity renewed(NodeIdentity present, String node, URI server)
      throws JoinException, InterruptedException {
    try {
      return ask(
          present.folder(), node, at(server, "/renew"), present.mutualTls(), Optional.empty());
    } catch (IOException | GeneralSecurityException e) {
      throw new JoinException("cannot renew at " + server + ": " + OneLine.of(e), e);
    }
  }

  private static NodeIdentity ask(
      Path dataDir, String node, URI where, SSLContext tls, Optional<String> token)
      throws IOException, GeneralSecurityException, InterruptedException, JoinException {
    var key = NodeIdentity.newKey();
    var request =
        HttpRequest.newBuilder(where)
            .timeout(LIMIT)
            .header("Content-Type", "application/pkcs10")
            .POST(HttpRequest.BodyPublishers.ofString(NodeIdentity.request(node, key)));
    token.ifPresent(it -> request.header("Authorization", "Bearer " + it));
    try (var client =
        HttpClient.newBuilder()
            .sslContext(tls)
            .sslParameters(NodeIdentity.tls13())
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build()) {
      var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200 && answer.statusCode() != 201) {
        throw new JoinException(
            "%s answered %d: %s".formatted(where, answer.statusCode(), OneLine.of(answer.body())));
      }
      var json = JSON.readTree(answer.body());
      return NodeIdentity.keep(
          dataDir, key, json.path("certificate").asText(), json.path("ca").asText());
    }
  }

  private static URI at(URI server, String path) {
    int port = server.getPort() < 0 ? 7071 : server.getPort();
    return URI.create("https://" + server.getHost() + ":" + port + path);
  }
}
