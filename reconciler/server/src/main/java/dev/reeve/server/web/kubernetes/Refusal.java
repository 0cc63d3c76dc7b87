package dev.reeve.server.web.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// A request that is not answered with what it asked for: Kubernetes' `Status` of a failure.
public final class Refusal extends RuntimeException {
  private final int code;
  private final String reason;
  private final transient ObjectNode details;

  private Refusal(int code, String reason, String message, ObjectNode details) {
    super(message, null, false, false);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  public static Refusal notFound(String resource, String name) {
    ObjectNode details = Trees.object().put("name", name).put("kind", resource);
    return new Refusal(404, "NotFound", "%s \"%s\" not found".formatted(resource, name), details);
  }

  public static Refusal noSuchPath() {
    return new Refusal(
        404, "NotFound", "the server could not find the requested resource", Trees.object());
  }

  public static Refusal badRequest(String message) {
    return new Refusal(400, "BadRequest", message, Trees.object());
  }

  public static Refusal gone(String message) {
    return new Refusal(410, "Expired", message, Trees.object());
  }

  public static Refusal methodNotAllowed(String message) {
    return new Refusal(405, "MethodNotAllowed", message, Trees.object());
  }

  public static Refusal tooMany(String message) {
    return new Refusal(429, "TooManyRequests", message, Trees.object());
  }

  public int code() {
    return code;
  }

  public String message() {
    return String.valueOf(getMessage());
  }

  public ObjectNode status() {
    ObjectNode status = Trees.object();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", message()).put("reason", reason);
    if (!details.isEmpty()) {
      status.set("details", details);
    }
    return status.put("code", code);
  }
}
