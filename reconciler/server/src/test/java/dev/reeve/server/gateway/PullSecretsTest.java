package dev.reeve.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.protocol.Order;
import dev.reeve.core.protocol.PodOrder;
import dev.reeve.core.protocol.ReleaseText;
import dev.reeve.wire.ConfigContent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PullSecretsTest {
  private final PullSecrets secrets = new PullSecrets();

  @Test
  void aNodeIsToldOfThoseThatItsPodsName() {
    secrets.note(order(Order.Scope.FULL, "'imagePullSecrets':[{'name':'registry'}]"));

    var told = secrets.news(commit("one")).orElseThrow();

    assertThat(told).extracting(it -> it.use().key()).containsExactly(key("registry"));
    assertThat(text(told)).isEqualTo("one");
    assertThat(secrets.news(commit("one"))).isEmpty();
  }

  @Test
  void itIsToldAgainWhenTheyChange() {
    secrets.note(order(Order.Scope.FULL, "'imagePullSecrets':[{'name':'registry'}]"));
    secrets.news(commit("one"));

    assertThat(text(secrets.news(commit("two")).orElseThrow())).isEqualTo("two");
  }

  @Test
  void afterAFullOrderItIsToldAnew() {
    var order = order(Order.Scope.FULL, "'imagePullSecrets':[{'name':'registry'}]");
    secrets.note(order);
    secrets.news(commit("one"));

    secrets.note(order);

    assertThat(secrets.news(commit("one"))).isPresent();
  }

  @Test
  void aNodeWhosePodsNameNoneIsToldNothing() {
    secrets.note(order(Order.Scope.FULL, "'containers':[]"));

    assertThat(secrets.news(commit("one"))).isEmpty();
  }

  private static Order order(Order.Scope scope, String spec) {
    var workload = new ObjectKey("Deployment", "shop", "web");
    var template = Bytes.utf8(("{'spec':{" + spec + "}}").replace('\'', '"'));
    return new Order(
        1,
        0,
        1,
        scope,
        List.of(new PodOrder("uid", "web-1", workload, "rel", "c0ffee")),
        List.of(),
        List.of(new ReleaseText("rel", "c0ffee", template, List.of())));
  }

  private static ObjectKey key(String name) {
    return new ObjectKey("Secret", "shop", name);
  }

  private static PullSecrets.Newest commit(String password) {
    return key ->
        key.equals(key("registry"))
            ? new TreeMap<>(Map.of(".dockerconfigjson", password.getBytes(StandardCharsets.UTF_8)))
            : new TreeMap<>();
  }

  private static String text(List<ConfigContent> told) {
    SortedMap<String, Bytes> data = told.getFirst().data();
    return Optional.ofNullable(data.get(".dockerconfigjson")).orElseThrow().toUtf8();
  }
}
