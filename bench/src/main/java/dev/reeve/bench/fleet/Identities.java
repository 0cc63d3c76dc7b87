package dev.reeve.bench.fleet;

import dev.reeve.agent.node.NodeIdentity;
import dev.reeve.server.authority.ClusterAuthority;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// A key and a certificate of the cluster's authority for each agent, as joining would give them,
/// and TLS with them.
///
/// All agents share one context, since thousands would be most of the memory here: which key an
/// engine shows is told by the peer's name that it is made with, which nothing else looks at.
final class Identities {
  private static final String KEY_TYPE = "EC";

  private record Identity(PrivateKey key, X509Certificate certificate) {}

  private final X509Certificate ca;
  private final Map<String, Identity> all;
  private final SSLContext context;

  private Identities(X509Certificate ca, Map<String, Identity> all)
      throws GeneralSecurityException, IOException {
    this.ca = ca;
    this.all = all;
    context = context();
  }

  static Identities issue(Path authorityFolder, String cluster, Collection<String> nodes)
      throws IOException, GeneralSecurityException {
    var authority = ClusterAuthority.open(authorityFolder, cluster);
    var all = new ConcurrentHashMap<String, Identity>();
    nodes.parallelStream().forEach(node -> all.put(node, issue(authority, node)));
    return new Identities(NodeIdentity.certificate(authority.certificatePem()), all);
  }

  private static Identity issue(ClusterAuthority authority, String node) {
    try {
      var pair = NodeIdentity.newKey();
      var pem = authority.issueForNode(node, NodeIdentity.request(node, pair));
      return new Identity(pair.getPrivate(), NodeIdentity.certificate(pem));
    } catch (GeneralSecurityException | IOException | ClusterAuthority.BadRequest e) {
      throw new IllegalStateException("no certificate for " + node, e);
    }
  }

  private SSLContext context() throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", ca);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var made = SSLContext.getInstance("TLS");
    made.init(new KeyManager[] {new Keys()}, trust.getTrustManagers(), new SecureRandom());
    // An agent that dials again begins anew, as it does after its own restart.
    made.getClientSessionContext().setSessionCacheSize(1);
    return made;
  }

  /// For a connection of that node.
  SSLEngine engine(String node) {
    var engine = context.createSSLEngine(node, 0);
    engine.setUseClientMode(true);
    engine.setSSLParameters(NodeIdentity.tls13());
    return engine;
  }

  private final class Keys extends X509ExtendedKeyManager {
    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      boolean isAsked = java.util.Arrays.asList(types).contains(KEY_TYPE);
      return isAsked && engine != null ? engine.getPeerHost() : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String node) {
      var identity = all.get(node);
      return identity == null ? null : new X509Certificate[] {identity.certificate(), ca};
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String node) {
      var identity = all.get(node);
      return identity == null ? null : identity.key();
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }
  }
}
