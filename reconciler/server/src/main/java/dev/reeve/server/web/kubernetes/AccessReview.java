package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Answers to "may I?": looking is allowed, everything else is not.
public final class AccessReview {
  private static final List<String> LOOKING = List.of("get", "list", "watch");

  private AccessReview() {}

  /// Empty where the path is that of no review.
  public static Optional<JsonNode> answer(String path, byte[] body) {
    if (path.endsWith("/selfsubjectaccessreviews")) {
      return Optional.of(access(body));
    }
    return path.endsWith("/selfsubjectrulesreviews") ? Optional.of(rules()) : Optional.empty();
  }

  private static ObjectNode review(String kind) {
    ObjectNode review =
        Trees.object().put("kind", kind).put("apiVersion", "authorization.k8s.io/v1");
    review.putObject("metadata");
    review.putObject("spec");
    return review;
  }

  private static ObjectNode access(byte[] body) {
    String verb = verb(body);
    ObjectNode review = review("SelfSubjectAccessReview");
    ObjectNode status = review.putObject("status").put("allowed", LOOKING.contains(verb));
    if (!LOOKING.contains(verb)) {
      status.put("denied", true).put("reason", "read-only: changes are commits");
    }
    return review;
  }

  private static ObjectNode rules() {
    ObjectNode review = review("SelfSubjectRulesReview");
    ObjectNode status = review.putObject("status").put("incomplete", false);
    ObjectNode resources = status.putArray("resourceRules").addObject();
    LOOKING.forEach(resources.putArray("verbs")::add);
    resources.putArray("apiGroups").add("*");
    resources.putArray("resources").add("*");
    ObjectNode paths = status.putArray("nonResourceRules").addObject();
    paths.putArray("verbs").add("get");
    paths.putArray("nonResourceURLs").add("*");
    return review;
  }

  private static String verb(byte[] body) {
    if (body.length > 4 && body[0] == 'k' && body[1] == '8' && body[2] == 's' && body[3] == 0) {
      return protobufVerb(body);
    }
    try {
      JsonNode spec = Trees.MAPPER.readTree(body).path("spec");
      String verb = spec.path("resourceAttributes").path("verb").asText();
      return verb.isEmpty() ? spec.path("nonResourceAttributes").path("verb").asText() : verb;
    } catch (IOException e) {
      throw Refusal.badRequest("not a review");
    }
  }

  /// kubectl writes reviews as protocol buffers: an envelope (2: the review (2: its spec (1: of a
  /// resource (2: the verb), or 2: of a path (2: the verb)))).
  private static String protobufVerb(byte[] body) {
    Protobuf spec = new Protobuf(body, 4, body.length).message(2).message(2);
    String verb = spec.message(1).message(2).text();
    return verb.isEmpty() ? spec.message(2).message(2).text() : verb;
  }

  /// A message's bytes, read as far as needed.
  private static final class Protobuf {
    private final byte[] bytes;
    private final int from;
    private final int to;

    Protobuf(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
    }

    String text() {
      return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /// The first field of that number; nothing where there is none.
    Protobuf message(int number) {
      int at = from;
      while (at < to) {
        long tag = varint(at);
        at += varintLength(at);
        int type = (int) (tag & 7);
        if (type == 2) {
          long length = varint(at);
          at += varintLength(at);
          if (length < 0 || length > to - at) {
            throw Refusal.badRequest("not a review");
          }
          if (tag >>> 3 == number) {
            return new Protobuf(bytes, at, at + (int) length);
          }
          at += (int) length;
        } else if (type == 0) {
          at += varintLength(at);
        } else if (type == 1 || type == 5) {
          at += type == 1 ? 8 : 4;
        } else {
          throw Refusal.badRequest("not a review");
        }
      }
      return new Protobuf(bytes, to, to);
    }

    private long varint(int at) {
      long value = 0;
      int length = varintLength(at);
      for (int i = 0; i < length; i++) {
        value |= (bytes[at + i] & 0x7fL) << (7 * i);
      }
      return value;
    }

    private int varintLength(int at) {
      for (int i = at; i < to && i < at + 10; i++) {
        if (bytes[i] >= 0) {
          return i - at + 1;
        }
      }
      throw Refusal.badRequest("not a review");
    }
  }
}
