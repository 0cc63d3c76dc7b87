package dev.reeve.manifest.schema;

import static dev.reeve.manifest.schema.Field.acted;
import static dev.reeve.manifest.schema.Field.refused;
import static dev.reeve.manifest.schema.Type.count;
import static dev.reeve.manifest.schema.Type.list;
import static dev.reeve.manifest.schema.Type.oneOf;
import static dev.reeve.manifest.schema.Type.structure;
import static dev.reeve.manifest.schema.Type.text;
import static dev.reeve.manifest.schema.Type.whole;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reeve.manifest.text.Json;
import java.util.List;

/// How a container is asked whether it is well, and told that it begins or ends.
final class ProbeSchema {
  private static final Notation GRPC_SERVICE =
      new Notation(
          "gRPC service", "the name of a gRPC service, at most 255 long", it -> it.length() <= 255);

  /// The signals that every Linux has.
  private static final List<String> SIGNALS =
      List.of(
          "SIGABRT",
          "SIGALRM",
          "SIGBUS",
          "SIGCHLD",
          "SIGCONT",
          "SIGFPE",
          "SIGHUP",
          "SIGILL",
          "SIGINT",
          "SIGIO",
          "SIGKILL",
          "SIGPIPE",
          "SIGPROF",
          "SIGPWR",
          "SIGQUIT",
          "SIGSEGV",
          "SIGSTOP",
          "SIGSYS",
          "SIGTERM",
          "SIGTRAP",
          "SIGTSTP",
          "SIGTTIN",
          "SIGTTOU",
          "SIGURG",
          "SIGUSR1",
          "SIGUSR2",
          "SIGVTALRM",
          "SIGWINCH",
          "SIGXCPU",
          "SIGXFSZ");

  private static final Notation SIGNAL =
      new Notation("signal", "a signal such as SIGTERM", SIGNALS::contains);

  private static final Type.Structure EXEC =
      structure("Exec", acted("command", list(text()).notEmpty()).asRequired());

  private static final Type.Structure HTTP_GET =
      structure(
          "HttpGet",
          acted("path", text()).or("/"),
          acted("port", new Type.PortReference()).asRequired(),
          acted("host", text(Notation.NOT_EMPTY)),
          acted("scheme", oneOf("HTTP", "HTTPS")).or("HTTP"),
          acted(
              "httpHeaders",
              list(
                  structure(
                      "HttpHeader",
                      acted("name", text(Notation.HEADER)).asRequired(),
                      acted("value", text()).or("")))));

  private static final Type.Structure TCP_SOCKET =
      structure(
          "TcpSocket",
          acted("port", new Type.PortReference()).asRequired(),
          acted("host", text(Notation.NOT_EMPTY)));

  private static final Type.Structure GRPC =
      structure(
          "Grpc", acted("port", Type.port()).asRequired(), acted("service", text(GRPC_SERVICE)));

  static final Type.Structure PROBE =
      structure(
              "Probe",
              acted("exec", EXEC),
              acted("httpGet", HTTP_GET),
              acted("tcpSocket", TCP_SOCKET),
              acted("grpc", GRPC),
              acted("initialDelaySeconds", count()),
              acted("timeoutSeconds", count()).or(1),
              acted("periodSeconds", count()).or(10),
              acted("successThreshold", count()).or(1),
              acted("failureThreshold", count()).or(3),
              acted("terminationGracePeriodSeconds", whole(1, Integer.MAX_VALUE)))
          .with(
              Rule.exactlyOneOf("exec", "httpGet", "tcpSocket", "grpc"),
              // To Kubernetes a zero here is a field that was not set.
              (json, _) -> {
                replaceZero(json, "timeoutSeconds", 1);
                replaceZero(json, "periodSeconds", 10);
                replaceZero(json, "successThreshold", 1);
                replaceZero(json, "failureThreshold", 3);
              });

  private static final Type.Structure SLEEP =
      structure("Sleep", acted("seconds", count()).asRequired());

  private static final Type.Structure HOOK =
      structure(
              "Hook",
              acted("exec", EXEC),
              acted("httpGet", HTTP_GET),
              refused("tcpSocket"),
              acted("sleep", SLEEP))
          .with(Rule.exactlyOneOf("exec", "httpGet", "sleep"));

  static final Type.Structure LIFECYCLE =
      structure(
          "Lifecycle",
          acted("postStart", HOOK),
          acted("preStop", HOOK),
          acted("stopSignal", text(SIGNAL)));

  private ProbeSchema() {}

  private static void replaceZero(ObjectNode json, String field, int value) {
    if (json.path(field).isIntegralNumber() && json.path(field).longValue() == 0) {
      json.set(field, Json.number(value));
    }
  }
}
