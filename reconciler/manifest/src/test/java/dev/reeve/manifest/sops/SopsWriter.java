package dev.reeve.manifest.sops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.age.AgeWriter;
import dev.reeve.manifest.text.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts as SOPS does, for tests: with random numbers that can be said again. It shares no code
/// with what decrypts.
public final class SopsWriter {
  private static final String CHANGED = "2026-11-30T10:00:00Z";

  private final Random random;
  private final AgeWriter age;
  private final ObjectNode rule = Json.object();
  private Predicate<String> encrypts = key -> false;
  private boolean isWithout;
  private List<List<String>> groups = List.of();
  private int threshold;
  private boolean macOnlyEncrypted;
  private String macsText = "";
  private boolean hasComments;

  public SopsWriter(long seed) {
    random = new Random(seed);
    age = new AgeWriter(random);
    rule("unencrypted_suffix", "_unencrypted", key -> key.endsWith("_unencrypted"), true);
  }

  public AgeWriter.Key key() {
    return age.key();
  }

  /// @param without those that fit are left as they are
  SopsWriter rule(String name, String pattern, Predicate<String> fits, boolean without) {
    rule.removeAll();
    rule.put(name, pattern);
    encrypts = fits;
    isWithout = without;
    return this;
  }

  public SopsWriter onlyData() {
    return rule(
        "encrypted_regex",
        "^(data|stringData)$",
        key -> key.equals("data") || key.equals("stringData"),
        false);
  }

  public SopsWriter recipients(String... recipients) {
    groups = List.of(List.of(recipients));
    return this;
  }

  SopsWriter groups(int threshold, List<List<String>> groups) {
    this.threshold = threshold;
    this.groups = groups;
    return this;
  }

  SopsWriter macOnlyEncrypted() {
    macOnlyEncrypted = true;
    return this;
  }

  SopsWriter withComments() {
    hasComments = true;
    return this;
  }

  /// What the MAC says in the place of the truth.
  SopsWriter macSays(String text) {
    macsText = text;
    return this;
  }

  /// Encrypts the documents of a file; each gets the same `sops`.
  List<ObjectNode> encrypt(List<? extends JsonNode> documents) {
    byte[] key = bytes(32);
    var digest = sha512();
    if (macOnlyEncrypted) {
      digest.update(sha256("sops"));
    }
    var encrypted = new ArrayList<ObjectNode>();
    documents.forEach(it -> encrypted.add((ObjectNode) encrypted(it, List.of(), key, digest)));
    var mac = HexFormat.of().withUpperCase().formatHex(digest.digest());
    var sops = Json.object();
    metadata(sops, key);
    sops.put("lastmodified", CHANGED);
    sops.put("mac", sealed(macsText.isEmpty() ? mac : macsText, "str", CHANGED, key));
    sops.setAll(rule);
    if (macOnlyEncrypted) {
      sops.put("mac_only_encrypted", true);
    }
    sops.put("version", "3.13.2");
    encrypted.forEach(it -> it.set("sops", sops));
    return encrypted;
  }

  public String json(JsonNode document) {
    return encrypt(List.of(document)).getFirst().toPrettyString();
  }

  public String yaml(JsonNode... documents) {
    var text = new ArrayList<String>();
    encrypt(Arrays.asList(documents)).forEach(it -> text.add(block(it, 0)));
    return String.join("---\n", text);
  }

  private void metadata(ObjectNode sops, byte[] key) {
    if (groups.size() == 1) {
      sops.set("age", keys(groups.getFirst(), key));
      sops.putArray("kms");
      return;
    }
    var written = sops.putArray("key_groups");
    List<byte[]> shares = shares(key);
    for (int i = 0; i < groups.size(); i++) {
      written.addObject().set("age", keys(groups.get(i), shares.get(i)));
    }
    sops.put("shamir_threshold", threshold);
  }

