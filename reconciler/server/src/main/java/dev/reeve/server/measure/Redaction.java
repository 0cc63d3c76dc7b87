package dev.reeve.server.measure;

import dev.reeve.manifest.text.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Puts `***` in the place of every Secret's value that an answer repeats, in the forms in which
/// servers and libraries do so: as it is, stripped, a line of it, escaped for an address or for
/// JSON.
final class Redaction {
  private static final String HIDDEN = "***";

  /// Shorter lines of a longer value say nothing of it, and stand everywhere.
  private static final int LINE_MIN = 8;

  /// Longest first: one may be a part of another.
  private final List<String> hidden;

  private Redaction(List<String> hidden) {
    this.hidden = hidden;
  }

  static Redaction of(Collection<String> secrets) {
    Set<String> forms = new HashSet<>();
    for (String secret : secrets) {
      addForms(forms, secret);
      addForms(forms, secret.strip());
      secret.lines().filter(line -> line.length() >= LINE_MIN).forEach(it -> addForms(forms, it));
    }
    forms.remove("");
    var sorted = new ArrayList<>(forms);
    sorted.sort(Comparator.comparingInt(String::length).reversed());
    return new Redaction(List.copyOf(sorted));
  }

  private static void addForms(Set<String> forms, String secret) {
    var encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
    var quoted = new String(Json.canonicalBytes(Json.text(secret)), StandardCharsets.UTF_8);
    forms.add(secret);
    forms.add(encoded);
    forms.add(encoded.replace("+", "%20"));
    forms.add(Addresses.lenient(secret));
    forms.add(quoted.substring(1, quoted.length() - 1));
  }

  String text(String text) {
    var redacted = text;
    for (String secret : hidden) {
      redacted = redacted.replace(secret, HIDDEN);
    }
    return redacted;
  }

  /// The same for every text within a result.
  @Nullable Object value(@Nullable Object result) {
    return switch (result) {
      case String text -> text(text);
      case List<?> list -> {
        var items = new ArrayList<@Nullable Object>();
        list.forEach(item -> items.add(value(item)));
        yield items;
      }
      case Map<?, ?> map -> {
        var members = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, member) -> members.put(text(String.valueOf(key)), value(member)));
        yield members;
      }
      case null -> null;
      default -> result;
    };
  }
}
