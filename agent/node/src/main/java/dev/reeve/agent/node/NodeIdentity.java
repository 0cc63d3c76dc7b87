package dev.reeve.agent.node;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// Who the node is to the control plane: its key, its certificate and the cluster's CA, as PEM
/// files in the data directory that only their owner may read. The key never leaves the node.
public final class NodeIdentity {
  private final Path folder;
  private final X509Certificate certificate;
  private final X509Certificate ca;
  private final PrivateKey key;

  private NodeIdentity(
      Path folder, X509Certificate certificate, X509Certificate ca, PrivateKey key) {
    this.folder = folder;
    this.certificate = certificate;
    this.ca = ca;
    this.key = key;
  }

  /// @return empty where there is none, or one that cannot be read or is not valid now
  public static Optional<NodeIdentity> load(Path dataDir) {
    try {
      var identity =
          new NodeIdentity(
              dataDir,
              certificate(Files.readString(dataDir.resolve("node.pem"))),
              certificate(Files.readString(dataDir.resolve("ca.pem"))),
              privateKey(Files.readString(keyFile(dataDir))));
      identity.certificate.checkValidity();
      identity.certificate.verify(identity.ca.getPublicKey());
      return Optional.of(identity);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Keeps what the control plane signed for `key`; refuses what does not belong together.
  static NodeIdentity keep(Path dataDir, KeyPair key, String certificatePem, String caPem)
      throws IOException, GeneralSecurityException {
    var certificate = certificate(certificatePem);
    var ca = certificate(caPem);
    certificate.verify(ca.getPublicKey());
    if (!certificate.getPublicKey().equals(key.getPublic())) {
      throw new GeneralSecurityException("the certificate is for another key");
    }
    Disk.replace(dataDir.resolve("ca.pem"), pem(ca));
    Disk.replace(keyFile(dataDir), pem(key.getPrivate()));
    Disk.replace(dataDir.resolve("node.pem"), pem(certificate));
    return new NodeIdentity(dataDir, certificate, ca, key.getPrivate());
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public X509Certificate ca() {
    return ca;
  }

  Path folder() {
    return folder;
  }

  /// Less than a third of its life is left.
  boolean isDue(Instant now) {
    var from = certificate.getNotBefore().toInstant();
    var until = certificate.getNotAfter().toInstant();
    return Duration.between(now, until).compareTo(Duration.between(from, until).dividedBy(3)) < 0;
  }

  /// Trusts the cluster's CA alone, and shows the node's certificate.
  SSLContext mutualTls() throws GeneralSecurityException, IOException {
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("node", key, new char[0], new X509Certificate[] {certificate, ca});
    var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, new char[0]);
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", ca);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trust.getTrustManagers(), new SecureRandom());
    return context;
  }

  public static SSLParameters tls13() {
    var parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    return parameters;
  }

  /// Accepts exactly a server whose chain ends in the CA with this SHA-256, for the first call:
  /// until then nothing else of the cluster is known here.
  static SSLContext pinned(String caSha256) throws GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Pin(caSha256)}, new SecureRandom());
    return context;
  }

  private static final class Pin extends X509ExtendedTrustManager {
    private final String hash;

    private Pin(String hash) {
      this.hash = hash;
    }

    private void check(X509Certificate[] chain) throws java.security.cert.CertificateException {
      try {
        var root = chain[chain.length - 1];
        if (!hash.equalsIgnoreCase(sha256(root))) {
          throw new java.security.cert.CertificateException(
              "the server's CA is not the one that --ca-hash names");
        }
        for (int i = 0; i < chain.length; i++) {
          chain[i].checkValidity();
          chain[i].verify(chain[Math.min(i + 1, chain.length - 1)].getPublicKey());
          if (i > 0 && chain[i].getBasicConstraints() < 0) {
            throw new java.security.cert.CertificateException("signed by what is not a CA");
          }
        }
      } catch (java.security.cert.CertificateException e) {
        throw e;
      } catch (GeneralSecurityException e) {
        throw new java.security.cert.CertificateException(e);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws java.security.cert.CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws java.security.cert.CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws java.security.cert.CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws java.security.cert.CertificateException {
      throw new java.security.cert.CertificateException("this side asks for no certificates");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws java.security.cert.CertificateException {
      throw new java.security.cert.CertificateException("this side asks for no certificates");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws java.security.cert.CertificateException {
      throw new java.security.cert.CertificateException("this side asks for no certificates");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /// In lower-case hexadecimal digits.
  static String sha256(X509Certificate certificate) throws GeneralSecurityException {
    var digest = java.security.MessageDigest.getInstance("SHA-256");
    return java.util.HexFormat.of().formatHex(digest.digest(certificate.getEncoded()));
  }

  // --- keys and requests

  public static KeyPair newKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /// A PKCS#10 request for a certificate in the node's name, as PEM.
  public static String request(String node, KeyPair key)
      throws GeneralSecurityException, IOException {
    try {
      var request =
          new JcaPKCS10CertificationRequestBuilder(new X500Principal(name(node)), key.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()));
      var text = new StringWriter();
      try (var writer = new JcaPEMWriter(text)) {
        writer.writeObject(request);
      }
      return text.toString();
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static String name(String node) {
    if (!node.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")) {
      throw new IllegalArgumentException("not a name for a node: " + node);
    }
    return "CN=" + node;
  }

  private static Path keyFile(Path folder) {
    return folder.resolve("node-key.pem");
  }

  public static X509Certificate certificate(String pem) throws GeneralSecurityException {
    var stream = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(stream);
  }

  private static PrivateKey privateKey(String pem) throws GeneralSecurityException, IOException {
    try (var parser = new org.bouncycastle.util.io.pem.PemReader(new StringReader(pem))) {
      var object = parser.readPemObject();
      if (object == null) {
        throw new GeneralSecurityException("no key in the key's file");
      }
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(object.getContent()));
    }
  }

  private static byte[] pem(X509Certificate certificate) throws GeneralSecurityException {
    return pem("CERTIFICATE", certificate.getEncoded());
  }

  private static byte[] pem(PrivateKey key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  private static byte[] pem(String type, byte[] der) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return ("-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
