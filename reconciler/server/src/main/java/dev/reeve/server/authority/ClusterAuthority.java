package dev.reeve.server.authority;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/// The cluster's certificate authority: a key and a certificate in a folder. It is one of the three
/// things that a control plane must be given; everything secret that must outlive a disk follows
/// from it.
public final class ClusterAuthority {
  private static final Duration CA_LIFETIME = Duration.ofDays(3650);
  private static final Duration LEAF_LIFETIME = Duration.ofDays(90);

  /// Certificates begin a little in the past, for machines whose clocks are behind.
  private static final Duration LEEWAY = Duration.ofMinutes(5);

  private static final SecureRandom RANDOM = new SecureRandom();

  private final X509Certificate certificate;
  private final PrivateKey key;

  private ClusterAuthority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /// A request for a certificate is not what it should be.
  public static final class BadRequest extends Exception {
    private BadRequest(String message) {
      super(message);
    }
  }

  /// Opens the authority in `folder`, making it when there is none.
  public static ClusterAuthority open(Path folder, String cluster) throws IOException {
    var certificateFile = folder.resolve("ca.pem");
    var keyFile = folder.resolve("ca-key.pem");
    try {
      if (Files.exists(certificateFile) && Files.exists(keyFile)) {
        return read(certificateFile, keyFile);
      }
      if (Files.exists(certificateFile) || Files.exists(keyFile)) {
        throw new IOException(
            folder + " holds only one of ca.pem and ca-key.pem; restore the other one");
      }
      var authority = make(cluster);
      Files.createDirectories(folder);
      writePrivately(keyFile, pem(new PemObject("PRIVATE KEY", authority.key.getEncoded())));
      Files.writeString(certificateFile, authority.certificatePem());
      return authority;
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("the certificate authority in " + folder + " is of no use", e);
    }
  }

  private static ClusterAuthority read(Path certificateFile, Path keyFile)
      throws IOException, GeneralSecurityException {
    var factory = java.security.cert.CertificateFactory.getInstance("X.509");
    try (var in = Files.newInputStream(certificateFile);
        var reader = new PemReader(Files.newBufferedReader(keyFile))) {
      var certificate = (X509Certificate) factory.generateCertificate(in);
      var pem = reader.readPemObject();
      if (pem == null) {
        throw new IOException(keyFile + " holds no private key");
      }
      var key =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pem.getContent()));
      return new ClusterAuthority(certificate, key);
    }
  }

  private static ClusterAuthority make(String cluster)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    var pair = newKey();
    var now = Instant.now();
    var name = new X500Name("CN=reeve " + cluster);
    var builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial(),
            Date.from(now.minus(LEEWAY)),
            Date.from(now.plus(CA_LIFETIME)),
            name,
            pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.digitalSignature));
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
    var certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    return new ClusterAuthority(certificate, pair.getPrivate());
  }

  /// An issued certificate with its key, ready for a TLS server.
  public KeyStore serverKeyStore(char[] password) throws IOException {
    try {
      var pair = newKey();
      var names = new ArrayList<GeneralName>();
      for (String host : ownNames()) {
        names.add(
            new GeneralName(
                host.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, host));
      }
      var leaf =
          issue(
              new X500Name("CN=reeve-server"),
              pair.getPublic(),
              names,
              KeyPurposeId.id_kp_serverAuth);
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, password);
      store.setKeyEntry(
          "server", pair.getPrivate(), password, new Certificate[] {leaf, certificate});
      return store;
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("no certificate for the server", e);
    }
  }

  /// What a TLS server trusts: nodes of this cluster, and nobody else.
  public KeyStore trustStore() throws IOException {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("ca", certificate);
      return store;
    } catch (GeneralSecurityException e) {
      throw new IOException("no trust store", e);
    }
  }

  /// Issues a node's certificate for a PKCS#10 request whose common name is the node's.
  public String issueForNode(String node, String requestPem) throws BadRequest, IOException {
    try (var parser = new PEMParser(new StringReader(requestPem))) {
      if (!(parser.readObject()
          instanceof org.bouncycastle.pkcs.PKCS10CertificationRequest parsed)) {
        throw new BadRequest("the body is no certificate request");
      }
      var request = new JcaPKCS10CertificationRequest(parsed);
      var publicKey = request.getPublicKey();
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(publicKey))) {
        throw new BadRequest("the request is not signed by its own key");
      }
      var names = request.getSubject().getRDNs(BCStyle.CN);
      var name = names.length == 1 ? names[0].getFirst().getValue().toString() : "";
      if (!name.equals(node)) {
        throw new BadRequest("the request is for '" + name + "', the token for '" + node + "'");
      }
      return pem(
          issue(new X500Name("CN=" + node), publicKey, List.of(), KeyPurposeId.id_kp_clientAuth));
    } catch (GeneralSecurityException | OperatorCreationException | PKCSException e) {
      throw new BadRequest("the request cannot be read: " + e.getMessage());
    }
  }

  private X509Certificate issue(
      X500Name subject, PublicKey publicKey, List<GeneralName> names, KeyPurposeId purpose)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    var now = Instant.now();
    var builder =
        new JcaX509v3CertificateBuilder(
            certificate,
            serial(),
            Date.from(now.minus(LEEWAY)),
            Date.from(now.plus(LEAF_LIFETIME)),
            subject,
            publicKey);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    if (!names.isEmpty()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.toArray(new GeneralName[0])));
    }
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
  }

  private static SortedSet<String> ownNames() throws SocketException {
    var names = new TreeSet<String>();
    names.add("localhost");
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .forEach(address -> names.add(plain(address)));
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (java.net.UnknownHostException e) {
      // A machine without a name is reached by its addresses.
      return names;
    }
    return names;
  }

  private static String plain(InetAddress address) {
    var text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  public String certificatePem() throws IOException {
    return pem(certificate);
  }

  /// `sha256:` and the hexadecimal digest of the certificate: what an agent is told to trust.
  public String hash() {
    try {
      return "sha256:" + HexFormat.of().formatHex(sha256(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was read can be encoded", e);
    }
  }

  /// What names a node for good: the digest of its public key.
  public static String identity(X509Certificate node) {
    return HexFormat.of().formatHex(sha256(node.getPublicKey().getEncoded())).substring(0, 40);
  }

  /// A key that only this cluster has, for hashes that must say nothing of what was hashed. The
  /// same after the loss of every disk but the authority's.
  public byte[] derivedKey(String purpose) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
      return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  byte[] sign(byte[] text) throws GeneralSecurityException {
    var signature = java.security.Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(text);
    return signature.sign();
  }

  boolean hasSigned(byte[] text, byte[] signed) throws GeneralSecurityException {
    var signature = java.security.Signature.getInstance("SHA256withECDSA");
    signature.initVerify(certificate.getPublicKey());
    signature.update(text);
    return signature.verify(signed);
  }

  /// The name that a certificate of this authority carries; empty for another's.
  public Optional<String> nodeOf(X509Certificate node) {
    try {
      node.verify(certificate.getPublicKey());
      node.checkValidity();
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
    var names =
        X500Name.getInstance(node.getSubjectX500Principal().getEncoded()).getRDNs(BCStyle.CN);
    return names.length == 1
        ? Optional.of(names[0].getFirst().getValue().toString())
        : Optional.empty();
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static BigInteger serial() {
    return new BigInteger(120, RANDOM);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String pem(Object object) throws IOException {
    var text = new StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  private static void writePrivately(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
