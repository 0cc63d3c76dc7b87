package dev.reeve.manifest.sops;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reeve.manifest.text.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Decrypts single values: AES-256-GCM, bound to the keys that lead to the value.
final class Values {
  private static final Pattern FORM =
      Pattern.compile("ENC\\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([a-z]+)\\]");
  private static final int TAG = 16;
  private static final int IV_MAX = 64;

  private final SecretKeySpec key;

  /// A value, and its plaintext as the MAC counts it.
  record Value(JsonNode value, String plain) {}

  Values(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /// @param path the keys that lead to the value, each with a colon behind it
  /// @return empty where it was changed, or stands at another place than the one it was made for
  Optional<Value> decrypt(String text, String path) {
    // An empty text is encrypted by leaving it as it is.
    return text.isEmpty() ? Optional.of(new Value(Json.text(""), "")) : open(text, path);
  }

  private Optional<Value> open(String text, String path) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    var data = base64(form.group(1));
    var iv = base64(form.group(2)).filter(it -> it.length > 0 && it.length <= IV_MAX);
    var tag = base64(form.group(3)).filter(it -> it.length == TAG);
    if (data.isEmpty() || iv.isEmpty() || tag.isEmpty()) {
      return Optional.empty();
    }
    return plaintext(data.get(), iv.get(), tag.get(), path)
        .flatMap(plain -> value(form.group(4), plain));
  }

  private Optional<String> plaintext(byte[] data, byte[] iv, byte[] tag, String path) {
    try {
      var cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * Byte.SIZE, iv));
      cipher.updateAAD(path.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = ByteBuffer.allocate(data.length + TAG).put(data).put(tag).array();
      var decoder = StandardCharsets.UTF_8.newDecoder();
      return Optional.of(decoder.decode(ByteBuffer.wrap(cipher.doFinal(sealed))).toString());
    } catch (AEADBadTagException | CharacterCodingException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-GCM", e);
    }
  }

  private static Optional<Value> value(String type, String plain) {
    try {
      return switch (type) {
        case "str", "bytes" -> Optional.of(new Value(Json.text(plain), plain));
        case "int" -> {
          long number = Long.parseLong(plain);
          yield Optional.of(new Value(Json.number(number), Long.toString(number)));
        }
        case "float" -> {
          double number = Double.parseDouble(plain);
          yield Double.isFinite(number)
              ? Optional.of(new Value(Json.number(number), Plain.decimal(number)))
              : Optional.empty();
        }
        case "bool" -> bool(plain).map(it -> new Value(Json.bool(it), Plain.bool(it)));
        case "time" -> {
          OffsetDateTime.parse(plain);
          yield Optional.of(new Value(Json.text(plain), plain));
        }
        default -> Optional.empty();
      };
    } catch (NumberFormatException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Boolean> bool(String plain) {
    return switch (plain) {
      case "True", "true" -> Optional.of(true);
      case "False", "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /// Only in the spelling that SOPS writes, so that no character can be changed unnoticed.
  private static Optional<byte[]> base64(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return Base64.getEncoder().encodeToString(bytes).equals(text)
          ? Optional.of(bytes)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
