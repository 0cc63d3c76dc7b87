package dev.reeve.agent.node.network;

import static dev.reeve.agent.node.network.Given.endpoint;
import static dev.reeve.agent.node.network.Given.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.HeaderMatch;
import dev.reeve.core.model.Ingress;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyConfigTest {
  private static final Ingress.Backend WEB = new Ingress.Backend("web", 80, "");

  private static Ingress ingress(
      String name, Optional<Ingress.Canary> canary, Ingress.Rule... rules) {
    return new Ingress(
        new ObjectKey("Ingress", "default", name),
        List.of(rules),
        Optional.empty(),
        List.of(),
        canary);
  }

  private static Ingress.Rule rule(String host, String path, boolean isExact) {
    return new Ingress.Rule(host, List.of(new Ingress.Path(path, isExact, WEB)));
  }

  private static List<String> rules(Ingress... ingresses) {
    var given =
        new Given()
            .served(
                service("web", Service.Type.CLUSTER_IP, "10.96.0.10", 0),
                endpoint("10.244.1.2", "n1", 1));
    for (Ingress each : ingresses) {
      given.with(each);
    }
    return ProxyConfig.of(given.table(), Path.of("/run/x"), false)
        .lines()
        .map(String::strip)
        .filter(it -> it.startsWith("use_backend"))
        .toList();
  }

  @Test
  void elementsOfAPathCount() {
    assertThat(rules(ingress("a", Optional.empty(), rule("x.example", "/api/", false))))
        .containsExactly(
            "use_backend default:web:80 if { var(txn.host) -m str x.example } { path -m str -- \"/api\" }",
            "use_backend default:web:80 if { var(txn.host) -m str x.example } { path -m beg -- \"/api/\" }");
  }

  @Test
  void theLongerPathAndTheExactOneComeFirst() {
    var rules =
        rules(
            ingress(
                "a",
                Optional.empty(),
                rule("", "/", false),
                rule("x.example", "/", false),
                rule("x.example", "/api", true),
                rule("*.example", "/", false)));

    assertThat(rules)
        .containsExactly(
            "use_backend default:web:80 if { var(txn.host) -m str x.example } { path -m str -- \"/api\" }",
            "use_backend default:web:80 if { var(txn.host) -m str x.example }",
            "use_backend default:web:80 if { var(txn.host) -m reg ^[^.]+\\.example$ }",
            "use_backend default:web:80");
  }

  @Test
  void aCanaryComesBeforeWhatItTakesFrom() {
    var canary = new Ingress.Canary("X-Try", "yes", 10);

    assertThat(
            rules(
                ingress("z", Optional.empty(), rule("", "/", false)),
                ingress("zz", Optional.of(canary), rule("", "/", false))))
        .containsExactly(
            "use_backend default:web:80 if { req.fhdr(X-Try) -m str -- \"yes\" }",
            "use_backend default:web:80 if !{ req.fhdr(X-Try) -m str never } { rand(100) lt 10 }",
            "use_backend default:web:80");
  }

  @Test
  void whatIsWrittenInAPathCannotEndTheQuotes() {
    assertThat(rules(ingress("a", Optional.empty(), rule("", "/a\" }\n bad $x", true))))
        .containsExactly("use_backend default:web:80 if { path -m str -- \"/a\\\" } bad \\$x\" }");
  }

  @Test
  void podsAreNamedOnlyWhereRequestsAreSharedOtherwiseThanConnections() {
    var early = new HeaderMatch("X-Early", HeaderMatch.Kind.PREFIX, "y");
    var stable = new Endpoint("old", "10.244.1.2", "n1", 1, 9000, List.of(), "", List.of(8080));
    var fresh = new Endpoint("new", "10.244.1.3", "n1", 0, 1000, List.of(early), "", List.of(8080));
    var given =
        new Given()
            .served(service("web", Service.Type.CLUSTER_IP, "10.96.0.10", 0), stable, fresh)
            .with(ingress("a", Optional.empty(), rule("x.example", "/a", true)));

    var text = ProxyConfig.of(given.table(), Path.of("/run/x"), false);

    assertThat(text.lines().map(String::strip).filter(it -> it.startsWith("use_backend")))
        .containsExactly(
            "use_backend default:web:80:by-header if { var(txn.host) -m str x.example }"
                + " { path -m str -- \"/a\" } { req.fhdr(X-Early) -m beg -- \"y\" }",
            "use_backend default:web:80 if { var(txn.host) -m str x.example }"
                + " { path -m str -- \"/a\" }");
    assertThat(text)
        .contains(
            """
            backend default:web:80
              server old 10.244.1.2:8080 weight 256
              server new 10.244.1.3:8080 weight 28
            """,
            """
            backend default:web:80:by-header
              server new 10.244.1.3:8080 weight 256
            """);
  }

  @Test
  void headersCanBeLeftOutWithoutLosingTheSharesOfTheRest() {
    var odd = new HeaderMatch("X-Odd", HeaderMatch.Kind.EXACT, "}");
    var stable = new Endpoint("old", "10.244.1.2", "n1", 1, 9000, List.of(), "", List.of(8080));
    var fresh = new Endpoint("new", "10.244.1.3", "n1", 0, 1000, List.of(odd), "", List.of(8080));
    var routes =
        new Given()
            .served(service("web", Service.Type.CLUSTER_IP, "10.96.0.10", 0), stable, fresh)
            .with(ingress("a", Optional.empty(), rule("x.example", "/a", true)))
            .table();

    var less = ProxyConfig.of(ProxyConfig.withoutHeaders(routes), Path.of("/run/x"), false);

    assertThat(less).doesNotContain("X-Odd").contains("server new 10.244.1.3:8080 weight 28");
  }
}
