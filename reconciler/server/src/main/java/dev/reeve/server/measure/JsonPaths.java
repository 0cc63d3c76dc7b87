package dev.reeve.server.measure;

import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.spi.json.JacksonJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One place of a JSON document, named as Kubernetes does: `{$.data.ok}`, `{.items[0]['a.b']}`.
final class JsonPaths {
  static final String WHOLE = "{$}";

  private static final Configuration CONFIGURATION =
      Configuration.builder()
          .jsonProvider(new JacksonJsonProvider())
          .mappingProvider(new JacksonMappingProvider())
          .build();

  /// A field with escaped dots in its name: `.a\.b`.
  private static final Pattern ESCAPED =
      Pattern.compile("\\.((?:[^.\\[\\]'\\\\]|\\\\.)*\\\\.(?:[^.\\[\\]'\\\\]|\\\\.)*)");

  private JsonPaths() {}

  /// Of several that match, the first, as in Argo Rollouts.
  static @Nullable Object find(String path, @Nullable Object document) throws NotMeasured {
    var written = path.strip();
    if (!written.startsWith("{") || !written.endsWith("}")) {
      throw new NotMeasured("jsonPath must stand in braces, such as {$.data.ok}");
    }
    if (written.contains("=~")) {
      // Not of Kubernetes, and an expression of this kind may take for ever.
      throw new NotMeasured("jsonPath may not have regular expressions");
    }
    try {
      var compiled = JsonPath.compile(rooted(written.substring(1, written.length() - 1).strip()));
      if (document == null && !compiled.getPath().equals("$")) {
        throw new NotMeasured("jsonPath " + written + " finds nothing");
      }
      Object found = document == null ? null : compiled.read(document, CONFIGURATION);
      if (compiled.isDefinite()) {
        return found;
      }
      if (found instanceof List<?> all && !all.isEmpty()) {
        return all.getFirst();
      }
    } catch (JsonPathException | IllegalArgumentException e) {
      throw new NotMeasured("jsonPath " + written + ": " + e.getMessage());
    }
    throw new NotMeasured("jsonPath " + written + " finds nothing");
  }

  private static String rooted(String path) {
    var whole = path.startsWith("@") ? "$" + path.substring(1) : path;
    var rooted =
        whole.startsWith("$")
            ? whole
            : whole.startsWith(".") || whole.startsWith("[") ? "$" + whole : "$." + whole;
    return ESCAPED
        .matcher(rooted)
        .replaceAll(found ->
            Matcher.quoteReplacement("['" + found.group(1).replaceAll("\\\\(.)", "$1") + "']"));
  }
}