  private ArrayNode keys(List<String> recipients, byte[] share) {
    var keys = Json.array();
    for (String recipient : recipients) {
      keys.addObject()
          .put("recipient", recipient)
          .put("enc", age.armored(share, List.of(recipient)));
    }
    return keys;
  }

  /// Polynomials of a degree one below the threshold, evaluated at 1, 2, 3.
  private List<byte[]> shares(byte[] key) {
    var shares = new ArrayList<byte[]>();
    groups.forEach(_ -> shares.add(new byte[key.length + 1]));
    for (int at = 0; at < key.length; at++) {
      byte[] rest = bytes(threshold - 1);
      for (int x = 1; x <= shares.size(); x++) {
        int value = 0;
        for (int i = rest.length - 1; i >= 0; i--) {
          value = Shamir.times(value ^ (rest[i] & 0xff), x);
        }
        shares.get(x - 1)[at] = (byte) (value ^ key[at]);
        shares.get(x - 1)[key.length] = (byte) x;
      }
    }
    return shares;
  }

  private JsonNode encrypted(JsonNode node, List<String> path, byte[] key, MessageDigest mac) {
    if (node.isObject()) {
      var result = Json.object();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        var below = new ArrayList<>(path);
        below.add(member.getKey());
        result.set(member.getKey(), encrypted(member.getValue(), below, key, mac));
      }
      return result;
    }
    if (node.isArray()) {
      var result = Json.array();
      node.forEach(item -> result.add(encrypted(item, path, key, mac)));
      return result;
    }
    if (node.isNull()) {
      return node;
    }
    boolean isEncrypted = path.stream().anyMatch(encrypts) != isWithout;
    var plain = plain(node);
    if (isEncrypted || !macOnlyEncrypted) {
      mac.update(plain.getBytes(StandardCharsets.UTF_8));
    }
    return isEncrypted && !plain.isEmpty()
        ? Json.text(sealed(plain, type(node), String.join(":", path) + ":", key))
        : node;
  }

  private static String plain(JsonNode node) {
    if (node.isBoolean()) {
      return node.booleanValue() ? "True" : "False";
    }
    return node.isFloatingPointNumber()
        ? new BigDecimal(node.asText()).stripTrailingZeros().toPlainString()
        : node.asText();
  }

  private static String type(JsonNode node) {
    if (node.isBoolean()) {
      return "bool";
    }
    return node.isTextual() ? "str" : node.isIntegralNumber() ? "int" : "float";
  }

  String sealed(String plain, String type, String path, byte[] key) {
    try {
      byte[] iv = bytes(32);
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
      cipher.updateAAD(path.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = cipher.doFinal(plain.getBytes(StandardCharsets.UTF_8));
      return "ENC[AES256_GCM,data:%s,iv:%s,tag:%s,type:%s]"
          .formatted(
              base64(Arrays.copyOf(sealed, sealed.length - 16)),
              base64(iv),
              base64(Arrays.copyOfRange(sealed, sealed.length - 16, sealed.length)),
              type);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  // --- text

  /// As SOPS writes YAML: blocks, four to the right.
  private String block(JsonNode node, int indent) {
    var text = new StringBuilder();
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (hasComments) {
        text.append(" ".repeat(indent)).append('#');
        text.append(sealed("a comment", "comment", "", bytes(32))).append('\n');
      }
      text.append(" ".repeat(indent)).append(Json.text(member.getKey())).append(':');
      text.append(value(member.getValue(), indent + 4));
    }
    return text.toString();
  }

  private String value(JsonNode node, int indent) {
    if (node.isObject() && !node.isEmpty()) {
      return "\n" + block(node, indent);
    }
    if (node.isArray() && !node.isEmpty()) {
      var text = new StringBuilder("\n");
      node.forEach(item -> {
        boolean isBlock = item.isObject() && !item.isEmpty();
        text.append(" ".repeat(indent)).append("-");
        text.append(
            isBlock ? " " + block(item, indent + 2).stripLeading() : value(item, indent + 2));
      });
      return text.toString();
    }
    return " " + node + "\n";
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static MessageDigest sha512() {
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
