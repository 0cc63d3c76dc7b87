package dev.reeve.server.web.hooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// All that is taken from a payload: which ref of which repository may have moved. Empty where it
/// does not say.
public record Hint(Optional<String> repository, Optional<String> ref) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String FORM = "payload=";

  /// Reads what the providers agree on; whatever else it is says nothing.
  public static Hint of(Delivery delivery) {
    String text = delivery.body().toUtf8();
    try {
      JsonNode payload =
          MAPPER.readTree(
              text.startsWith(FORM)
                  ? URLDecoder.decode(text.substring(FORM.length()), StandardCharsets.UTF_8)
                  : text);
      return new Hint(
          text(payload.path("repository").path("full_name")), text(payload.path("ref")));
    } catch (IOException | IllegalArgumentException e) {
      return new Hint(Optional.empty(), Optional.empty());
    }
  }

  private static Optional<String> text(JsonNode node) {
    return Optional.ofNullable(node.textValue()).filter(it -> !it.isEmpty());
  }

  /// Whether the branch may have moved. The repository's name is no reason to look away: through
  /// mirrors and aliases it may bear another one here, and a look too many costs next to nothing.
  public boolean mayMove(String branch) {
    return ref.map(it -> it.equals("refs/heads/" + branch) || it.equals(branch)).orElse(true);
  }
}
