package dev.reeve.server.web.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.Bytes;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProviderTest {
  private static final String SECRET = "It's a Secret to Everybody";
  private static final String SIGNATURE =
      "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  @Test
  void takesTheSignatureThatGitHubPublishesAsItsExample() {
    var delivery = delivery("X-Hub-Signature-256", "sha256=" + SIGNATURE, "Hello, World!");

    assertThat(provider("github").isSigned(delivery, SECRET)).isTrue();
    assertThat(provider("github").isSigned(delivery, "another secret")).isFalse();
  }

  @Test
  void refusesTheSignatureOfAnotherBody() {
    var delivery = delivery("X-Hub-Signature-256", "sha256=" + SIGNATURE, "Hello, World?");

    assertThat(provider("github").isSigned(delivery, SECRET)).isFalse();
  }

  @Test
  void takesNothingWithoutASecret() {
    var delivery = delivery("X-Hub-Signature-256", "sha256=" + SIGNATURE, "Hello, World!");

    assertThat(provider("github").isSigned(delivery, "")).isFalse();
  }

  @Test
  void refusesAnAlgorithmThatIsTooWeak() {
    var weak = delivery("X-Signature", "sha1=" + "0".repeat(40), "Hello, World!");

    assertThat(provider("generic").isSigned(weak, SECRET)).isFalse();
    assertThat(
            provider("generic")
                .isSigned(delivery("X-Signature", "sha256=" + SIGNATURE, "Hello, World!"), SECRET))
        .isTrue();
  }

  @Test
  void remembersADeliveryForAnHour() {
    var guard = new Guard();
    long hour = Duration.ofHours(1).toNanos();

    assertThat(guard.isNew("a", 0)).isTrue();
    assertThat(guard.isNew("a", hour - 1)).isFalse();
    assertThat(guard.isNew("a", hour)).isTrue();
  }

  @Test
  void admitsThirtyAMinuteFromOneSource() {
    var guard = new Guard();
    for (int i = 0; i < 30; i++) {
      assertThat(guard.admits("one", i)).isTrue();
    }

    assertThat(guard.admits("one", 30)).isFalse();
    assertThat(guard.admits("two", 30)).isTrue();
    assertThat(guard.admits("one", Duration.ofMinutes(1).toNanos())).isTrue();
  }

  @Test
  void takesNothingFromAPayloadButRepositoryAndRef() {
    var hint = Hint.of(delivery("X", "y", "{\"ref\":\"refs/heads/main\",\"commits\":[1,2]}"));

    assertThat(hint.mayMove("main")).isTrue();
    assertThat(hint.mayMove("other")).isFalse();
    assertThat(Hint.of(delivery("X", "y", "not JSON")).mayMove("main")).isTrue();
  }

  private static Provider provider(String name) {
    return Provider.named(name).orElseThrow();
  }

  private static Delivery delivery(String header, String value, String body) {
    return new Delivery(new TreeMap<>(Map.of(header, value)), Bytes.utf8(body));
  }
}
